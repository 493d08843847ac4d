/** Decides, from what both sides look like, what is to be done or why nothing may be: pure, so that every case is a test. */
import { counted } from '../base/counted.ts'
import { type ErrorData, OpsError } from '../base/errors.ts'
import { quote } from '../shell/quote.ts'
import type { Branch, Kinship, Project } from './project.ts'
import { isSamePath, type RemotePlace } from './remote-url.ts'
import type { RepositoryLook } from './repository-look.ts'

export interface Wanted {
  readonly host: string
  readonly url: string
  readonly remote: string
  readonly branch: Branch
  readonly all: boolean
  readonly tags: boolean
  readonly track: boolean
  /** Made as another user (root) than the one that pushes. */
  readonly becomes: boolean
}

/** One ref that the host is to hold. */
export interface WantedRef {
  readonly ref: string
  /** What it is to be there: as it is here, or what the host has where that holds all of ours and more. */
  readonly object: string
  /** What the host has; undefined where it has none. */
  readonly was: string | undefined
}

/** What is to be done; parts that are done already are empty. */
export interface Work {
  /** The branch that HEAD of the repository is to name. */
  readonly head: string
  /** Note in the repository that it was made here: only then may an undo remove it. */
  readonly marks: boolean
  readonly addsRemote: boolean
  /** Every ref that was asked for. */
  readonly refs: readonly WantedRef[]
  /** Branches that are to follow theirs on the remote. */
  readonly follows: readonly string[]
  readonly notes: readonly string[]
}

export type Decision = { readonly work: Work } | { readonly refusals: readonly ErrorData[] }

/** The remote of the wanted name leads to the repository, or is not there yet: that was settled before. */
export function decide(wanted: Wanted, project: Project, look: RepositoryLook, kinship: Kinship): Decision {
  const refs = wantedRefs(wanted, project, look, kinship)
  const refusals = [...placeRefusals(wanted, look), ...historyRefusals(wanted, project, look, kinship, refs)]
  if (refusals.length > 0) return { refusals }
  const isNew = look.state === 'absent' || look.refs.size === 0
  const isHeadUseful =
    look.refs.has(`refs/heads/${look.head}`) || refs.some(({ ref }) => ref === `refs/heads/${look.head}`)
  const remote = project.remotes.get(wanted.remote)
  const branches = wanted.all ? [...project.branches.values()] : [wanted.branch]
  return {
    work: {
      // A repository that others use keeps its HEAD: it only moves where it leads nowhere.
      head: isNew || !isHeadUseful ? wanted.branch.name : look.head,
      marks: isNew && look.extras.length === 0,
      // One without a URL was left by a run that died there.
      addsRemote: (remote?.urls.length ?? 0) === 0,
      refs,
      follows: branches.filter(branch => isToFollow(branch, wanted)).map(branch => branch.name),
      notes: [...notesOf(wanted, project, branches), ...behindNotes(wanted, branches, kinship)],
    },
  }
}

/** Whether all that a remote leads to is our repository; `home` is that of the user on the host. */
export function isSamePlace(places: readonly RemotePlace[], ours: RemotePlace, home: string): boolean {
  if (places.length === 0 || ours.kind === 'other') return false
  return places.every(
    place => isSameHost(place, ours) && place.kind !== 'other' && isSamePath(place.path, ours.path, home),
  )
}

/** Whether it leads to our host, user and port, which is known before the host is asked where `~` is. */
export function isSameHost(place: RemotePlace, ours: RemotePlace): boolean {
  if (place.kind !== 'ssh' || ours.kind !== 'ssh') return place.kind === 'file' && ours.kind === 'file'
  return (
    place.host.toLowerCase() === ours.host.toLowerCase() &&
    (place.port ?? 22) === (ours.port ?? 22) &&
    place.user === ours.user
  )
}

function wantedRefs(
  wanted: Wanted,
  project: Project,
  look: RepositoryLook,
  kinship: Kinship,
): readonly WantedRef[] {
  const branches = wanted.all ? [...project.branches.values()] : [wanted.branch]
  const tags = wanted.tags ? [...project.tags] : []
  return [
    ...branches.map(({ name, commit }) => [`refs/heads/${name}`, commit] as const),
    ...tags.map(([name, object]) => [`refs/tags/${name}`, object] as const),
  ].map(([ref, object]) => {
    const was = look.refs.get(ref)
    const isBehind = ref.startsWith('refs/heads/') && kinship.apart.get(nameOf(ref))?.here === 0
    return { ref, object: isBehind && was !== undefined ? was : object, was }
  })
}

function nameOf(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '')
}

