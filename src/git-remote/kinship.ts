/** Compares the host's refs with the project, using only what is on this machine. */
import { localGit } from './local-git.ts'
import type { Branch, Distance, Kinship, Project } from './project.ts'

type Refs = ReadonlyMap<string, string>

/** Objects of the host that are here too, with their types. */
async function knownObjects(project: Project, refs: Refs): Promise<ReadonlyMap<string, string>> {
  const objects = [...new Set(refs.values())]
  if (objects.length === 0) return new Map()
  const git = await localGit(project.folder, lines(objects))
  const answer = await git.raw('cat-file', '--batch-check=%(objectname) %(objecttype)')
  return new Map(
    answer.split('\n').flatMap(line => {
      const [, object, type] = /^([0-9a-f]+) (?!missing$)(\w+)$/.exec(line) ?? []
      return object === undefined || type === undefined ? [] : [[object, type] as const]
    }),
  )
}

/** The part of a kinship that can be told on this machine alone. */
export interface Relation extends Pick<Kinship, 'known' | 'apart' | 'unsaved'> {
  /** The host holds objects that are not here. */
  readonly hasUnknown: boolean
}

export async function relationOf(project: Project, refs: Refs): Promise<Relation> {
  const known = await knownObjects(project, refs)
  const hasUnknown = [...refs.values()].some(object => !known.has(object))
  return { known, hasUnknown, apart: await distances(project, refs, known), unsaved: [] }
}

/** For branches of both sides that differ, where the host's commit is known here. */
async function distances(
  project: Project,
  refs: Refs,
  known: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Distance>> {
  const git = await localGit(project.folder)
  const counts = await Promise.all(
    [...project.branches.values()].map(async ({ name, commit }) => {
      const there = refs.get(`refs/heads/${name}`)
      if (there === undefined || there === commit || !known.has(there)) return undefined
      const counted = await git.raw('rev-list', '--left-right', '--count', `${commit}...${there}`)
      const [onlyHere = Number.NaN, onlyThere = Number.NaN] = words(counted).map(Number)
      return [name, { here: onlyHere, there: onlyThere }] as const
    }),
  )
  return new Map(counts.filter(each => each !== undefined))
}

/** Refs of the host that would be lost with it: no branch or tag here holds them, or none has that name. */
export async function unsavedRefs(
  project: Project,
  refs: Refs,
  known: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const tags = new Set(project.tags.values())
  const here = [...refs].filter(([, object]) => known.has(object) && !tags.has(object))
  const nameless = [...refs.keys()].filter(ref => !isNamed(project, ref))
  // A tag, tree or blob that no tag here names would be lost, whatever it points to.
  const others = here.filter(([, object]) => known.get(object) !== 'commit').map(([ref]) => ref)
  const bare = [...new Set([...nameless, ...others])]
  const commits = here.filter(([, object]) => known.get(object) === 'commit')
  if (commits.length === 0) return bare
  const notHere = ['--not', '--branches', '--tags']
  const together = await localGit(project.folder, lines(commits.map(([, object]) => object)))
  const anything = await together.raw('rev-list', '--max-count=1', '--stdin', ...notHere)
  if (anything.trim() === '') return bare
  const git = await localGit(project.folder)
  const unsaved = await Promise.all(
    commits.map(async ([ref, object]) => {
      const left = await git.raw('rev-list', '--max-count=1', object, ...notHere)
      return left.trim() === '' ? [] : [ref]
    }),
  )
  return [...bare, ...unsaved.flat()]
}

/** A branch or tag that somebody made on the host alone is more than what was pushed, though its commit is here too. */
function isNamed(project: Project, ref: string): boolean {
  const [, kind, name = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? []
  return kind === 'heads' ? project.branches.has(name) : kind === 'tags' && project.tags.has(name)
}

/** Branches whose commit on the host is not known here. */
export function strangeBranches(
  project: Project,
  { known }: Pick<Kinship, 'known'>,
  refs: Refs,
): readonly Branch[] {
  return [...project.branches.values()].filter(({ name }) => {
    const there = refs.get(`refs/heads/${name}`)
    return there !== undefined && !known.has(there)
  })
}

/** Whether the first commits of the host's repository include one of the project's; nothing there is nothing foreign. */
export async function isRelated(project: Project, theirs: readonly string[]): Promise<boolean> {
  if (theirs.length === 0) return true
  const git = await localGit(project.folder)
  const ours = new Set(words(await git.raw('rev-list', '--max-parents=0', '--branches', '--tags')))
  return theirs.some(root => ours.has(root))
}

function lines(list: readonly string[]): string {
  return list.map(each => `${each}\n`).join('')
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(word => word !== '')
}
