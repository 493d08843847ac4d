/** The options of a dump: as flags of `ops db dump`, as fields of `dump({ ... })`. */
import { z } from 'zod'
import { age, contracts } from '../option-types.ts'
import { jobKind } from '../options.ts'
import { shard } from '../shard/shard.ts'
import { isZone } from '../time-words.ts'

export const dumpKind = jobKind({
  name: 'dump',
  operands: ['source', 'table'],
  words: {
    by: 'column',
    tz: 'zone',
    to: 'url',
    closeAfter: 'age',
    recheck: 'age',
    sse: 'key',
    keep: 'age',
    contract: 'file',
    shard: 'i/n',
  },
  options: {
    source: z
      .string()
      .describe('A section [db NAME] of ops.ini, a host, or mysql://USER@HOST:PORT/DB?via=SSHHOST.'),
    table: z.string().describe('DB.TABLE, a name with dots or blanks in backquotes.'),
    by: z
      .string()
      .min(1, 'is empty')
      .describe('the column that says to which day a row belongs: DATE, DATETIME or TIMESTAMP'),
    tz: z
      .string()
      .refine(isZone, 'there is no such zone')
      .describe('whose days: as Europe/Berlin or UTC; a DATETIME or DATE is read as its clocks show it'),
    to: z.string().min(1, 'is empty').describe('a folder, or s3://BUCKET/PREFIX; one place for one table'),
    closeAfter: age('how long after its end a day is closed, as 12h (default: 2d)').optional(),
    recheck: age('compare days that ended within this time with what was dumped, as 30d').optional(),
    sse: z
      .string()
      .optional()
      .describe('encryption to ask of S3, and to see confirmed: AES256, aws:kms or aws:kms:KEY'),
    keep: age('how long the store must keep the days, as 7y (default: for ever)').optional(),
    contract: contracts(),
    shard: shard(),
    scan: z.boolean().default(false).describe('read the whole table where no index begins with the column'),
    unwatched: z
      .boolean()
      .default(false)
      .describe('close days although the account cannot see open transactions'),
  },
})
