/** Why a path cannot be changed, and what else a change of it means: read-only mounts, mount points, chattr, hard links. */
import type { ErrorData } from '../../base/errors.ts'
import type { Change } from '../resource.ts'
import { desiredOf, type Step } from '../step.ts'
import { changesBy, ownPathsOf, type Place, type Places, placeOf } from './places.ts'

/** How the file itself is touched. `dress`: mode or owner, by one system call. */
type Act = 'new file' | 'in place' | 'name' | 'dress'

/** The paths of a step of which something odd is known, and what is done to each. */
function touched(step: Step, change: Change, places: Places): readonly { place: Place; act: Act }[] {
  return ownPathsOf(step).flatMap(own => {
    const by = changesBy(step, own, change)
    const place = placeOf(places, own, by)
    if (by === 'nothing' || place === undefined) return []
    const isThere = place.kind !== 'absent' && place.kind !== 'far'
    // What is to go and is not there; or a part of a file whose home is guessed at.
    if (!isThere && desiredOf(step).state === 'absent' && !own.isPart) return []
    if (own.isPart && place.kind === 'far') return []
    return [{ place, act: by !== 'name' && isDress(change, place) ? 'dress' : by }]
  })
}

/** Mode and owner together, and the owner of what has setuid, are set by a new file, so that no kill leaves half of it. */
function isDress({ keys }: Change, { kind, names }: Place): boolean {
  const changed = keys.map(({ key }) => key)
  if (!changed.every(key => key === 'mode' || key === 'owner' || key === 'group')) return false
  if (kind === 'folder') return true
  return !(changed.includes('mode') ? changed.length > 1 : /^[2-7]...$/.test(names?.mode ?? ''))
}

/** The error of a step that cannot be done where its path lies; undefined where nothing is known to stand in its way. */
export function placeError(step: Step, change: Change, places: Places, host: string): ErrorData | undefined {
  const inTheWay = [
    ofTheKernel(step, change),
    ...touched(step, change, places).map(({ place, act }) => hindrance(place, act, step)),
  ]
  for (const found of inTheWay) {
    if (found === undefined) continue
    return {
      code: 'failed',
      title: `${step.name}: ${found.why}`,
      host,
      step: step.name,
      ...(step.where && { where: step.where }),
      changed: 'no',
      next: `Nothing was touched. ${found.next}, then run again.`,
    }
  }
  return undefined
}

interface Hindrance {
  readonly why: string
  readonly next: string
}

/** Of a step that writes a path of its own there; not of one that sets what the kernel shows, as `sysctl` does. */
function ofTheKernel(step: Step, change: Change): Hindrance | undefined {
  const { path } = step.params as { readonly path?: unknown }
  if (typeof path !== 'string' || !path.startsWith('/proc/') || !step.resource.apply) return undefined
  const by = changesBy(step, { path, isPart: false }, change)
  if (by === 'in place' || by === 'nothing' || !change.keys.some(({ key }) => asksName.has(key)))
    return undefined
  return {
    why: `${path} lies in /proc, where the kernel shows what it holds: nothing can be made, replaced or removed there`,
    next: 'Set a value of the kernel with `sysctl`, or write into a file that is there with `inPlace: true` of `file`',
  }
}

/** Other keys are set on what is there. */
const asksName: ReadonlySet<string> = new Set(['state', 'content'])

function hindrance(place: Place, act: Act, step: Step): Hindrance | undefined {
  const { kind, path, isMount, mountInside, readOnly, folderReadOnly, flag, folderFlag } = place
  // What is done inside a folder or to the thing itself asks nothing of the folder above it.
  const asksFolder = act !== 'dress' && (kind !== 'folder' || act === 'name')
  const own = isMount ? readOnly : folderReadOnly
  const mount = asksFolder ? (folderReadOnly ?? own) : own
  if (mount !== undefined) {
    return {
      why: `${path} is on a file system that is mounted read-only (${mount})`,
      next: `It may have become so by errors, of which the kernel's log tells. Mount it writable (mount -o remount,rw ${mount})`,
    }
  }
  if (isMount && (act === 'name' || (act === 'new file' && kind === 'file'))) {
    const isFile = step.resource.type === 'file' && act === 'new file'
    return {
      why: `${path} is a mount point of its own, which can be neither replaced nor removed`,
      next: isFile
        ? 'Set `inPlace: true` in the step, which writes into it, or unmount it first'
        : 'Unmount it first, or change what is mounted there at its source',
    }
  }
  if (mountInside !== undefined && act === 'name' && takesAll(step)) {
    return {
      why: `another file system is mounted at ${mountInside}, below ${path}, and would not be removed with it`,
      next: `Unmount it first (umount ${mountInside}), and take it out of /etc/fstab`,
    }
  }
  if (flag !== undefined) return { why: `${path} is ${flagWords[flag]}`, next: unflag(flag, path) }
  if (asksFolder && folderFlag !== undefined) {
    const { flag: above, folder } = folderFlag
    return {
      why: `its folder ${folder} is ${flagWords[above]}, so that nothing in it can be made or replaced`,
      next: unflag(above, folder),
    }
  }
  return undefined
}

/** What lies in a folder goes with it. */
const takesAll = ({ params }: Step): boolean =>
  (params as { readonly recursive?: unknown }).recursive === true

const flagWords = { i: 'immutable (chattr +i)', a: 'append-only (chattr +a)' } as const

const unflag = (flag: 'i' | 'a', path: string): string =>
  `Somebody meant it to stay: if that is over, take it away on the host (chattr -${flag} ${path})`

/** What the other names of a file (hard links) come to. Told of a file once, with the first step that changes it: `seen`. */
export function placeNotes(step: Step, change: Change, places: Places, seen: Set<string>): readonly string[] {
  return touched(step, change, places).flatMap(({ place: { path, names, kind }, act }) => {
    if (names === undefined || kind !== 'file' || seen.has(path)) return []
    seen.add(path)
    const { others, shown } = names
    const one = others === 1
    const left = others - shown.length
    const links = `hard ${one ? 'link' : 'links'}${shown.length === 0 ? ', outside of its folder' : ''}`
    const which = `${others} other ${one ? 'name' : 'names'} (${links})`
    const where = shown.length === 0 ? '' : `: ${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
    const hint =
      act === 'new file' && step.resource.type === 'file' ? '; `inPlace: true` would change all of them' : ''
    return [`${which} ${what(act, one)}${where}${hint}`]
  })
}

function what(act: Act, one: boolean): string {
  switch (act) {
    case 'new file':
      return one ? 'keeps the old content' : 'keep the old content'
    case 'in place':
      return one ? 'gets the new content too' : 'get the new content too'
    case 'name':
      return one ? 'stays, with its content' : 'stay, with their content'
    case 'dress':
      return one ? 'gets the same mode and owner' : 'get the same mode and owner'
  }
}
