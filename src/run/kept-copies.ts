/** What a host keeps of the files that runs have changed: asked in one trip, in which nothing is changed. */

import { bareShell } from '../shell/library.ts'
import { quote } from '../shell/quote.ts'
import keptCopiesText from './kept-copies.sh'
import type { Session } from './session.ts'

/** A copy of what a file held before a run changed it. */
export interface KeptCopy {
  /** The folder of the run, such as `20261128T203000Z-0123456789abcdef`. */
  readonly run: string
  /** When that run changed its first file, in UTC: `2026-11-28T20:30:00Z`. */
  readonly at: string
  /** The file that it is a copy of. */
  readonly path: string
  /** Where the copy is. */
  readonly kept: string
  readonly sizeBytes: number
  readonly mode: string
  readonly owner: string
  readonly group: string
  readonly sha256: string
}

/** For hashing 256 MiB on a slow host. */
const silenceMs = 300_000

/** As the write library chooses its places; what belongs to somebody else there is not ours. Names end in a NUL. Runs come newest first, as their names know the second only. */
const question = bareShell(keptCopiesText)

/** The copies that a host keeps for the user that we act as, the newest first; those of one file, if it is named. */
export async function keptCopies(session: Session, path?: string): Promise<readonly KeptCopy[]> {
  let said = ''
  await session.trip(question, {
    silenceMs,
    frame: ({ kind, body }) => {
      if (kind === 'kept') said = body.toString('utf8')
    },
  })
  const copies = said.split('\0').flatMap(each => copyOf(each.trimStart()) ?? [])
  return copies
    .filter(copy => path === undefined || copy.path === path)
    .map((copy, place) => ({ copy, place }))
    .sort(
      ({ copy: one, place }, { copy: other, place: otherPlace }) =>
        other.at.localeCompare(one.at) ||
        (one.run === other.run ? one.path.localeCompare(other.path) : place - otherPlace),
    )
    .map(({ copy }) => copy)
}

/** Those copies that a host still keeps, in the order in which they are named: asked in one trip. */
export async function copiesAt(session: Session, copies: readonly string[]): Promise<readonly KeptCopy[]> {
  let said = ''
  const each = `[ -f "$ops_copied_path" ] && [ ! -L "$ops_copied_path" ] && ops_sum=$(sha256sum <"$ops_copied_path") && printf '%s:%s:%s\\0' "$(stat -c %s:%a:%U:%G -- "$ops_copied_path")" "\${ops_sum%% *}" "$ops_copied_path" || :`
  await session.trip(
    `ops_frame kept\nfor ops_copied_path in ${copies.map(quote).join(' ')}; do ${each}; done`,
    {
      silenceMs,
      frame: ({ kind, body }) => {
        if (kind === 'kept') said = body.toString('utf8')
      },
    },
  )
  return said.split('\0').flatMap(text => copyOf(text.trimStart()) ?? [])
}

function copyOf(text: string): KeptCopy | undefined {
  const found = /^(\d+):(\d+):([^:]*):([^:]*):([0-9a-f]{64}):(.*)$/s.exec(text)
  const kept = found?.[6] ?? ''
  const [, run, stamp, path] = /\/kept\/((\d{8}T\d{6}Z)-[0-9a-f]+)(\/.*)$/s.exec(kept) ?? []
  if (!found || run === undefined || stamp === undefined || path === undefined) return undefined
  return {
    run,
    at: stamp.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'),
    path,
    kept,
    sizeBytes: Number(found[1]),
    mode: (found[2] ?? '').padStart(4, '0'),
    owner: found[3] ?? '',
    group: found[4] ?? '',
    sha256: found[5] ?? '',
  }
}
