/** Types of options that several jobs have. */
import { z } from 'zod'
import { type Age, isZone, parseAge } from './time-words.ts'

/** `6mo`, as the job gets it: a count and a unit. */
export function age(description: string): z.ZodType<Age, string> {
  return z
    .string()
    .transform((text, { addIssue }) => {
      const parsed = parseAge(text)
      if (!parsed) addIssue('is no age')
      return parsed ?? z.NEVER
    })
    .describe(description)
}

/** `--sleep-coef`, as pt-archiver has it. */
export function sleepCoefficient(
  byDefault = 'only while others are at work there, and as long as they feel it',
): z.ZodOptional<z.ZodNumber> {
  return z
    .number()
    .min(0, 'is below 0')
    .max(100, 'is above 100')
    .optional()
    .describe(
      `rest so many times as long as each turn on the server took: 1.5, or 0 for no rest (default: ${byDefault})`,
    )
}

/** Files of contracts that must hold before the job begins (`ops db drift`). */
export function contracts(): z.ZodType<string[], string[] | undefined> {
  return z
    .array(z.string())
    .default([])
    .describe('begin only while this contract of a consumer holds (see ops db drift); may be repeated')
}

/** The table of a job, and the server that it is on. */
export const sourceAndTable = {
  source: z
    .string()
    .describe('A section [db NAME] of ops.ini, a host, or mysql://USER@HOST:PORT/DB?via=SSHHOST.'),
  table: z.string().describe('DB.TABLE, a name with dots or blanks in backquotes.'),
}

/** Where a job saves rows, and how it asks S3 to keep them. */
export const savedTo = {
  to: z.string().min(1, 'is empty').describe('a folder, or s3://BUCKET/PREFIX; one place for one table'),
  sse: z
    .string()
    .optional()
    .describe('encryption to ask of S3, and to see confirmed: AES256, aws:kms or aws:kms:KEY'),
}

/** The name of a zone, as Europe/Berlin. */
export function zone(description: string): z.ZodString {
  return z.string().refine(isZone, 'there is no such zone').describe(description)
}

/** `--scan`. */
export const scan = z
  .boolean()
  .default(false)
  .describe('read the whole table where no index begins with the column')
