/** The flags that `ops logs csv` and `ops logs sql` share, and what they say. */
import type { Command } from 'commander'
import { type ErrorData, inputError } from '../../base/errors.ts'
import type { LogFormat } from '../../logs/format.ts'
import { readFormat } from '../../logs/known-formats.ts'
import { isDay } from '../../logs/utc-moment.ts'
import { collected } from '../collected.ts'

export interface ReadingFlags {
  readonly format: LogFormat | undefined
  readonly rejectsFile: string | undefined
  readonly sinceMs: number | undefined
}

export function addReadingFlags(command: Command): Command {
  return command
    .option(
      '--format <format>',
      'combined, main, common, vhost_combined, combinedio, or the text of a log_format (nginx) or LogFormat (Apache); otherwise that of the host, or what fits the lines',
    )
    .option('--rejects <file>', 'keep the lines that do not fit the format, as they are, in this file')
    .option('--since <time>', 'only rows from then on: 7d, 12h, 30min, or a date of UTC such as 2026-01-31')
}

export async function readingFlags(
  options: Readonly<Record<string, unknown>>,
  errors: ErrorData[],
): Promise<ReadingFlags> {
  const { format: formatText, rejects, since } = options
  const format =
    typeof formatText === 'string' ? await collected(errors, () => readFormat(formatText)) : undefined
  const sinceMs = typeof since === 'string' ? await collected(errors, () => momentOf(since)) : undefined
  return { format, sinceMs, rejectsFile: typeof rejects === 'string' ? rejects : undefined }
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** The moment that `--since` names. @throws OpsError `input` */
export function momentOf(text: string, nowMs = Date.now()): number {
  const ago = /^(\d+)\s*(s|min|h|d|w)$/.exec(text)
  if (ago) return nowMs - Number(ago[1]) * (unitMs[ago[2] ?? ''] ?? 0)
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const [year = 0, month = 0, ofMonth = 0] = (day ?? '').split('-').map(Number)
  const moment = isDay(year, month - 1, ofMonth) ? Date.parse(`${day}T${time}${zone}`) : Number.NaN
  if (!Number.isNaN(moment)) return moment
  throw inputError(`--since ${JSON.stringify(text)}: not a time`, {
    next: 'Write 30min, 12h, 7d or 2w for that long ago, or 2026-01-31 or 2026-01-31T08:00Z.',
  })
}
