/**
 * SQL text in which every hole is quoted: names with `name`, values as literals. Nothing else makes SQL, so that a hostile
 * name or value is data everywhere. It holds for sessions as `session.ts` pins them (binary, with backslash escapes).
 */

/** SQL as the server will read it: each character is one byte. Made by `sql`, `name`, `join` and `rawSql` only. */
export class Sql {
  readonly bytes: string
  constructor(bytes: string) {
    this.bytes = bytes
  }
  toString(): string {
    return Buffer.from(this.bytes, 'latin1').toString('utf8')
  }
}

/** A value of SQL: text and bytes become string literals, numbers their digits. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** A template of SQL: the text is ASCII, a hole is SQL or a value. */
export function sql(text: TemplateStringsArray, ...holes: readonly (Sql | SqlValue)[]): Sql {
  let bytes = text[0] ?? ''
  for (const [index, hole] of holes.entries()) {
    bytes += (hole instanceof Sql ? hole.bytes : literal(hole)) + (text[index + 1] ?? '')
  }
  return new Sql(bytes)
}

/** A quoted name, or several with dots between: each part is a name of its own, whatever is in it. */
export function name(...parts: readonly string[]): Sql {
  return new Sql(parts.map(part => `\`${toBytes(part).replaceAll('`', '``')}\``).join('.'))
}

/** Pieces of SQL with something between. */
export function join(pieces: readonly Sql[], between = ', '): Sql {
  return new Sql(pieces.map(piece => piece.bytes).join(between))
}

/** SQL that a person wrote (`--where`): not quoted, as it is meant to be SQL. */
export function rawSql(text: string): Sql {
  return new Sql(toBytes(text))
}

/** Text of ops itself, such as digits or a key word that was checked. */
export function trusted(ascii: string): Sql {
  return new Sql(ascii)
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no number of SQL`)
    return String(value)
  }
  return quoted(typeof value === 'string' ? toBytes(value) : latin1(value))
}

/** The bytes of a cell as a string literal. */
export function quotedBytes(cell: Uint8Array): Sql {
  return new Sql(quoted(latin1(cell)))
}

const special = /[\0\n\r\x1a'"\\]/g
const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
  "'": "\\'",
  '"': '\\"',
  '\\': '\\\\',
}

function quoted(bytes: string): string {
  return `'${bytes.replace(special, character => escapes[character] ?? character)}'`
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
