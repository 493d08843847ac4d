/** What a step says that needs git, on a host without it. */
import type { Need } from '../../engine/resource.ts'
import { programFolders } from './program-folders.ts'

export const neededGit: Need = {
  what: 'no git',
  packages: /^git$/,
  by: programFolders,
  next: "Put a step before it that installs it: apt({ packages: ['git'] }).",
}
