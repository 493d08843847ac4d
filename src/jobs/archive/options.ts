/** The options of an archive: as flags of `ops db archive`, as fields of `archive({ ... })`. */
import { z } from 'zod'
import { age, contracts, savedTo, scan, sleepCoefficient, sourceAndTable, zone } from '../option-types.ts'
import { jobKind } from '../options.ts'
import { shard } from '../shard/shard.ts'
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
    ...sourceAndTable,
    olderThan: age('rows whose time is so long ago: 12h, 30d, 2w, 6mo, 7y'),
    by: z.string().min(1, 'is empty').describe('the column of that time: DATE, DATETIME or TIMESTAMP'),
    to: savedTo.to,
    sse: savedTo.sse,
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
    tz: zone("the zone of a DATETIME or DATE, as Europe/Berlin (default: the server's)").optional(),
    with: z
      .array(z.string())
      .default([])
      .describe('rows of this table that refer to them go with them; may be repeated'),
    keep: age('how long the store must keep them, as 7y (default: for ever)').optional(),
    contract: contracts(),
    shard: shard(),
    sleepCoef: sleepCoefficient(),
    scan,
    dropPartitions: z
      .boolean()
      .default(true)
      .describe('keep partitions that old rows have left, also where they can hold no others'),
    delete: z.boolean().default(true).describe('save the rows, and delete none'),
  },
})
