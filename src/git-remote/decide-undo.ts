/** Decides what an undo may take away: only what ops made, and only while nothing would be lost. */
import type { ErrorData } from '../base/errors.ts'
import { refusal } from './decide.ts'
import type { Kinship } from './project.ts'
import type { RepositoryLook } from './repository-look.ts'

export interface UndoWork {
  readonly removesRepository: boolean
  readonly removesRemote: boolean
  readonly notes: readonly string[]
}

/** The remote of the wanted name: does it lead to the repository, and did ops make it. */
export interface RemoteToUndo {
  readonly name: string
  readonly leadsThere: boolean
  readonly isOurs: boolean
}

export type UndoDecision = { readonly work: UndoWork } | { readonly refusals: readonly ErrorData[] }

export function decideUndo(
  host: string,
  remote: RemoteToUndo | undefined,
  look: RepositoryLook,
  kinship: Kinship,
): UndoDecision {
  const isThere = look.state !== 'absent' || look.isAside
  const refusals = isThere ? keepers(host, look, kinship) : []
  if (refusals.length > 0) return { refusals }
  const removesRemote = remote?.leadsThere === true && remote.isOurs
  const kept =
    remote === undefined || removesRemote
      ? []
      : [
          remote.leadsThere
            ? `the remote ${remote.name} stays: ops did not make it; \`git remote remove ${remote.name}\` takes it away`
            : `the remote ${remote.name} stays: it leads elsewhere`,
        ]
  return { work: { removesRepository: isThere, removesRemote, notes: kept } }
}

/** What keeps the repository where it is. */
function keepers(host: string, look: RepositoryLook, kinship: Kinship): readonly ErrorData[] {
  const { path, parent, user } = look
  const keep = (title: string, next: string): ErrorData => refusal(host, title, next)
  const byHand = 'If it should go anyway, remove it on the host by hand.'
  if (look.state !== 'repository') return [keep(`${path} is not a repository that git can read`, byHand)]
  if (!look.isOurs) return [keep(`${path} was not made by ops`, byHand)]
  if (!look.isParentWritable) {
    const next = 'Add --become-user root to remove it by sudo, as it was made.'
    return [keep(`${user} may not remove anything from ${parent}`, next)]
  }
  const unknown = [...look.refs].filter(([, object]) => !kinship.known.has(object)).map(([ref]) => ref)
  const lost = [...new Set([...unknown, ...kinship.unsaved])]
  return [
    ...(lost.length > 0
      ? [
          keep(
            `${path} holds more than what was pushed from here: ${shown(lost)}`,
            'Fetch it into a branch or tag of this name here first; then nothing is lost.',
          ),
        ]
      : []),
    ...(look.extras.length > 0
      ? [keep(`${path} holds what no push brought: ${shown(look.extras)}`, byHand)]
      : []),
  ]
}

function shown(names: readonly string[]): string {
  const short = names.slice(0, 5).map(name => name.replace(/^refs\/(heads|tags)\//, ''))
  return names.length > short.length
    ? `${short.join(', ')} and ${names.length - short.length} more`
    : short.join(', ')
}
