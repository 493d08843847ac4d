/** The steps on this machine: the remote, the push, what branches follow, and the proof. */
import type { SimpleGit } from 'simple-git'
import { OpsError } from '../base/errors.ts'
import type { Wanted, Work } from './decide.ts'
import { gitError } from './git-error.ts'
import { localGit, type NetworkAccess, networkGit, saidBy } from './local-git.ts'
import type { Project } from './project.ts'

/** What a step did, in the order in which they run. */
export interface LocalStep {
  /** A proof changes nothing, and is only needed where something was changed. */
  readonly kind: 'remote' | 'push' | 'upstream' | 'proof'
  readonly name: string
  readonly isNeeded: boolean
  run(): Promise<void>
}

/** The steps that work on the project; each leaves a state from which the next run goes on. */
export function localSteps(
  wanted: Wanted,
  work: Work,
  project: Project,
  access: NetworkAccess,
): readonly LocalStep[] {
  const { remote, url, host } = wanted
  const pushed = work.refs.filter(({ object, was }) => object !== was)
  const network = (doing: string, run: (git: SimpleGit) => Promise<unknown>): Promise<void> =>
    overNetwork(project, access, host, doing, run)
  const needsProof = pushed.length > 0 || work.addsRemote || work.follows.length > 0
  return [
    {
      kind: 'remote',
      name: `remote ${remote}`,
      isNeeded: work.addsRemote,
      run: async () => {
        const git = await localGit(project.folder)
        await here(host, `adding the remote ${remote}`, async () => {
          // The mark first: a remote without a URL is none to git, so that a run that dies here leaves nothing odd.
          await git.raw('config', `remote.${remote}.opsMade`, 'true')
          await git.raw('config', `remote.${remote}.fetch`, `+refs/heads/*:refs/remotes/${remote}/*`)
          await git.raw('config', `remote.${remote}.url`, url)
        })
      },
    },
    {
      kind: 'push',
      name: `push ${pushedNames(wanted)}`,
      isNeeded: pushed.length > 0,
      run: () =>
        network(`git push to ${url}`, git =>
          git.raw(
            'push',
            '--porcelain',
            '--progress',
            '--atomic',
            '--no-follow-tags',
            '--recurse-submodules=no',
            remote,
            ...refspecs(wanted, work, project),
          ),
        ),
    },
    {
      kind: 'upstream',
      name: `upstream ${work.follows.length > 0 ? work.follows.join(' ') : wanted.branch.name}`,
      isNeeded: work.follows.length > 0,
      run: async () => {
        const git = await localGit(project.folder)
        const tracked = await git.raw('for-each-ref', '--format=%(refname)', `refs/remotes/${remote}/`)
        const missing = work.follows.filter(
          name => !tracked.split('\n').includes(`refs/remotes/${remote}/${name}`),
        )
        // A push notes what the host has; only where an earlier run died in between it has to be fetched.
        if (missing.length > 0) {
          const specs = missing.map(name => `+refs/heads/${name}:refs/remotes/${remote}/${name}`)
          await network(`git fetch from ${url}`, each =>
            each.raw(
              'fetch',
              '--no-tags',
              '--no-write-fetch-head',
              '--recurse-submodules=no',
              remote,
              ...specs,
            ),
          )
        }
        for (const name of work.follows) {
          await here(host, `letting ${name} follow ${remote}/${name}`, () =>
            git.raw('branch', `--set-upstream-to=refs/remotes/${remote}/${name}`, name),
          )
        }
      },
    },
    {
      kind: 'proof',
      name: `proof of ${remote}`,
      isNeeded: needsProof,
      run: async () => {
        let listed = ''
        await network(`git ls-remote of ${url}`, async git => {
          listed = await git.raw('ls-remote', '--symref', remote)
        })
        prove(wanted, work, listed)
        const git = await localGit(project.folder)
        for (const name of work.follows) {
          const upstream = await git
            .raw('rev-parse', '--symbolic-full-name', `${name}@{upstream}`)
            .catch(() => '')
          if (upstream.trim() !== `refs/remotes/${remote}/${name}`) {
            throw unproved(host, `${name} does not follow ${remote}/${name}`)
          }
        }
      },
    },
  ]
}

/** The remote and all that it tracked. */
export async function removeRemote(project: Project, host: string, remote: string): Promise<void> {
  const git = await localGit(project.folder)
  await here(host, `removing the remote ${remote}`, () => git.raw('remote', 'remove', remote))
}

/** Compares what `git ls-remote --symref` lists with what was to be there. Throws OpsError `not-converged`. */
function prove({ host, url }: Wanted, { refs, head }: Work, listed: string): void {
  const lines = listed.split('\n').map(line => line.split('\t'))
  const found = new Map(lines.flatMap(([object, ref]) => (object && ref ? [[ref, object] as const] : [])))
  const different = refs.filter(({ ref, object }) => found.get(ref) !== object).map(({ ref }) => ref)
  if (different.length > 0) throw unproved(host, `${url} does not hold ${different.join(', ')} as it is here`)
  // Without the object of HEAD a clone would check out nothing.
  const symbolic = lines.some(([target, ref]) => ref === 'HEAD' && target === `ref: refs/heads/${head}`)
  if (!symbolic || !lines.some(([object, ref]) => ref === 'HEAD' && !object?.startsWith('ref:'))) {
    throw unproved(host, `HEAD of ${url} does not name ${head}`)
  }
}

function unproved(host: string, what: string): OpsError {
  return new OpsError({
    code: 'not-converged',
    title: `git did what was asked, but ${what}`,
    host,
    changed: 'yes',
    next: 'Somebody else may be changing it: look, then run again.',
  })
}

const heads = 'refs/heads/'

function pushedNames({ branch, all, tags }: Wanted): string {
  return [all ? '--all' : branch.name, ...(tags ? ['--tags'] : [])].join(' ')
}

function refspecs({ all, tags }: Wanted, { refs }: Work, project: Project): readonly string[] {
  const both = (ref: string): string => `${ref}:${ref}`
  // A branch that the host has more of is no part of an atomic push.
  const pushed = [...project.branches.values()]
    .filter(({ name, commit }) => refs.some(({ ref, object }) => ref === heads + name && object === commit))
    .map(({ name }) => heads + name)
  const isWhole = all && pushed.length === project.branches.size
  return [...(isWhole ? [`${heads}*`] : pushed).map(both), ...(tags ? [both('refs/tags/*')] : [])]
}

async function overNetwork(
  project: Project,
  access: NetworkAccess,
  host: string,
  doing: string,
  run: (git: SimpleGit) => Promise<unknown>,
): Promise<void> {
  try {
    const git = await networkGit(project.folder, access)
    await access.aside(() => run(git))
  } catch (thrown) {
    if (access.isStopping()) throw interrupted(host, doing)
    throw gitError(host, doing, saidBy(thrown), 'unknown')
  }
}

async function here(host: string, doing: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (thrown) {
    throw gitError(host, `${doing} on this machine`, saidBy(thrown), 'yes')
  }
}

function interrupted(host: string, doing: string): OpsError {
  return new OpsError({
    code: 'interrupted',
    title: `stopped during ${doing}, as asked`,
    host,
    changed: 'unknown',
    next: 'Run the same command again: it goes on where it stopped.',
  })
}
