/** One bare git repository to push to. */
import { z } from 'zod'
import { printed } from '../engine/printed.ts'
import type { KeyChange } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { gitBareChangeLibrary } from './git-bare/change.ts'
import { gitBareLookLibrary } from './git-bare/look.ts'
import { accountClaims, accountPromises, attributeFlags } from './paths/attributes.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { neededProgram } from './paths/needed-program.ts'
import { account, entryPath, oneLine } from './paths/params.ts'

/** As `git check-ref-format` has it, for the names that people give to branches. */
const branch = oneLine
  .regex(/^[^\s~^:?*[\\-][^\s~^:?*[\\]*$/, 'is not a branch name that git takes')
  .refine(
    name => !/\.\.|@\{|\/\/|^\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)|^@$|^HEAD$/.test(name),
    'is not a branch name that git takes',
  )

const params = z.strictObject({
  path: entryPath.describe('Where the repository is, such as /srv/git/app.git. Missing parents are made.'),
  branch: branch.default('main').describe('What HEAD names: the branch that a clone checks out.'),
  description: oneLine.min(1).optional().describe('One line, for web views and mails.'),
  shared: z
    .enum(['group', 'all'])
    .optional()
    .describe('Who beside the owner may push (group) or read (all).'),
  owner: account
    .optional()
    .describe(
      'Who owns the repository. Git refuses to serve one that belongs to somebody else than the one who logs in.',
    ),
  group: account.optional().describe('The group that may push to a shared repository.'),
})

type GitBareParams = z.output<typeof params>

/** `gitBare {path, branch, description?, shared?, owner?, group?}`. */
export const gitBare = resource({
  type: 'gitBare',
  doc: 'One bare git repository to push to.',
  undone: 'Nothing, and the plan says so: a repository may hold what was pushed since.',
  params,
  examples: [
    {
      title: 'A remote for one person',
      params: { path: '/srv/git/app.git', branch: 'main', owner: 'deploy', description: 'The application' },
    },
    {
      title: 'A remote for a team',
      params: { path: '/srv/git/site.git', branch: 'trunk', shared: 'group', group: 'developers' },
    },
  ],
  identity: ({ path }) => path,
  refuses: true,
  library: [wayLibrary, lookLibrary, gitBareLookLibrary, writeLibrary, gitBareChangeLibrary],
  probe: given => sh`ops_git_look ${fields(given)}`,
  probeMany: many => {
    const mark = raw('a variable that the engine sets', 'echo "$OPS_MARK"')
    return raw(
      'probes joined',
      many
        .map((given, index) => sh`ops_git_index=${index} && ops_git_look ${fields(given)} && ${mark}`.shell)
        .join(' &&\n'),
    )
  },
  parse: printed('state', 'git?', 'branch?', 'description?', 'shared?', 'owner?', 'group?'),
  desired: ({ branch: head, description, shared, owner, group }) => ({
    state: 'present',
    branch: head,
    ...(description !== undefined && { description }),
    ...(shared !== undefined && { shared }),
    ...(owner !== undefined && { owner }),
    ...(group !== undefined && { group }),
  }),
  needs: ({ git }) => (git === 'absent' ? neededProgram('git') : undefined),
  impossible: ({ state }, { path }) =>
    state === 'present' || state === 'absent'
      ? undefined
      : `${path} is there and is not a bare git repository`,
  makesAbove: lackingDirectory,
  apply: ({ keys }, given) => [write(keys, given)],
  owns: ({ path }) => [`path:${path}`],
  promises: given => [{ of: `path:${given.path}`, is: 'directory' }, ...accountPromises(given)],
  reads: given => ['pkg:git', ...accountClaims(given)],
  affects: ({ path }) => [`path:${path}/`],
})

function fields(given: GitBareParams): readonly string[] {
  const asked = [given.description !== undefined && 'd', given.shared !== undefined && 's']
  return [
    given.path,
    `${asked.filter(Boolean).join('')}${attributeFlags({ owner: given.owner, group: given.group })}`,
  ]
}

function write(keys: readonly KeyChange[], given: GitBareParams): Shell {
  const isNew = keys.some(({ key }) => key === 'state')
  const value = (key: 'branch' | 'description' | 'shared' | 'owner' | 'group') =>
    isNew || keys.some(change => change.key === key) ? (given[key] ?? '') : ''
  const values = [value('branch'), value('description'), value('shared'), value('owner'), value('group')]
  return sh`ops_git_bare ${isNew ? 'new' : 'change'} ${given.path} ${values}`
}
