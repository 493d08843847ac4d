/** Packages that no bundle of ops holds: only a run that needs one loads it, from node_modules. */
export const loadedLate = [
  '@inquirer/prompts',
  'jiti',
  'mysql2',
  'pg',
  'pg-copy-streams',
  'simple-git',
  'typescript',
  'yaml',
]
