/**
 * One connection of mysql2 to a server. It hands rows on as the bytes that the server sent: mysql2 would make dates, numbers and
 * parsed JSON of them.
 */
import type { Duplex, Readable } from 'node:stream'
import { PacketRows } from './packet-rows.ts'
import type { Sql } from './sql.ts'
import { type Next, type RawQuery, type RowsConnection, takeRows } from './take-rows.ts'
import type { WireRow } from './wire-row.ts'

/** What a statement brought. */
export interface Answer {
  /** Of the columns; empty where there is no result. */
  readonly names: readonly string[]
  /** Rows of the statement, unless `onRow` took them. */
  readonly rows: readonly WireRow[]
  readonly affected: number
  readonly warnings: number
  readonly insertId: bigint
  /** The server's own words, as `Records: 3  Duplicates: 0`. */
  readonly info: string
}

export interface StatementOptions {
  /** Takes each row as it comes; it holds as long as it is kept. */
  readonly onRow?: (row: WireRow) => void
  /**
   * With `onRow`: takes many rows as the packets that they came in, from a place of a piece on, and answers where it stopped.
   * There the next one is for `onRow`.
   */
  readonly onMany?: (piece: Buffer, from: number) => number
  /** What a LOAD DATA LOCAL of this statement reads, and no other ever does: a server may ask for any file. */
  readonly infile?: () => Readable
}

/** One connection: one statement at a time, in order. */
export interface Driver {
  readonly threadId: number
  readonly serverVersion: string
  query(statement: Sql, options?: StatementOptions): Promise<Answer>
  /** The reason once the connection is gone. */
  readonly lost: string | undefined
  /** Says goodbye and resolves when the stream has ended, or soon. */
  end(): Promise<void>
  destroy(): void
}

/** The parts of mysql2 that its types do not tell. */
export interface RawConnection extends RowsConnection {
  readonly threadId: number
  readonly stream: unknown
  startTLS(done: (error?: Error) => void): void
  /** Undefined: what waits is to begin. */
  handlePacket(packet: { readonly sequenceId: number } | undefined): void
  readonly config: object
  readonly _handshakePacket: { readonly serverVersion: string }
  query(options: object, done: (error: Error | null, result: unknown, fields: unknown) => void): RawQuery
  on(event: string, listener: (error?: Error) => void): void
  once(event: string, listener: (error?: Error) => void): void
  off(event: string, listener: (error?: Error) => void): void
  end(done: () => void): void
  destroy(): void
}
interface ResultHeader {
  readonly affectedRows?: number
  readonly warningStatus?: number
  readonly insertId?: number | string
  readonly info?: string
}

const binaryCharset = 63

export class Mysql2Driver implements Driver {
  readonly threadId: number
  readonly serverVersion: string
  #lost: string | undefined
  /** Ends what waits for an answer: mysql2 leaves it waiting for ever when it is told to go. */
  readonly #abandon = new Set<(error: Error) => void>()
  readonly #connection: RawConnection
  readonly #stream: Duplex

  constructor(connection: RawConnection, stream: Duplex) {
    this.#connection = connection
    this.#stream = stream
    this.threadId = connection.threadId
    this.serverVersion = connection._handshakePacket.serverVersion
    // From here on SQL is bytes, as `sql.ts` makes it, also after a SET NAMES: mysql2 would follow what the server tells of it.
    Object.defineProperty(connection.config, 'charsetNumber', { get: () => binaryCharset, set: () => {} })
    connection.on('error', error => {
      this.#lost ??= error?.message ?? 'the connection was closed'
    })
    stream.once('close', () => {
      this.#lost ??= 'the server closed the connection'
    })
    // It says nothing more. A stream that still has much to write would never close by itself, and nobody would be told.
    stream.once('end', () => {
      this.#lost ??= 'the server closed the connection'
      setImmediate(() => this.destroy())
    })
  }

  get lost(): string | undefined {
    return this.#lost
  }

  query(statement: Sql, { onRow, onMany, infile }: StatementOptions = {}): Promise<Answer> {
    return new Promise((resolved, rejected) => {
      if (this.#lost !== undefined) return rejected(new Error(this.#lost))
      const reject = (error: unknown): void => {
        this.#abandon.delete(reject)
        rejected(error)
      }
      const resolve = (answer: Answer): void => {
        this.#abandon.delete(reject)
        resolved(answer)
      }
      this.#abandon.add(reject)
      const rows: WireRow[] = []
      const take = onRow ?? ((row: WireRow) => void rows.push(row))
      let thrown: Error | undefined
      const options = {
        sql: statement.bytes,
        rowsAsArray: true,
        typeCast: false,
        ...(infile && { infileStreamFactory: infile }),
      }
      const query = this.#connection.query(options, (error, result, fields) => {
        if (error ?? thrown) return reject(error ?? thrown)
        const header = (Array.isArray(result) ? {} : result) as ResultHeader
        const columns = (fields ?? []) as readonly { readonly name: string }[]
        resolve({
          names: columns.map(each => each.name),
          rows,
          affected: header.affectedRows ?? 0,
          warnings: header.warningStatus ?? 0,
          insertId: BigInt(header.insertId ?? 0),
          info: header.info ?? '',
        })
      })
      const guarded = (work: () => void): void => {
        try {
          if (!thrown) work()
        } catch (error) {
          thrown = error instanceof Error ? error : new Error(String(error))
        }
      }
      const end = query.row
      const each: Next = function (packet, connection) {
        if (packet.isEOF()) return end.call(this, packet, connection)
        guarded(() => take(packet.buffer.subarray(packet.offset, packet.end)))
        return each
      }
      query.row = each
      if (!onMany) return
      const packets = new PacketRows({
        onRow: row => guarded(() => take(row)),
        onMany: (piece, from) => {
          let to = from
          guarded(() => {
            to = onMany(piece, from)
          })
          return to
        },
      })
      takeRows(this.#connection, query, each, packets)
    })
  }

  async end(): Promise<void> {
    if (this.#lost === undefined) {
      await new Promise<void>(resolve => {
        const impatience = setTimeout(resolve, 1_000)
        this.#connection.end(() => {
          clearTimeout(impatience)
          resolve()
        })
      })
    }
    this.destroy()
  }

  destroy(): void {
    this.#lost ??= 'closed'
    for (const abandon of [...this.#abandon]) abandon(new Error(this.#lost))
    this.#connection.destroy()
    this.#stream.destroy()
  }
}
