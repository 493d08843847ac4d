/** Shell that looks at files, directories and links: one stat and one sha256sum for however many. */

import { libraryOf } from '../../shell/library.ts'
import { raw, type Shell, sh } from '../../shell/sh.ts'
import lookText from './paths-look.sh'

/** Plan diffs show texts up to this size. */
export const shownBytes = 65536

/**
 * `ops_paths MARK FLAGS PATH ...` prints for each pair `kind=file|directory|special|dangling|link|absent|refused` and what the
 * flags ask for: `h` sha256, `m` mode, `o`/`u` owner by name or number, `g`/`i` group by name or number, `l` look at a
 * link itself. `:12345678` after the flags asks for the text as a detail where the hash starts otherwise. Of what is
 * absent a missing directory above it is the detail. `r` looks at what is to be removed: a link at the end is told by `to=` as well; with `e`,
 * a directory that is not empty is `kind=filled`. A way
 * that a change would not go (see the way library, which it needs) is `kind=refused` with `why=`.
 */
export const lookLibrary = libraryOf('paths-look', lookText)

/** The first directory on the way to a path that a look found absent, where one is not there: from its detail. */
export function lackingDirectory(detail: string): string | undefined {
  return /^lack=(.+)\n$/.exec(detail)?.[1]
}

/** Why no change would go the way to a path, for `parse`: others could move a link on it. */
export function refusedWay(found: ReadonlyMap<string, string>): { readonly why?: string } {
  const why = found.get('why')
  return why === undefined ? {} : { why }
}

/** What to look at on one path. */
export interface Look {
  readonly flags: string
  readonly path: string
}

/** The probe of one. */
export function look({ flags, path }: Look): Shell {
  return sh`ops_paths '' ${flags} ${path}`
}

/** The probe of many; the engine's mark ends each. */
export function lookMany(many: readonly Look[]): Shell {
  const mark = raw('a variable that the engine sets', '"$OPS_MARK"')
  return sh`ops_paths ${mark} ${many.flatMap(({ flags, path }) => [flags, path])}`
}

/** Reads what `ops_paths` printed for one path. */
export function readLook(observation: string): ReadonlyMap<string, string> {
  const pairs = observation
    .split('\n')
    .filter(line => line !== '')
    .map((line): [string, string] => {
      const at = line.indexOf('=')
      if (at < 0) throw new TypeError(`not an observation of a path: ${line}`)
      return [line.slice(0, at), line.slice(at + 1)]
    })
  const found = new Map(pairs)
  if (!found.has('kind')) throw new TypeError(`an observation without kind: ${observation}`)
  return found
}
