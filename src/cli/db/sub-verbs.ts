/** The sub-verbs of `ops db`: what its help lists, and where each one lives. */
import type { Verb } from '../verb.ts'

export const dbVerbs: readonly Verb[] = [
  {
    name: 'sizes',
    usage: 'SOURCE [DB] [--top 10]',
    summary: 'Show the largest tables, what of them is old, and how to archive it.',
    load: () => import('./sizes.ts'),
  },
  {
    name: 'drift',
    usage: 'SOURCE DB.TABLE --contract FILE [--pin]',
    summary: 'Tell whether a table still is what one of its consumers needs.',
    load: () => import('./drift.ts'),
  },
  {
    name: 'archive',
    usage: 'SOURCE DB.TABLE --older-than 6mo --by COLUMN --to URL | verify URL | restore [SOURCE] URL',
    summary: 'Save old rows in a store, prove them there, and only then delete them.',
    load: () => import('./archive.ts'),
  },
  {
    name: 'copy',
    usage: 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE [--by updated_at] | audit ... [--repair]',
    summary: 'Bring a table into PostgreSQL: whole at first, later what changed, each row once.',
    load: () => import('./copy.ts'),
  },
  {
    name: 'check',
    usage: "SOURCE 'SELECT ...' [--on-error 0|empty]",
    summary: 'Print 1 when the query has a row, else 0, within 2.5 s: for monitoring.',
    load: () => import('./check.ts'),
  },
  {
    name: 'dump',
    usage: 'SOURCE DB.TABLE --by COLUMN --tz ZONE --to URL [--close-after 2d] [--recheck 30d] | verify URL',
    summary:
      'Save each closed day of a table once, as a file that never changes; later runs look only at what is new.',
    load: () => import('./dump.ts'),
  },
  {
    name: 'restore',
    usage: '[SOURCE] URL [--day D] [--into DB.TABLE]',
    summary: 'Bring the days of a dump back into an empty or absent table, byte for byte.',
    load: () => import('./restore.ts'),
  },
  {
    name: 'load',
    usage: 'SOURCE DB.TABLE [FILE] [--format csv|tsv|ndjson] [--on-duplicate fail|skip|replace]',
    summary:
      'Load a file or standard input into a table: all of its rows or none, with the lines in the way.',
    load: () => import('./load.ts'),
  },
  {
    name: 'queue',
    usage: 'park | drip | status SOURCE DB.TABLE --queue NAME [--batch 10000] [--when-below 500] [--watch]',
    summary: 'Park the flood of a queue of jobs beside it, and drip it back while workers go on.',
    load: () => import('./queue.ts'),
  },
]
