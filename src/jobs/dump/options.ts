/** The options of a dump: as flags of `ops db dump`, as fields of `dump({ ... })`. */
import { z } from 'zod'
import { age, contracts, savedTo, scan, sleepCoefficient, sourceAndTable, zone } from '../option-types.ts'
import { jobKind } from '../options.ts'
import { shard } from '../shard/shard.ts'

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
    sleepCoef: 'times',
  },
  options: {
    ...sourceAndTable,
    by: z
      .string()
      .min(1, 'is empty')
      .describe('the column that says to which day a row belongs: DATE, DATETIME or TIMESTAMP'),
    tz: zone('whose days: as Europe/Berlin or UTC; a DATETIME or DATE is read as its clocks show it'),
    to: savedTo.to,
    closeAfter: age('how long after its end a day is closed, as 12h (default: 2d)').optional(),
    recheck: age('compare days that ended within this time with what was dumped, as 30d').optional(),
    sse: savedTo.sse,
    keep: age('how long the store must keep the days, as 7y (default: for ever)').optional(),
    contract: contracts(),
    shard: shard(),
    sleepCoef: sleepCoefficient(),
    scan,
    unwatched: z
      .boolean()
      .default(false)
      .describe('close days although the account cannot see open transactions'),
  },
})
