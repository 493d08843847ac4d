/** What stands in the way of changing a path, or hangs on it, whatever resource changes it: asked once for all steps of a plan. */
import { oncePer } from '../../base/once-per.ts'
import { awkWord, bareShell } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import type { Question } from '../look/look.ts'
import type { Change, WayOfChange } from '../resource.ts'
import { desiredOf, type Step } from '../step.ts'
import readingText from './places.awk'
import placesText from './places.sh'

/** What was told of one path, where anything of it is odd. */
export interface Place {
  /** `far`: not even its folder is there. */
  readonly kind: 'file' | 'folder' | 'link' | 'absent' | 'far' | 'way'
  /** Where it really is. */
  readonly path: string
  /** It is a symbolic link itself, which is followed. */
  readonly isFollowed?: boolean
  /** It is a mount point of its own. */
  readonly isMount: boolean
  /** Of a folder: the first mount point below it. */
  readonly mountInside?: string
  /** The mount point of a file system that is read-only: of what lies there, and of the folder that it is in. */
  readonly readOnly?: string
  readonly folderReadOnly?: string
  /** What `chattr` set: of what lies there, and of the folder that it is in. */
  readonly flag?: 'i' | 'a'
  readonly folderFlag?: { readonly flag: 'i' | 'a'; readonly folder: string }
  /** Of a file with several names (hard links): how many others, those of them that lie in its folder, and its mode. */
  readonly names?: { readonly others: number; readonly shown: readonly string[]; readonly mode: string }
}

/** By the path that a step owns. */
export type Places = ReadonlyMap<string, Place>

/** A path that a step writes to. */
export interface OwnPath {
  readonly path: string
  /** One key or line of it. */
  readonly isPart: boolean
}

/** What is not kept on a disk has rules of its own. */
const elsewhere = /^\/(?:proc|sys|dev)\//

/** The single paths that a step owns. */
export function ownPathsOf({ resource, params }: Pick<Step, 'resource' | 'params'>): readonly OwnPath[] {
  if (!resource.apply) return []
  const { path: given } = params as { readonly path?: unknown }
  return (resource.owns?.(params) ?? []).flatMap(claim => {
    if (!claim.startsWith('path:/') || /[/*]$/.test(claim) || elsewhere.test(claim.slice('path:'.length)))
      return []
    const whole = claim.slice('path:'.length)
    if (whole === given) return [{ path: whole, isPart: false }]
    // A `#` may be one of the path's own.
    if (typeof given === 'string' && whole.startsWith(`${given}#`)) return [{ path: given, isPart: true }]
    const at = whole.indexOf('#')
    return [{ path: at < 0 ? whole : whole.slice(0, at), isPart: at >= 0 }]
  })
}

/** How a step changes a path of its own: the default is a new file of the same name. */
export function changesBy(
  step: Pick<Step, 'resource' | 'params'>,
  { path, isPart }: OwnPath,
  change?: Change,
): WayOfChange {
  const { resource, params } = step
  const said = resource.changesBy?.(path, params, change)
  if (said !== undefined) return said
  return !isPart && desiredOf(step).state === 'absent' ? 'name' : 'new file'
}

/**
 * One program each for all paths: stat, lsattr where there is one, and awk for the list of mounts. `find` only where a file
 * has several names. Undefined where no step writes to a path.
 */
export const placesQuestion = oncePer((steps: readonly Step[]): Question | undefined => {
  const words = wordsOf(steps)
  if (words.length === 0) return undefined
  const text = `ops_place_reading=${awkWord(readingText)}\n${bareShell(placesText)}${sh`ops_odd_places ${words}`.shell}`
  return { id: 'places', text }
})

const wordsOf = oncePer((steps: readonly Step[]): readonly string[] => {
  const own = steps.flatMap(step => ownPathsOf(step).map(each => wordOf(each.path, changesBy(step, each))))
  if (own.length === 0) return []
  const read = steps.flatMap(readFoldersOf).map(folder => wordOf(`${folder}/.`, 'nothing'))
  return [...new Set([...own, ...read])]
})

function wordOf(path: string, by: WayOfChange): string {
  return `${by === 'nothing' ? 'way' : by === 'name' ? 'name' : 'follow'}:${path}`
}

/** The folders of what the answer of a step hangs on: those of a unit are few, and what is read in them is much. */
function readFoldersOf({ resource, params }: Step): readonly string[] {
  return (resource.reads?.(params) ?? []).flatMap(claim => {
    const folder = /^path:(\/[^#]+)\/[^/#]+\/?(?:#.*)?$/s.exec(claim)?.[1]
    return folder === undefined || elsewhere.test(`${folder}/`) ? [] : [folder]
  })
}

/** Paths that are another one in truth, as a symbolic link leads to it: by their name, where they really are. */
export const realPathsOf = oncePer((places: Places): ReadonlyMap<string, string> => {
  const real = new Map<string, string>()
  for (const [word, place] of places) {
    const [name, path] = [word.slice(word.indexOf(':') + 1), place.path].map(each =>
      each.replace(/\/\.$/, ''),
    )
    if (name === undefined || path === undefined) continue
    if (name !== path && (word.startsWith('follow:') || !real.has(name))) real.set(name, path)
  }
  return real
})

/** By `HOW:PATH`, as it was asked. */
export function readPlaces(printed: string, steps: readonly Step[]): Places {
  const words = wordsOf(steps)
  const places = new Map<string, Place>()
  for (const line of printed.split('\n')) {
    const [index = '', kind, path = '', what, ...rest] = line.split('\t')
    const word = words[Number(index)]
    if (word === undefined || what === undefined) continue
    const before = places.get(word) ?? { kind: kind as Place['kind'], path, isMount: false }
    places.set(word, { ...before, ...told(what, rest) })
  }
  return places
}

/** What is known of a path that a step changes so. */
export function placeOf(places: Places, { path }: OwnPath, by: WayOfChange): Place | undefined {
  return places.get(wordOf(path, by))
}

function told(what: string, [one = '', two = '', ...more]: readonly string[]): Partial<Place> {
  const flag = one.includes('i') ? 'i' : 'a'
  switch (what) {
    case 'really':
      return { isFollowed: one === 'led' }
    case 'mount':
      return { isMount: true }
    case 'mount-inside':
      return { mountInside: decoded(one) }
    case 'read-only':
      return { readOnly: decoded(one) }
    case 'folder-read-only':
      return { folderReadOnly: decoded(one) }
    case 'flags':
      return { flag }
    case 'folder-flags':
      return { folderFlag: { flag, folder: two } }
    case 'names':
      return { names: { others: Number(one) - 1, mode: two, shown: more } }
    default:
      return {}
  }
}

/** proc_pid_mountinfo(5) writes blanks, tabs, line ends and backslashes in octal. */
const decoded = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
