/** Finds out what an input is made of: its format, and the names of its fields. */
import { type ErrorData, inputError, type OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { CsvFormat } from './csv-format.ts'
import { JsonFormat, jsonKeys } from './json-format.ts'
import { byteOrderMark, type RecordFormat } from './record.ts'
import type { RecordReader } from './record-reader.ts'
import { TsvFormat } from './tsv-format.ts'

export type FormatName = 'csv' | 'tsv' | 'ndjson'

export interface FormatWishes {
  /** Undefined: told by the file's name, or by how it begins. */
  readonly format: FormatName | undefined
  /** Of CSV. */
  readonly separator: string | undefined
  /** Names of the fields; undefined: they are on the first line. */
  readonly columns: readonly string[] | undefined
}

export interface OpenedFormat {
  readonly name: FormatName
  readonly format: RecordFormat
  readonly names: readonly string[]
  /** They stood on the first line of the input. */
  readonly hasNames: boolean
}

const lineFeed = 0x0a
/** No first line with names is longer. */
const mostNames = 1024 * 1024
/** So many lines of JSON are looked at for their keys. */
const keysFrom = 1_000

/** Reads the first line where it has the names. `inputName` tells the format by its end. */
export async function openFormat(
  wishes: FormatWishes,
  inputName: string,
  reader: RecordReader,
  table: Table,
  errors: ErrorData[],
): Promise<OpenedFormat> {
  // Not more than the first line: who writes it may be slow.
  while (!reader.ahead.includes(lineFeed) && reader.ahead.length < mostNames && (await reader.more()));
  const { ahead } = reader
  if ((ahead[0] === 0xff && ahead[1] === 0xfe) || (ahead[0] === 0xfe && ahead[1] === 0xff)) {
    throw inputError(`${inputName} is UTF-16`, { next: 'Convert it to UTF-8: iconv -f UTF-16 -t UTF-8.' })
  }
  if (ahead.subarray(0, 3).equals(byteOrderMark)) reader.skip(3)
  const name = wishes.format ?? formatOf(inputName, reader.ahead)
  if (name === 'ndjson') return openJson(wishes, inputName, reader, table, errors)
  const format = name === 'csv' ? new CsvFormat(wishes.separator ?? ',') : new TsvFormat()
  if (wishes.columns) {
    reader.keepsEmpty = wishes.columns.length === 1
    return { name, format, names: wishes.columns, hasNames: false }
  }
  const first = await reader.next(format)
  if (!first) throw empty(inputName)
  if (first.problem !== undefined)
    throw inputError(`${inputName}, line ${first.line}: ${first.problem}`, {
      next: 'Correct the first line.',
    })
  const names = first.texts()
  reader.keepsEmpty = names.length === 1
  return { name, format, names, hasNames: true }
}

/** The keys of the first lines, in the order in which they come. */
async function openJson(
  wishes: FormatWishes,
  inputName: string,
  reader: RecordReader,
  table: Table,
  errors: ErrorData[],
): Promise<OpenedFormat> {
  const opened = (names: readonly string[]): OpenedFormat => ({
    name: 'ndjson',
    format: new JsonFormat(names),
    names,
    hasNames: false,
  })
  if (wishes.columns) return opened(wishes.columns)
  const names = new Set<string>()
  let at = 0
  for (let line = 0; line < keysFrom; line++) {
    let end = reader.ahead.indexOf(0x0a, at)
    while (end === -1 && line === 0 && (await reader.more())) end = reader.ahead.indexOf(0x0a, at)
    if (end === -1 && line > 0 && !reader.isAtEnd) break
    const bytes = reader.ahead.subarray(at, end === -1 ? undefined : end)
    const keys = bytes.toString('latin1').trim() === '' ? [] : jsonKeys(bytes)
    // What is wrong with a later line is told with its number when it is read.
    if ('problem' in keys) {
      if (names.size > 0) break
      throw inputError(`${inputName}, line ${reader.line + line}: ${keys.problem}`, {
        next: 'Each line is one JSON object. Say what it is with --format.',
      })
    }
    for (const key of keys as readonly string[]) names.add(key)
    if (end === -1) break
    at = end + 1
  }
  if (names.size === 0) throw empty(inputName)
  const known = new Set(table.columns.map(each => each.name.toLowerCase()))
  const columns = [...names].map(each => each.toLowerCase()).filter(each => known.has(each))
  if (new Set(columns).size < columns.length)
    errors.push(
      inputError('two keys of the JSON differ in case alone, and mean one column', {
        next: 'Give each column one key.',
      }).data,
    )
  return opened([...names])
}

function formatOf(inputName: string, ahead: Buffer): FormatName {
  const end = /\.(csv|tsv|tab|ndjson|jsonl|json)(?:\.gz)?$/i.exec(inputName)?.[1]?.toLowerCase()
  if (end === 'csv') return 'csv'
  if (end === 'tsv' || end === 'tab') return 'tsv'
  if (end !== undefined || ahead[0] === 0x7b) return 'ndjson'
  const line = ahead.subarray(0, Math.max(0, ahead.indexOf(0x0a))).toString('latin1')
  return line.split('\t').length > line.split(',').length ? 'tsv' : 'csv'
}

function empty(inputName: string): OpsError {
  return inputError(`${inputName} is empty`, {
    next: 'It lacks even the line with the names of columns. If there is really nothing to load, nothing needs to be done.',
  })
}
