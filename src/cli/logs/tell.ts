/** What is said of a log that was read: lines in, rows out, and what was rejected. */
import type { Counts } from '../../logs/convert.ts'
import type { Rejects } from '../../logs/rejects.ts'
import type { Report } from '../../report/report.ts'

type Say = Pick<Report, 'say' | 'refuse'>

const lines = (count: number) => `${count} ${count === 1 ? 'line' : 'lines'}`
const rowsText = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`

/** in = out + rejected + left out, always; the first rejected lines by number. */
export function tellCounts(
  report: Say,
  { lines: total, rows, rejected, skipped, undated }: Readonly<Counts>,
  rejects: Rejects,
  rejectsFile: string | undefined,
): void {
  for (const { source, line, reason } of rejects.told) {
    report.say(`${source}, line ${line} is rejected: ${reason}`)
  }
  const more = rejected - rejects.told.length
  if (more > 0) report.say(`... and ${more} more`)
  const older = skipped > 0 ? ` + ${skipped} from before --since` : ''
  const timeless = undated > 0 ? ` + ${undated} without a readable time` : ''
  const where = rejected > 0 && rejectsFile !== undefined ? ` (in ${rejectsFile})` : ''
  report.say(`${lines(total)} = ${rowsText(rows)} + ${rejected} rejected${where}${older}${timeless}`)
}

/** True, and told, when there were lines and none was a row: the format is not theirs. */
export function tellNoRow(report: Say, { rows, rejected, skipped, undated }: Readonly<Counts>): boolean {
  if (rows + skipped + undated > 0 || rejected === 0) return false
  const next = 'Leave --format out, or give the text of the log_format or LogFormat that the server has.'
  report.refuse([{ code: 'failed', title: 'no line fits the format', next }])
  return true
}
