/** A working copy of a git repository, at a branch, tag or commit. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { checkoutChangeLibrary } from './checkout/change.ts'
import { checkoutLookLibrary } from './checkout/look.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { neededProgram } from './paths/needed-program.ts'
import { entryPath, readKeys } from './paths/params.ts'

const refName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+/-]*$/, 'must be a name of letters, digits and _ . + / -')
  .refine(name => !/\.\.|\/\/|\/$|\.$|\/\.|\.lock(\/|$)/.test(name), 'is not a name that git takes')

const params = z
  .strictObject({
    url: z
      .string()
      .regex(
        /^(?:(?:https?|ssh|git|file):\/\/|\/|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:)[\x21-\x7e]+$/,
        'must be a URL of https, ssh or git, USER@HOST:PATH, or an absolute path',
      )
      .describe(
        'Where the repository is: `https://...`, `git@github.com:team/app.git`, or a path on the host.',
      ),
    path: entryPath.describe('Where the working copy is. Missing parents are made.'),
    branch: refName.optional().describe('Follow this branch: each run brings what it has by then.'),
    tag: refName.optional().describe('Stay at this tag, which is taken not to move.'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'must be a whole commit: 40 hexadecimal digits')
      .optional()
      .describe('Stay at this commit.'),
    submodules: z.boolean().default(false).describe('Bring its submodules too.'),
    key: entryPath
      .regex(/^[A-Za-z0-9_./@+-]+$/, 'must be a path of letters, digits and _ . / @ + -')
      .optional()
      .describe('A private key on the host to log in with (a deploy key), as a `file` step puts it there.'),
  })
  .refine(
    ({ branch, tag, commit }) => [branch, tag, commit].filter(each => each !== undefined).length === 1,
    'give one of `branch`, `tag` and `commit`',
  )

type CheckoutParams = z.output<typeof params>

/** Its kind and its name. */
function refOf({ branch, tag, commit }: CheckoutParams): readonly [string, string] {
  if (branch !== undefined) return ['branch', branch]
  return tag === undefined ? ['commit', commit ?? ''] : ['tag', tag]
}

const wordsOf = (given: CheckoutParams) => [
  given.url,
  given.path,
  ...refOf(given),
  given.key ?? '',
  given.submodules ? 'submodules' : '',
]

/** The value that stands for the commit that is wanted, whichever it is. */
const asWanted = (given: CheckoutParams) => `that of ${refOf(given).join(' ')}`

/** `checkout {url, path, branch | tag | commit, submodules, key}`. */
export const checkout = resource({
  type: 'checkout',
  doc: 'A working copy of a git repository at a branch, tag or commit; what was changed in it is never overwritten.',
  undone: 'Nothing, and the plan says so: `git reflog` in the folder knows the commit that was there before.',
  params,
  examples: [
    {
      title: 'A branch, with a deploy key',
      params: {
        url: 'git@github.com:acme/app.git',
        path: '/srv/app',
        branch: 'main',
        key: '/root/.ssh/deploy_app',
      },
    },
    {
      title: 'A release with its submodules',
      params: { url: 'https://example.org/tool.git', path: '/opt/tool', tag: 'v1.4.2', submodules: true },
    },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, checkoutLookLibrary, writeLibrary, checkoutChangeLibrary],
  refuses: true,
  probe: given => sh`ops_checkout_look ${wordsOf(given)}`,
  parse: (observation, given) => {
    const {
      state = '',
      why,
      url,
      commit,
      branch,
      wanted,
      local,
      submodules,
      git,
    } = readKeys(observation, ['state'])
    return {
      state,
      ...(why !== undefined && { why }),
      ...(url !== undefined && { url }),
      ...(commit !== undefined && { commit: commit === wanted ? asWanted(given) : commit }),
      ...(branch !== undefined && { branch }),
      ...(wanted !== undefined && { wanted }),
      ...(local !== undefined && { local }),
      ...(git !== undefined && { git }),
      ...(submodules !== undefined && { submodules }),
    }
  },
  desired: given => ({
    state: 'present',
    url: given.url,
    commit: asWanted(given),
    ...(given.branch !== undefined && { branch: given.branch }),
    ...(given.submodules && { submodules: 'current' }),
  }),
  needs: ({ git }) => (git === 'absent' ? neededProgram('git') : undefined),
  impossible: ({ state, why, commit, branch, wanted, local }, given) => {
    const { path, url } = given
    if (state === 'refused')
      return `${why}, and could set what git does there: name that user by the option \`user\` of the step, or let nobody else write on the way to ${path}`
    if (state === 'occupied') return `${path} is there and is not a folder`
    if (state === 'filled') return `${path} is not empty, and is not a working copy of git`
    if (state !== 'present') return undefined
    if (wanted === 'none') return `${url} has no branch ${given.branch}`
    const stays = commit === asWanted(given) && (given.branch ?? branch) === branch
    if (stays || local === 'none') return undefined
    return local === 'changes'
      ? `files in ${path} were changed and not committed: \`git status\` there names them`
      : `${path} has commits that ${url} has not: push them, or take them away`
  },
  // Where something is to change, that is an error or its own business.
  notes: (detail, { path }, _said, change) => {
    if (change) return []
    const [first, ...more] = detail.split('\n').filter(line => line !== '')
    if (first === undefined) return []
    const files = more.length === 0 ? `${first} is` : `${first} and ${more.length} more are`
    return [
      `in ${path} ${files} not as committed: whoever uses them gets what was changed here (\`git status\` and \`git diff\` there show it)`,
    ]
  },
  makesAbove: lackingDirectory,
  apply: (_change, given) => [sh`ops_checkout ${wordsOf(given)}`],
  owns: ({ path }) => [`path:${path}`],
  reads: given => [
    'pkg:git',
    `path:${given.path}/`,
    ...(given.key === undefined ? [] : [`path:${given.key}` as const]),
    ...(given.url.startsWith('/') ? [`path:${given.url}/` as const] : []),
  ],
  affects: ({ path }) => [`path:${path}/`],
  applySeconds: 3600,
})
