/** Reads CSV with Python's own reader: an oracle that shares nothing with ops. */

import { spawnSync } from 'node:child_process'
import { lacking } from '../needs.ts'

export const hasPython = lacking('python3') === undefined

const script = `
import csv, json, sys
csv.field_size_limit(1 << 30)
rows = csv.reader(open(sys.argv[1], newline='', encoding='latin-1'), strict=True)
json.dump(list(rows), sys.stdout)
`

/** Rows of cells; each character is one byte. */
export function readCsv(path: string): readonly (readonly string[])[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script, path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[][]
}
