/** From the words of the command line to groups of log files. */
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { localFile, standardInput } from '../../logs/source.ts'
import type { TableGroup } from '../../logs/table.ts'
import { collected } from '../collected.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import type { ReadingFlags } from './flags.ts'
import type { LogOperands } from './operands.ts'

/** Files of this machine are one group, in the order given. @throws InputErrors with all that cannot be read. */
export async function openGroups(
  { files }: LogOperands,
  _settings: CommonSettings,
  _reading: ReadingFlags,
  _session: ReportSession,
): Promise<readonly TableGroup[]> {
  const errors: ErrorData[] = []
  const sources = []
  for (const file of files) {
    const source = await collected(errors, () =>
      file === '-' ? standardInput(process.stdin) : localFile(file),
    )
    if (source) sources.push(source)
  }
  if (errors.length > 0) throw new InputErrors(errors)
  return sources.length > 0 ? [{ host: '', sources, formats: [], isRemote: false }] : []
}
