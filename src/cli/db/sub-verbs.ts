/** The sub-verbs of `ops db`: what its help lists, and where each one lives. */
import type { Verb } from '../verb.ts'

export const dbVerbs: readonly Verb[] = [
  {
    name: 'archive',
    usage: 'SOURCE DB.TABLE --older-than 6mo --by COLUMN --to URL | verify URL | restore [SOURCE] URL',
    summary: 'Save old rows in a store, prove them there, and only then delete them.',
    load: () => import('./archive.ts'),
  },
  {
    name: 'check',
    usage: "SOURCE 'SELECT ...' [--on-error 0|empty]",
    summary: 'Print 1 when the query has a row, else 0, within 2.5 s: for monitoring.',
    load: () => import('./check.ts'),
  },
]
