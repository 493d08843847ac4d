/** The options of moves of jobs: as flags of `ops db queue park` and `drip`, as fields of `queue.park({ ... })`. */
import { z } from 'zod'
import { sourceAndTable } from '../option-types.ts'
import { jobKind } from '../options.ts'

const jobCount = (description: string, usual: number): z.ZodDefault<z.ZodNumber> =>
  z
    .number()
    .int('is no number of jobs')
    .min(1, 'is no number of jobs')
    .max(999_999_999, 'is no number of jobs')
    .default(usual)
    .describe(description)

/** `2s` or `500ms`, as the job gets it: in milliseconds. */
const lockUnder = z
  .string()
  .default('2s')
  .transform((text, { addIssue }) => {
    const [, digits, unit] = /^(\d{1,6}(?:\.\d+)?)(ms|s)$/.exec(text) ?? []
    const milliseconds = Number(digits) * (unit === 's' ? 1_000 : 1)
    if (milliseconds >= 50) return milliseconds
    addIssue('is no time from 50 ms on: write 2s or 500ms')
    return z.NEVER
  })
  .describe("how long a worker's UPDATE may take: 2s (what is taken without), 500ms")

const shared = {
  operands: ['source', 'table'],
  without: {
    shard:
      'A queue is moved by one run at a time, so that live, parked and done add up. Its pace follows the workers, and more runs would not make it faster.',
  },
  words: { queue: 'name', batch: 'jobs', whenBelow: 'jobs', lockUnder: 'time' },
  options: {
    ...sourceAndTable,
    queue: z
      .string()
      // The counts of moves are kept under it.
      .refine(text => Buffer.byteLength(text) <= 255, 'is longer than 255 bytes')
      .describe("the queue; '' for jobs without one"),
    batch: jobCount('the most that are moved at once, and that come back in one go', 10_000),
    whenBelow: jobCount('bring jobs back while fewer than this wait', 500),
    lockUnder,
    renumber: z
      .boolean()
      .default(false)
      .describe('bring jobs back under new numbers where other jobs have theirs now'),
    watch: z
      .boolean()
      .default(false)
      .describe('go on: parking what comes, bringing back until none is parked, telling every two seconds'),
  },
} as const

export type QueueOptions = typeof shared.options

export const parkKind = jobKind({ name: 'queue park', ...shared })
export const dripKind = jobKind({ name: 'queue drip', ...shared })
