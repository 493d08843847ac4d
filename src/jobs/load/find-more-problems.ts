/** What happens once a line is known to be bad: nothing will be stored, but the lines behind it are looked at for a while. */
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../../base/errors.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { InputChunks } from './chunks.ts'
import type { Input } from './input.ts'
import type { LoadPlan } from './plan.ts'
import { mostNamed, type Problems } from './problems.ts'
import type { RecordReader } from './record-reader.ts'
import type { RowLoader } from './row-loader.ts'

/** Who waits for more bad lines waits no longer than this. */
const patienceMs = 60_000

/** Each chunk is tried in a transaction of its own and taken back at once. What breaks off then changes nothing about the verdict. */
export async function findMoreProblems(
  session: Session,
  loader: RowLoader,
  chunks: InputChunks,
  problems: Problems,
  interrupt: Interrupt,
): Promise<void> {
  const begun = performance.now()
  const doing = 'looking for more lines that cannot be loaded'
  try {
    while (!problems.areEnough && interrupt.level === 'none' && performance.now() - begun < patienceMs) {
      // Whoever writes the input may be slow, or wait for an answer.
      const left = pause(patienceMs - (performance.now() - begun), undefined, { ref: false })
      const chunk = await Promise.race([chunks.read(), left])
      if (!chunk) return
      if (chunk.rows.length === 0) {
        problems.add(...chunk.bad)
        continue
      }
      await session.query(sql`START TRANSACTION`, doing)
      await loader.load(chunk)
      await session.query(sql`ROLLBACK`, doing)
    }
  } catch (thrown) {
    if (session.lost !== undefined) throw thrown
  }
}

export interface LoadFailure {
  readonly source: string
  readonly plan: LoadPlan
  readonly input: Input
  readonly problems: Problems
}

export function loadError({ source, plan, input, problems }: LoadFailure, reader: RecordReader): OpsError {
  const { lines } = problems
  const last = lines.at(-1)?.line ?? 0
  const seen =
    lines.length >= mostNamed
      ? `There may be more behind line ${last}.`
      : reader.isAtEnd && reader.ahead.length === 0
        ? 'The rest can be loaded, unless a key of it stands twice.'
        : `Lines from ${reader.line} on were not looked at.`
  const count =
    lines.length >= mostNamed
      ? `${mostNamed} lines or more`
      : lines.length === 1
        ? 'a line'
        : `${lines.length} lines`
  return new OpsError({
    code: 'failed',
    title: `${source}: nothing was loaded into ${tableText(plan.table)}: ${count} of ${input.name} cannot be`,
    detail: `${lines.map(({ line, problem }) => `line ${line}: ${problem}`).join('\n')}\n${seen}`,
    changed: 'no',
    next: 'Correct them, then run the same command again.',
  })
}
