/** Takes the rows of one statement past mysql2, which would make an object of each packet; all else stays with it. */
import type { PacketRows } from './packet-rows.ts'

/** The parts of a connection of mysql2 that this needs. */
export interface RowsConnection {
  packetParser: { execute(bytes: Buffer): void }
  /** What the next packet is to be numbered. */
  sequenceId: number
  /** What is under way. */
  readonly _command: unknown
}

export interface RawPacket {
  readonly buffer: Buffer
  readonly offset: number
  readonly end: number
  isEOF(): boolean
}
export type Next = (this: RawQuery, packet: RawPacket, connection: unknown) => unknown
/** The parts of its query. */
export interface RawQuery {
  row: Next
  start: Next
  /** What takes the next packet. */
  readonly next: Next | null
}

/** Hands the bytes of this statement's rows to `rows`, and all others to mysql2; `each` is what mysql2 takes for a row. */
export function takeRows(connection: RowsConnection, query: RawQuery, each: Next, rows: PacketRows): void {
  const parser = connection.packetParser
  let rest: Buffer = Buffer.alloc(0)
  const isAtRows = (): boolean => query.next === each
  const handBack = (bytes: Buffer): void => {
    connection.packetParser = parser
    if (bytes.length > 0) parser.execute(bytes)
  }
  const takeSome = (bytes: Buffer): void => {
    const ending = rows.push(bytes)
    if (!ending) return
    connection.sequenceId = ending[3] ?? 0
    handBack(ending)
  }
  /** Packet by packet, so that none beyond the first row goes to mysql2. */
  const toFirstRow = (bytes: Buffer): void => {
    const piece = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let from = 0
    while (piece.length - from >= 4 && !isAtRows() && connection._command === query) {
      const to = from + 4 + piece.readUIntLE(from, 3)
      if (to > piece.length) break
      parser.execute(piece.subarray(from, to))
      from = to
    }
    rest = piece.subarray(from)
    if (connection._command !== query) handBack(rest)
    else if (isAtRows() && rest.length > 0) takeSome(rest)
  }
  const begin = (): void => {
    const execute = (bytes: Buffer): void => (isAtRows() ? takeSome(bytes) : toFirstRow(bytes))
    connection.packetParser = { execute }
  }
  if (connection._command === query) begin()
  else {
    const start = query.start
    query.start = function (packet, of) {
      begin()
      return start.call(this, packet, of)
    }
  }
}
