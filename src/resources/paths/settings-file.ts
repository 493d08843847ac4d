/** Params of the settings of a server in a file of their own, whichever server it is. */
import { z } from 'zod'

/** What its file is called, and how long the server may take. */
export const settingsFile = (suffix: string) => ({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, - and _')
    .default('zz-ops')
    .describe(
      `Of the file that is written, without \`${suffix}\`: files of the folder are read in their order.`,
    ),
  settleSeconds: z
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('How long the server may take to start again.'),
})
