/**
 * A file of rows that says itself what it holds (docs/formats/rows-file.md): gzip of one line of JSON and the rows as
 * lines of TSV. Seven years on it is read by `LOAD DATA` and by any script, without ops.
 */
import { promisify } from 'node:util'
import { createGunzip, gunzip, gzip } from 'node:zlib'
import { OpsError } from '../../base/errors.ts'
import type { RowColumn } from '../../mysql/column-sql.ts'
import type { TableName } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { RowLines } from './row-lines.ts'
import { decodeRow } from './tsv.ts'

const format = 'ops-rows/1'

/** The first line. */
export interface RowsHeader {
  readonly table: TableName
  readonly columns: readonly RowColumn[]
  /** The columns of the key. */
  readonly key: readonly string[]
  readonly fingerprint: string
  /** As SHOW CREATE TABLE says it. */
  readonly createTable: string
  readonly server: string
}

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** The whole file in memory: chunks are small. `textBytes`: what it is without compression. */
export async function packRows(
  header: RowsHeader,
  rows: Iterable<WireRow>,
  aboutBytes = 64 * 1024,
): Promise<{ readonly bytes: Buffer; readonly textBytes: number }> {
  const first = headerLine(header)
  const lines = new RowLines(first.length + aboutBytes)
  lines.begin(first)
  for (const row of rows) lines.add(row)
  const text = lines.take()
  // One piece of memory for the whole answer, as most texts become less than a third.
  const bytes = await compress(text, { level: 1, chunkSize: Math.max(4096, Math.ceil(text.length / 3)) })
  return { bytes, textBytes: text.length }
}

/** The first line, with its line feed. */
export function headerLine(header: RowsHeader): Buffer {
  return Buffer.from(`${JSON.stringify({ format, ...header, timeZone: '+00:00', load: loadHint(header) })}\n`)
}

/** How a person loads the file without ops; for FLOAT columns and the like it is exact too. */
function loadHint({ columns }: RowsHeader): string {
  const names = columns.map(column => `\`${column.name.replaceAll('`', '``')}\``).join(', ')
  return `SET NAMES binary, time_zone='+00:00', sql_mode='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'; LOAD DATA LOCAL INFILE 'FILE' INTO TABLE T CHARACTER SET binary FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' IGNORE 1 LINES (${names})`
}

/** Reads a file piece by piece: `header` is called once, then `row` for each row. `name` is for errors. */
export async function unpackRows(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  header: (header: RowsHeader) => void | Promise<void>,
  row: (row: WireRow) => void | Promise<void>,
): Promise<void> {
  const gunzip = createGunzip()
  const feeding = feed(pieces, gunzip)
  let rest: Buffer = Buffer.alloc(0)
  let isFirst = true
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      let from = 0
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      for (let end = bytes.indexOf(0x0a, rest.length); end >= 0; end = bytes.indexOf(0x0a, from)) {
        const line = bytes.subarray(from, end)
        if (isFirst) await header(parseHeader(line, name))
        else await row(decodeRow(line))
        isFirst = false
        from = end + 1
      }
      rest = bytes.subarray(from)
    }
    await feeding
  } catch (thrown) {
    throw await causeOf(feeding, thrown, name)
  }
  if (isFirst || rest.length > 0) throw unreadable(name, new Error('it ends in the middle of a line'))
}

/** A file with so much text is read and decompressed in one go: a stream would cost more than its work. */
const mostAtOnce = 1024 * 1024
/** Of a longer one so much text is made at once. */
const mostTextBytes = 256 * 1024

/** The text of a file; `feeding` ends when all of the file was read, or with what kept it from that. */
interface Texts {
  readonly texts: AsyncIterable<Buffer>
  readonly feeding: Promise<void>
}

function bitByBit(pieces: AsyncIterable<Uint8Array>): Texts {
  const stream = createGunzip({ chunkSize: mostTextBytes })
  return { texts: stream as AsyncIterable<Buffer>, feeding: feed(pieces, stream) }
}

