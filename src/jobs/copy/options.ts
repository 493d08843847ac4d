/** The options of a copy: as flags of `ops db copy`, as fields of `copy({ ... })`. */
import { z } from 'zod'
import { parsePgTableName } from '../../postgres/table-name.ts'
import { contracts, scan, sleepCoefficient, sourceAndTable, zone } from '../option-types.ts'
import { jobKind } from '../options.ts'

const secondsOf: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 }

/** `5min`, as the job gets it: in seconds. */
function span(description: string): z.ZodType<number, string> {
  return z
    .string()
    .transform((text, { addIssue }) => {
      const [, count, unit = ''] = /^(\d{1,6})(s|min|h|d)$/.exec(text) ?? []
      const seconds = Number(count) * (secondsOf[unit] ?? 0)
      if (seconds >= 1) return seconds
      addIssue('is no time: write 10s, 5min, 1h or 1d')
      return z.NEVER
    })
    .describe(description)
}

export const copyKind = jobKind({
  name: 'copy',
  operands: ['source', 'table'],
  without: {
    shard:
      'A copy is one transaction of the target, which brings the rows and moves the watermark: parts of several runs would be seen by themselves, and have no watermark in common. Two tables can be copied at once.',
  },
  words: {
    to: 'target',
    as: 'table',
    by: 'column',
    tz: 'zone',
    margin: 'time',
    contract: 'file',
    sleepCoef: 'times',
  },
  options: {
    ...sourceAndTable,
    to: z
      .string()
      .min(1, 'is empty')
      .describe('a section [db NAME] with engine = postgres, a host, or postgres://USER@HOST/DB?via=HOST'),
    as: z
      .string()
      .superRefine((text, { addIssue }) => {
        const parsed = parsePgTableName(text)
        if ('problem' in parsed) addIssue(parsed.problem)
      })
      .describe('SCHEMA.TABLE there, each of at most 63 bytes; a name with dots or quotes in double quotes'),
    by: z
      .string()
      .min(1, 'is empty')
      .optional()
      .describe('the column that says when a row was changed: later runs read from the watermark on'),
    deletes: z
      .enum(['off', 'hard', 'soft'])
      .default('off')
      .describe('what becomes of rows that are gone: they stay, go too, or get a time in ops_deleted_at'),
    acceptShrink: z
      .boolean()
      .default(false)
      .describe('delete them also where they are more than half of the rows there'),
    tz: zone(
      "whose clock wrote a DATETIME, as Europe/Berlin (default: the server's or UTC, whichever is behind)",
    ).optional(),
    margin: span(
      'how much older than its transaction a stamp may be: 10s (what is taken without), 5min, 1h',
    ).optional(),
    scan,
    contract: contracts(),
    sleepCoef: sleepCoefficient(),
    full: z.boolean().default(false).describe('the whole table once more, over what is there'),
  },
})
