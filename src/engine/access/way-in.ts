/** What our own way into a host stands on, from what the host told of it. */
import { posix } from 'node:path'
import type { AccessArea } from './area.ts'
import type { WayInStamp } from './way-in-shell.ts'

/** All paths stand for themselves alone, in every spelling that a link gives them. */
export interface WayIn {
  readonly home: string
  /** Files that are read or run while we log in, and links that lead to them. */
  readonly files: ReadonlyMap<string, AccessArea>
  /** Folders on the way to them: their modes, links and mounts matter, what else lies in them does not. */
  readonly folders: ReadonlyMap<string, AccessArea>
  /** Names that would be read, were there such a file. */
  readonly globs: readonly { readonly area: AccessArea; readonly pattern: RegExp }[]
  /** Without which sshd or sudo would not let us in. */
  readonly groups: ReadonlySet<string>
  /** Units and slices that our login runs in, and all names under which they are configured. */
  readonly units: ReadonlySet<string>
  /** Paths that steps claim, as the host knows them: where the last link leads, and each link before. */
  readonly names: ReadonlyMap<string, readonly string[]>
}

/** What of an answer is worth knowing for the next run; undefined where it says that nothing has changed. */
export function wayInToKeep(text: string): string | undefined {
  return text.split(/^way-in=new\n/m)[1]
}

/** By what the host can tell that an earlier answer still holds. */
export function stampOf(earlier: string): WayInStamp | undefined {
  const values = valuesIn(earlier)
  const stamp = values('stamp')[0]
  if (!stamp) return undefined
  return {
    stamp,
    ways: values('way').map(each => areaAndRest(each)[1]),
    reads: values('read'),
  }
}

/** Reads what `wayInProbe` printed, beside the answer of an earlier run; undefined where the host could not tell. */
export function parseWayIn(text: string, earlier = ''): WayIn | undefined {
  const isSame = /^way-in=same$/m.test(text)
  const parts = (isSame ? [earlier, text] : [text]).map(each => each.split(/^names=\n/m))
  const before = parts.map(each => each[0] ?? '').join('\n')
  const after = parts.map(each => each[1] ?? '').join('\n')
  const values = valuesIn(before)
  const home = values('home')[0]
  if (!home) return undefined
  const walks = walksIn(after)
  const files = new Map<string, AccessArea>()
  const folders = new Map<string, AccessArea>()
  for (const [area, path] of values('way').map(areaAndRest)) {
    const walk = walks.get(path)
    for (const each of [path, ...(walk?.links ?? []), ...(walk ? [walk.end] : [])]) files.set(each, area)
    for (const each of [...foldersOf(path), ...(walk?.folders ?? [])])
      if (!folders.has(each)) folders.set(each, area)
  }
  const mine = new Set((values('groups')[0] ?? '').split(' '))
  const letsIn = values('group').map(patternOf)
  const isAny = values('pam').includes('access')
  return {
    home,
    files,
    folders,
    globs: values('glob').map(each => {
      const [area, pattern] = areaAndRest(each)
      return { area, pattern: patternOf(pattern) }
    }),
    groups: new Set([...mine].filter(name => isAny || letsIn.some(each => each.test(name)))),
    units: new Set(values('cgroup').flatMap(path => path.split('/').flatMap(unitNames))),
    names: new Map([...walks].map(([path, { last, end }]) => [path, [...last, end]])),
  }
}

/** What of our way in a path that a step claims is; undefined where it is none of it. */
export function areaInWay(way: WayIn, path: string): AccessArea | undefined {
  for (const name of [path, ...(way.names.get(path) ?? [])]) {
    const area =
      way.files.get(name) ?? way.folders.get(name) ?? way.globs.find(each => each.pattern.test(name))?.area
    if (area) return area
  }
  return undefined
}

/** What would be hidden by a mount there. */
export function areaUnderMount(way: WayIn, point: string): AccessArea | undefined {
  return point === '/' ? undefined : (way.folders.get(point) ?? way.files.get(point))
}

/** What stands after `KEY=`, line by line, by the key. */
function valuesIn(text: string): (key: string) => readonly string[] {
  const values = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    const key = line.slice(0, at)
    const others = values.get(key)
    if (others) others.push(line.slice(at + 1))
    else if (at > 0) values.set(key, [line.slice(at + 1)])
  }
  return key => values.get(key) ?? []
}

function areaAndRest(text: string): [AccessArea, string] {
  const at = text.indexOf(' ')
  return [text.slice(0, at) as AccessArea, text.slice(at + 1)]
}

function foldersOf(path: string): string[] {
  const parent = posix.dirname(path)
  return parent === path ? [path] : [parent, ...foldersOf(parent)]
}

/** Of `a-b.slice` also `a-.slice` and `slice`: systemd.unit(5) reads drop-ins under all of them. */
function unitNames(unit: string): string[] {
  const [, name, type] = /^(.+)\.(service|slice|scope|socket)$/.exec(unit) ?? []
  if (name === undefined || type === undefined || unit === 'init.scope') return []
  const bare = name.replace(/@.*/, '@')
  const prefixes = [...name.matchAll(/-/g)].map(({ index }) => `${name.slice(0, index + 1)}.${type}`)
  return [unit, ...(bare === name ? [] : [`${bare}.${type}`]), ...prefixes, type]
}

/** A pattern of the shell, of sshd_config or of a file name, as one that fits whole names. */
function patternOf(glob: string): RegExp {
  const text = glob.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${text.replaceAll('\\*', '[^/]*').replaceAll('\\?', '[^/]')}$`)
}

/** The way along one path, as namei(1) tells it. */
interface Walk {
  readonly folders: string[]
  readonly links: string[]
  /** Where the last part of the path is a link: itself, and each link that it leads to. */
  last: string[]
  end: string
}

function walksIn(text: string): Map<string, Walk> {
  const walks = new Map<string, Walk>()
  let walk: Walk | undefined
  let at = '/'
  for (const line of text.split('\n')) {
    const path = /^f: (.*)$/.exec(line)?.[1]
    if (path !== undefined) {
      walk = { folders: [], links: [], last: [], end: path }
      walks.set(path, walk)
      at = '/'
      continue
    }
    const missing = /^ {3,}(.*) - (?:No such file or directory|Not a directory|Permission denied)$/.exec(
      line,
    )?.[1]
    const [, indent = '', type = '-', rest = ''] =
      missing === undefined
        ? (/^ ( *)(\S) (.*)$/.exec(line) ?? [])
        : (/^ {3}( *)(-?)(.*) - /.exec(line) ?? [])
    if (!walk || rest === '') continue
    const name = type === 'l' ? rest.replace(/ -> .*$/, '') : rest
    const here = name === '/' ? '/' : posix.join(at, name)
    // A part of the path itself: what came before was a folder, or a link to one.
    if (indent === '') walk.last = []
    walk.end = here
    if (type === 'l') {
      walk.links.push(here)
      walk.last.push(here)
    } else at = here
    if (type === 'd') walk.folders.push(here)
  }
  return walks
}
