/** A shard: the part of a job that one of several runs takes, `--shard 0/4` the first of four. Pure. */
import { z } from 'zod'

export interface Shard {
  /** From 0 on. */
  readonly index: number
  readonly of: number
}

/** A server does not become faster by more of them, and each asks for the locks of all. */
export const mostShards = 32

/** As it is written: `0/4`. */
export function shardText({ index, of }: Shard): string {
  return `${index}/${of}`
}

/** What a job is called: `dump app.events`, and with its shard `dump app.events 0/4`. */
export function shardTitle(what: string, shard: Shard | undefined): string {
  return shard === undefined ? what : `${what} ${shardText(shard)}`
}

/** `--shard`, as the job gets it. */
export function shard(): z.ZodOptional<z.ZodType<Shard, string>> {
  return z
    .string()
    .transform((text, { addIssue }) => {
      const parsed = parseShard(text)
      if (typeof parsed !== 'string') return parsed
      addIssue(parsed)
      return z.NEVER
    })
    .describe(
      'do one part of several: 0/4 to 3/4 are four, each for a run of its own, also on other machines at the same time',
    )
    .optional()
}

/** A text is what is wrong with it. */
export function parseShard(text: string): Shard | string {
  const [, index = '', of = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  if (of === '') return 'is no shard: write I/N, as 0/4 for the first of four'
  const shard = { index: Number(index), of: Number(of) }
  if (shard.of < 1 || shard.of > mostShards)
    return `there can be 1 to ${mostShards} shards, as each asks one server for rows`
  if (shard.index >= shard.of)
    return `shards are counted from 0: ${shard.of === 1 ? 'one alone is 0/1' : `of ${shard.of} there are 0/${shard.of} to ${shard.of - 1}/${shard.of}`}`
  return shard
}

/** Whose part a thing with a number is: each number is of just one shard, today and tomorrow. */
export function isPartOf({ index, of }: Shard, number: number): boolean {
  return ((number % of) + of) % of === index
}
