/** What is wrong with files, by what a look told of them: one that is empty, and a dump that has shrunk beside those before it. */
import type { Finding } from '../../engine/resource.ts'
import { finding, missedFindings, readRecords, recordsOf } from '../filesystems/look.ts'
import { sizeText } from '../filesystems/space.ts'

interface Given {
  readonly path: string
  readonly shrink: number
  readonly strict: boolean
}

const shownEach = 50

/** What is empty, gone or shrunken, each as a person is told of it. */
export function findingsOf(observation: string, given: Given): readonly Finding[] {
  const { path } = given
  const records = readRecords(observation)
  const place = (name: string): string => (name === '' ? path : `${path === '/' ? '' : path}/${name}`)
  const empty = recordsOf(records, 'empty').map(([at, name = '']) =>
    finding(
      `${place(name)} is empty (0 bytes)`,
      at,
      'bring it back from a good copy, and find out what emptied it',
    ),
  )
  return [
    ...recordsOf(records, 'missing').map(() =>
      finding(
        `${path} is not there`,
        undefined,
        'is its disk mounted? Otherwise bring it back from a good copy',
      ),
    ),
    ...recordsOf(records, 'hollow').map(() =>
      finding(
        `${path} holds no file at all`,
        undefined,
        'is its disk mounted? Otherwise bring it back from a good copy',
      ),
    ),
    ...recordsOf(records, 'unreadable').map(([said]) =>
      finding(
        `${path} cannot be read whole: ${said}`,
        undefined,
        'see the kernel log, and check the file system',
      ),
    ),
    ...clipped(empty, path, 'are empty'),
    ...clipped(
      recordsOf(records, 'nothing').map(([at, name = '', why = '']) =>
        finding(`${place(name)} holds nothing: ${why}`, at, 'run the dump again, and read what it says'),
      ),
      path,
      'hold nothing',
    ),
    ...clipped(shrunken(recordsOf(records, 'dump'), given, place), path, 'have shrunk'),
    ...(given.strict ? missedFindings(records) : []),
  ]
}

/** A folder full of them is one disaster, not thousands. */
function clipped(findings: readonly Finding[], path: string, what: string): readonly Finding[] {
  const left = findings.length - shownEach
  if (left <= 0) return findings
  return [
    ...findings.slice(0, shownEach),
    finding(`${left} more files below ${path} ${what}`, undefined, `look at those above first`),
  ]
}

interface Dump {
  readonly size: number
  readonly at: number
  readonly isOpen: boolean
  readonly name: string
}

const generationsCompared = 5

/** The newest of each series of generations, where it is far smaller than each of those right before it. */
function shrunken(
  records: readonly (readonly string[])[],
  { shrink }: Given,
  place: (name: string) => string,
): readonly Finding[] {
  const series = new Map<string, Dump[]>()
  for (const [size, at, open, name = ''] of records) {
    const dump = { size: Number(size), at: Number(at), isOpen: open === 'open', name }
    // Generations differ in numbers: db-2026-11-21.sql.gz, daily.3/db.sql, db.sql.1.
    const key = name.replace(/\d+/g, '#')
    series.set(key, [...(series.get(key) ?? []), dump])
  }
  return [...series.values()].flatMap(dumps => {
    const done = dumps
      .filter(dump => !dump.isOpen)
      .sort((one, other) => one.at - other.at || order(one.name, other.name))
    const newest = done.at(-1)
    const before = done.slice(-1 - generationsCompared, -1)
    // One earlier dump that went wrong must not make the next one look right.
    const usual = before.map(({ size }) => size).sort((one, other) => one - other)[before.length >> 1] ?? 0
    if (newest === undefined || before.length < 2 || newest.size > usual * (1 - shrink / 100)) return []
    const percent = Math.round((1 - newest.size / usual) * 100)
    return [
      finding(
        `${place(newest.name)} has ${sizeText(newest.size)}, ${percent} % less than is usual among the ${before.length} before it (${sizeText(usual)})`,
        String(newest.at),
        'look into it before an older one is deleted: was the dump cut off, or is data gone?',
      ),
    ]
  })
}

const order = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true })
