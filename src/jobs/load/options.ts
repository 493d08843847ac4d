/** The options of a load: as flags of `ops db load`, as fields of `load({ ... })`. */
import { z } from 'zod'
import { contracts, sleepCoefficient, sourceAndTable } from '../option-types.ts'
import { jobKind } from '../options.ts'

export const loadKind = jobKind({
  name: 'load',
  without: {
    shard:
      'A load is one transaction, all rows or none, which several runs cannot share. Divide the file, and load each piece by itself.',
  },
  operands: ['source', 'table', 'file'],
  words: {
    columns: 'names',
    leaveOut: 'names',
    separator: 'character',
    null: 'word',
    expect: 'rows',
    contract: 'file',
    sleepCoef: 'times',
  },
  commas: ['columns', 'leaveOut'],
  options: {
    ...sourceAndTable,
    file: z.string().min(1, 'is empty').optional().describe('a file; standard input where none is named'),
    format: z
      .enum(['csv', 'tsv', 'ndjson'])
      .optional()
      .describe("what the input is (default: by the file's name, or how it begins)"),
    method: z.enum(['auto', 'infile', 'insert']).default('auto').describe('how rows go to the server'),
    indexes: z
      .enum(['auto', 'keep', 'rebuild'])
      .default('auto')
      .describe('rebuild: taken away for the load and built again'),
    onDuplicate: z
      .enum(['fail', 'skip', 'replace'])
      .default('fail')
      .describe('what becomes of a row whose key is there'),
    profile: z.boolean().default(false).describe("tell the server's stages and where the time went"),
    columns: z
      .array(z.string())
      .optional()
      .describe('names of the fields, where the first line has none: id,name,at'),
    leaveOut: z.array(z.string()).default([]).describe('fields that are not loaded'),
    separator: z
      .string()
      .superRefine((text, { addIssue }) => {
        if (text === '"' || text === '\\') addIssue(`means something else in CSV: write one such as ';'`)
        else if (!/^[\x20-\x7e\t]$/.test(text)) addIssue("is no single ASCII character: write one, as ';'")
      })
      .optional()
      .describe('what stands between the fields of CSV (default: a comma)'),
    empty: z.enum(['text', 'null']).default('text').describe('what an empty field is in a column of text'),
    null: z.string().optional().describe('a word that means NULL where no quotes are around it'),
    expect: z
      .number()
      .int('is no number of rows')
      .min(0, 'is no number of rows')
      .max(1e15, 'is no number of rows')
      .optional()
      .describe('load only if the input has just so many rows'),
    contract: contracts(),
    sleepCoef: sleepCoefficient('0, as its one transaction stays open meanwhile'),
    putBack: z
      .boolean()
      .default(false)
      .describe('put back indexes that an earlier load owes, and nothing else'),
  },
})
