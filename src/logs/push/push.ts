/** Brings the rows of logs to a place that a cluster reads: each object proved, none twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inputError, type OpsError } from '../../base/errors.ts'
import { fileContent } from '../../store/content.ts'
import { prove } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import type { Rejection } from '../convert.ts'
import { knownByBytes } from '../group-reader.ts'
import { sqlColumns } from '../sql-columns.ts'
import type { Table } from '../table.ts'
import { Parts } from './parts.ts'
import { addColumns, fileId, partKey } from './place.ts'

export interface Pushed {
  /** Objects that were written, and those that were there already. */
  readonly written: number
  readonly same: number
  readonly days: ReadonlySet<string>
}

/** Of rows without a time. */
const unknownDay = 'none'
const newline = Buffer.from('\n')

/** What is rejected while a file is read goes with its rows. */
export class RejectedLines {
  readonly #then: (rejection: Rejection, source: string, line: number) => void
  lines: Buffer[] = []

  constructor(then: (rejection: Rejection, source: string, line: number) => void) {
    this.#then = then
  }

  add(rejection: Rejection, source: string, line: number): void {
    this.#then(rejection, source, line)
    if (rejection.isEnd) this.lines.push(Buffer.from(rejection.bytes))
  }
}

/**
 * Pushes every file of the table, one after the other. A file that has grown replaces what it was; nothing is deleted.
 * @throws OpsError `input` for two files of a host that begin alike.
 */
export async function pushTable(table: Table, rejected: RejectedLines, store: Store): Promise<Pushed> {
  const wanted = sqlColumns(
    table.available.filter(name => name !== 'host'),
    table.formats,
  )
  table.columns = (await addColumns(store, wanted)).map(column => column.name)
  const folder = mkdtempSync(join(tmpdir(), 'ops-push-'))
  const result = { written: 0, same: 0, days: new Set<string>() }
  const seen = new Map<string, string>()
  let file: { readonly id: string; readonly parts: Parts; readonly folder: string } | undefined
  let day = unknownDay
  try {
    for await (const batch of table.batches()) {
      const { host, source, chunk } = batch
      if (chunk !== undefined && file === undefined) {
        const end = chunk.indexOf(0x0a)
        const id = fileId(host, chunk.subarray(0, Math.min(end < 0 ? chunk.length : end, knownByBytes)))
        const other = seen.get(id)
        if (other !== undefined) throw beginAlike(other, source.name)
        seen.set(id, source.name)
        const own = mkdtempSync(join(folder, 'file-'))
        file = { id, parts: new Parts(own), folder: own }
        day = unknownDay
      }
      if (file === undefined) continue
      let start = 0
      for (let row = 0; row < batch.ends.length; row++) {
        const end = batch.ends[row] as number
        day = dayOf(batch.times[row] as number)
        file.parts.add('rows', day, batch.sink.bytes.subarray(start, end))
        start = end
      }
      for (const line of rejected.lines)
        file.parts.add('rejected', day, Buffer.concat([asOneCell(line), newline]))
      rejected.lines = []
      if (chunk !== undefined) continue
      for (const part of file.parts.end()) {
        const isNew = await putPart(store, partKey(part.kind, part.day, host, file.id), part.path)
        if (isNew) result.written++
        else result.same++
        result.days.add(part.day)
      }
      rmSync(file.folder, { recursive: true })
      file = undefined
    }
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** True when it was written; it is read back whole either way. */
async function putPart(store: Store, key: string, path: string): Promise<boolean> {
  const content = await fileContent(path)
  let isNew = true
  try {
    isNew = (await store.put(key, content)).outcome === 'stored'
  } catch (error) {
    if (!isStoreError(error, 'taken')) throw error
    await store.put(key, content, { replace: true })
  }
  await prove(store, key, content)
  return isNew
}

/** A line as Hive's text files hold it. */
function asOneCell(line: Buffer): Buffer {
  const text = line
    .toString('latin1')
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\\t')
    .replaceAll('\r', '\\r')
  return Buffer.from(text, 'latin1')
}

function dayOf(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString().slice(0, 10) : unknownDay
}

function beginAlike(one: string, other: string): OpsError {
  return inputError(`${one} and ${other} begin with the same line`, {
    detail:
      'It is the same log under two names, or two logs of the same visits: their rows would be there twice.',
    next: 'Name one of them only, or push them to places of their own.',
  })
}