/** What stands in the way on the host, whatever the histories are. */
function placeRefusals({ host, becomes }: Wanted, look: RepositoryLook): readonly ErrorData[] {
  const { path, parent, user, owner } = look
  const refuse = (title: string, next: string, said = ''): ErrorData[] => [
    refusal(host, title, next, said === '' ? {} : { said }),
  ]
  if (look.isAside) {
    return refuse(
      `an undo of ${path} did not end: the repository is still moved aside`,
      'Run `ops git-remote --undo` again; it goes on where it stopped.',
    )
  }
  if (look.state === 'occupied') {
    return refuse(
      `${path} is there and is not a bare git repository`,
      'Choose another name with --name, or another folder with --base.',
    )
  }
  if (look.state === 'hidden') {
    return refuse(
      `${user} may not look into ${parent}`,
      'Choose a folder of that user with --base, such as ~/git.',
    )
  }
  if (look.state === 'damaged') {
    return refuse(
      `git on ${host} cannot read ${path}`,
      'Repair it on the host (`git fsck` there), or choose another name with --name.',
      look.complaint,
    )
  }
  if (look.isDistrusted) {
    return refuse(
      `${path} belongs to ${owner}, so git does not serve it to ${user}`,
      `On the host: give it to ${user} (\`chown -R ${user}\`), or let ${user} trust it: \`git config --global --add safe.directory PATH\`.`,
    )
  }
  if (!look.isWritable && !becomes) {
    const title =
      look.state === 'repository'
        ? `${user} may not write to ${path}, which belongs to ${owner}`
        : `${user} may not make anything in ${parent}`
    const next =
      look.state === 'repository'
        ? `Log in as ${owner}, or choose another name with --name.`
        : 'Choose a folder of that user with --base, such as ~/git; or add --become-user root to make it for that user by sudo.'
    return refuse(title, next)
  }
  return []
}

/** What the host holds that a push would have to overwrite, or that has nothing to do with this project. */
function historyRefusals(
  { host, remote, url }: Wanted,
  project: Project,
  look: RepositoryLook,
  kinship: Kinship,
  refs: readonly WantedRef[],
): readonly ErrorData[] {
  const { path } = look
  if (!kinship.isRelated) {
    return [
      refusal(
        host,
        `${path} holds another project: not one commit of it is known here`,
        'Choose another name with --name.',
      ),
    ]
  }
  return refs.flatMap(({ ref, object, was }) => {
    if (was === undefined || was === object) return []
    const name = nameOf(ref)
    if (ref.startsWith('refs/tags/')) {
      return [
        refusal(
          host,
          `the tag ${name} on ${host} is not the one that is here`,
          `Decide which one is right, and delete the other: ops never overwrites what others may have fetched.`,
        ),
      ]
    }
    const ahead = kinship.apart.get(name)?.there
    if (ahead === 0) return []
    const commits = ahead === undefined ? 'commits' : ahead === 1 ? 'a commit' : `${ahead} commits`
    return [
      refusal(
        host,
        `${name} on ${host} holds ${commits} that ${name} here does not`,
        `Bring them in first (\`git pull ${project.remotes.has(remote) ? remote : quote(url)} ${name}\`), then run again: ops never forces a push.`,
      ),
    ]
  })
}

function isToFollow({ name, upstream }: Branch, { remote, track }: Wanted): boolean {
  if (upstream === `refs/remotes/${remote}/${name}`) return false
  return upstream === undefined || track
}

function notesOf(wanted: Wanted, project: Project, branches: readonly Branch[]): readonly string[] {
  const { remote, track } = wanted
  const elsewhere = branches.filter(
    ({ name, upstream }) => !track && upstream !== undefined && upstream !== `refs/remotes/${remote}/${name}`,
  )
  const paths = project.changedPaths
  return [
    paths > 0 &&
      `${counted(paths, 'path is', 'paths are')} changed and not committed: only what is committed is pushed`,
    project.hasSubmodules && 'submodules are not pushed: each has a remote of its own',
    project.lfsFiles > 0 &&
      `${counted(project.lfsFiles, 'file is', 'files are')} kept by Git LFS: a plain SSH host takes pointers, not contents`,
    ...elsewhere.map(
      ({ name, upstream = '' }) =>
        `${name} goes on following ${upstream.replace(/^refs\/(remotes|heads)\//, '')}; --track makes it follow ${remote}/${name}`,
    ),
  ].filter(note => note !== false)
}

/** Branches that have nothing to push, as the host has all of them and more. */
function behindNotes({ remote }: Wanted, branches: readonly Branch[], { apart }: Kinship): readonly string[] {
  return branches.flatMap(({ name }) => {
    const distance = apart.get(name)
    if (distance?.here !== 0 || distance.there === 0) return []
    const commits = counted(distance.there, 'commit')
    return [`${name} here is ${commits} behind ${remote}/${name}: \`git pull\` brings them in`]
  })
}

/** Everything is decided before anything is touched, so a refusal leaves both sides as they were. */
export function refusal(host: string, title: string, next: string, rest: Partial<ErrorData> = {}): ErrorData {
  return new OpsError({ code: 'failed', title, host, changed: 'no', next, ...rest }).data
}
