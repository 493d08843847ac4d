/** Types of options that several jobs have. */
import { z } from 'zod'
import { type Age, parseAge } from './time-words.ts'

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
