/** The options of an archive: as flags of `ops db archive`, as fields of `archive({ ... })`. */
import { z } from 'zod'
import { age, contracts, sleepCoefficient } from '../option-types.ts'
import { jobKind } from '../options.ts'
import { shard } from '../shard/shard.ts'
import { isZone } from '../time-words.ts'
import { whereProblem } from './condition.ts'

export const archiveKind = jobKind({
  name: 'archive',
  operands: ['source', 'table'],
  words: {
    olderThan: 'age',
    by: 'column',
    to: 'url',
    sse: 'key',
    where: 'sql',
    tz: 'zone',
    with: 'table',
    keep: 'age',
    contract: 'file',
    sleepCoef: 'times',
    shard: 'i/n',
  },
  options: {
    source: z
      .string()
      .describe('A section [db NAME] of ops.ini, a host, or mysql://USER@HOST:PORT/DB?via=SSHHOST.'),
    table: z.string().describe('DB.TABLE, a name with dots or blanks in backquotes.'),
    olderThan: age('rows whose time is so long ago: 12h, 30d, 2w, 6mo, 7y'),
    by: z.string().min(1, 'is empty').describe('the column of that time: DATE, DATETIME or TIMESTAMP'),
    to: z.string().min(1, 'is empty').describe('a folder, or s3://BUCKET/PREFIX; one place for one table'),
    sse: z
      .string()
      .optional()
      .describe('encryption to ask of S3, and to see confirmed: AES256, aws:kms or aws:kms:KEY'),
    where: z
      .string()
      .superRefine((text, { addIssue }) => {
        const problem = whereProblem(text)
        if (problem !== undefined) addIssue(problem)
      })
      .optional()
      .describe(
        'only rows for which this holds too, as "state = \'closed\'"; beside a TIMESTAMP, times in it are in UTC',
      ),
    tz: z
      .string()
      .refine(isZone, 'there is no such zone')
      .optional()
      .describe("the zone of a DATETIME or DATE, as Europe/Berlin (default: the server's)"),
    with: z
      .array(z.string())
      .default([])
      .describe('rows of this table that refer to them go with them; may be repeated'),
    keep: age('how long the store must keep them, as 7y (default: for ever)').optional(),
    contract: contracts(),
    shard: shard(),
    sleepCoef: sleepCoefficient(),
    scan: z.boolean().default(false).describe('read the whole table where no index begins with the column'),
    dropPartitions: z
      .boolean()
      .default(true)
      .describe('keep partitions that old rows have left, also where they can hold no others'),
    delete: z.boolean().default(true).describe('save the rows, and delete none'),
  },
})
