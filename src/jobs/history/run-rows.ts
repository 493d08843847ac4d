/** What a history in a table of MySQL and one in a table of PostgreSQL have in common. */
import { createHash } from 'node:crypto'
import { type RunStory, storyOf } from './record.ts'

/** In the database, or the schema, of the table that the job writes. */
export const runsTable = 'ops_runs'

/** One run as it lies there. */
export interface RunRow {
  readonly run: string
  readonly begun: string
  readonly ended: string | undefined
  /** The statement that gives its log. */
  readonly log: string | undefined
}

/** Names a lock that a run holds from its first word to its last. */
export const runLock = (run: string): string => `run ${run}`

/** `isHeld` is asked only of a run without an end. */
export async function readStory(
  { run, begun, ended, log }: RunRow,
  isHeld: (run: string) => Promise<boolean>,
): Promise<RunStory> {
  const story = storyOf(run, begun, ended, log)
  return { ...story, isRunning: story.ended === undefined && (await isHeld(run)) }
}

/** As its key holds it: at most 255 bytes. */
export function subjectOf(subject: string): string {
  return Buffer.byteLength(subject) <= 255 ? subject : createHash('sha256').update(subject).digest('hex')
}

/** A statement may be no longer than `max_allowed_packet`, which is 1 MiB at the least in use. */
const mostLogBytes = 200_000

/** The last lines of a log, which say how it ended; null where there are none. */
export function tailOf(log: string): string | null {
  if (log === '') return null
  const bytes = Buffer.from(log)
  if (bytes.length <= mostLogBytes) return log
  const tail = bytes.subarray(bytes.length - mostLogBytes)
  return tail.subarray(tail.indexOf(0x0a) + 1).toString('utf8')
}