/** `textBytes`: what was said of it; where it has more it is read all the same. */
function atOnce(pieces: AsyncIterable<Uint8Array>, textBytes: number): Texts {
  async function* texts(): AsyncGenerator<Buffer> {
    const parts: Uint8Array[] = []
    for await (const piece of pieces) parts.push(piece)
    const [first = Buffer.alloc(0)] = parts
    const bytes = parts.length > 1 ? Buffer.concat(parts) : first
    yield await decompress(bytes, { chunkSize: Math.max(4096, textBytes + 1) })
  }
  return { texts: texts(), feeding: Promise.resolve() }
}

/** What takes the lines of a file; what it is given holds until it returns. */
export interface LineTakers {
  /** Is called once, before the rows. */
  readonly header: (header: RowsHeader) => void
  /** A row, with the place of its line without the line feed. */
  readonly line: (bytes: Buffer, from: number, to: number) => void
  /** Takes whole lines up to `to`, and answers where it stopped: the next one is for `line`. */
  readonly many?: (bytes: Buffer, from: number, to: number) => number
}

/** The same, as quick as can be. `textBytes`: how much text is expected. */
export async function scanLines(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  { header, line, many }: LineTakers,
  textBytes = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { texts, feeding } = textBytes <= mostAtOnce ? atOnce(pieces, textBytes) : bitByBit(pieces)
  let rest: Buffer = Buffer.alloc(0)
  let isFirst = true
  const take = (bytes: Buffer, from: number, to: number): void => {
    if (isFirst) header(parseHeader(bytes.subarray(from, to), name))
    else line(bytes, from, to)
    isFirst = false
  }
  try {
    for await (const bytes of texts) {
      let from = 0
      if (rest.length > 0) {
        from = bytes.indexOf(0x0a) + 1
        const begun = Buffer.concat([rest, from === 0 ? bytes : bytes.subarray(0, from)])
        if (from > 0) take(begun, 0, begun.length - 1)
        rest = begun
        if (from === 0) continue
      }
      for (const whole = bytes.lastIndexOf(0x0a) + 1; from < whole; ) {
        const to = isFirst || !many ? from : many(bytes, from, whole)
        if (to > from) {
          from = to
          continue
        }
        const end = bytes.indexOf(0x0a, from)
        take(bytes, from, end)
        from = end + 1
      }
      rest = bytes.subarray(from)
    }
    await feeding
  } catch (thrown) {
    throw await causeOf(feeding, thrown, name)
  }
  if (isFirst || rest.length > 0) throw unreadable(name, new Error('it ends in the middle of a line'))
}

/** Waits for the reader; the end of `pieces` is where a checked stream says that its bytes are right. */
async function feed(
  pieces: AsyncIterable<Uint8Array>,
  gunzip: ReturnType<typeof createGunzip>,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (gunzip.destroyed) continue
      if (!gunzip.write(piece)) await new Promise<void>(resolve => resumed(gunzip, resolve))
    }
    gunzip.end()
  } catch (thrown) {
    gunzip.destroy(thrown instanceof Error ? thrown : new Error(String(thrown)))
    throw thrown
  }
}

/** Where the bytes are not those that were stored, that is the reason. */
async function causeOf(feeding: Promise<void>, thrown: unknown, name: string): Promise<unknown> {
  const cause = await feeding.then(
    () => thrown,
    (error: unknown) => (error instanceof OpsError ? error : thrown),
  )
  return unreadable(name, cause)
}

function resumed(gunzip: ReturnType<typeof createGunzip>, resume: () => void): void {
  const settle = (): void => {
    for (const event of ['drain', 'close', 'error']) gunzip.off(event, settle)
    resume()
  }
  for (const event of ['drain', 'close', 'error']) gunzip.once(event, settle)
}

/** @throws where it is not the first line of such a file. */
export function parseHeader(line: Buffer, name: string): RowsHeader {
  const parsed = JSON.parse(line.toString('utf8')) as RowsHeader & { readonly format?: string }
  if (parsed.format !== format)
    throw new Error(`its format is ${JSON.stringify(parsed.format)}, not ${format}: ${name}`)
  return parsed
}

/** What is told of a file whose reading ended with `thrown`. */
export function unreadable(name: string, thrown: unknown): unknown {
  if (thrown instanceof OpsError) return thrown
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return new OpsError(
    {
      code: 'failed',
      title: `${name} is no file of rows that can be read: ${reason}`,
      changed: 'no',
      next: 'Nothing was done with it. Bring it back from a version or a copy of the store.',
    },
    { cause: thrown },
  )
}
