/**
 * Puts chunks into the table within the transaction of its caller, by LOAD DATA or by INSERTs. The server's counts and
 * warnings decide: where they do not say that each row arrived as it was sent, the chunk is taken back and inserted row by
 * row under strict rules, so that what is wrong gets its line and its reason.
 */
import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { releaseBuffers } from '../../base/release-buffers.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import type { LoadChunk } from './load-chunk.ts'
import { mostNamed, type Problems } from './problems.ts'
import { type Into, ignores, inserts, loadStatement, statementBytes } from './statements.ts'
import {
  countsOf,
  isFaultOfRow,
  reasonOf,
  rowOf,
  type Said,
  warningsOf,
  withoutRow,
} from './what-server-said.ts'

export type Method = 'infile' | 'insert'

/** What became of rows so far. */
export interface LoadedRows {
  /** Stored: new ones, and those that replaced another. */
  stored: number
  /** Their key was there already, and they were left out. */
  skipped: number
  /** Rows of the table that went for them. */
  replaced: number
  /** Values that the server rounded or cut blanks from. */
  rounded: number
  /** What it said of the first of them. */
  firstRounded: string | undefined
}

const pieceBytes = 256 * 1024
export class RowLoader {
  readonly loaded: LoadedRows = { stored: 0, skipped: 0, replaced: 0, rounded: 0, firstRounded: undefined }
  /** How long the server took. */
  serverMs = 0
  /** The server has got rows, whatever became of them. */
  hasSent = false
  readonly #session: Session
  readonly #into: Into
  readonly #method: Method
  readonly #maxAllowedPacket: number
  readonly #problems: Problems
  readonly #doing: string
  /** Rows of this chunk that the server refused. */
  #refused = 0

  constructor(session: Session, into: Into, method: Method, maxAllowedPacket: number, problems: Problems) {
    this.#session = session
    this.#into = into
    this.#method = method
    this.#maxAllowedPacket = maxAllowedPacket
    this.#problems = problems
    this.#doing = `loading ${into.table.database}.${into.table.table}`
  }

  async load(chunk: LoadChunk): Promise<void> {
    const begun = performance.now()
    this.#refused = 0
    try {
      if (this.#method === 'infile' && (await this.#byInfile(chunk))) return
      await this.#byInserts(chunk, 0, chunk.rows.length)
    } finally {
      this.serverMs += performance.now() - begun
      this.#problems.add(...chunk.bad)
      this.loaded.rounded += chunk.cut.values
      if (chunk.cut.first !== undefined) this.loaded.firstRounded ??= chunk.cut.first
    }
  }

  /** False: not all of it arrived as it was sent, and it was taken back. */
  async #byInfile(chunk: LoadChunk): Promise<boolean> {
    const session = this.#session
    await session.query(sql`SAVEPOINT ops_chunk`, this.#doing)
    this.hasSent = true
    try {
      const answer = await session.query(loadStatement(this.#into), this.#doing, {
        infile: () => Readable.from(pieces(chunk.lines), { objectMode: false, highWaterMark: pieceBytes }),
      })
      const counts = countsOf(answer.info)
      const said = await warningsOf(session, answer.warnings, this.#doing)
      const { onDuplicate } = this.#into
      const isWhole =
        counts.records === chunk.rows.length &&
        !said.areCut &&
        said.warned.length === 0 &&
        (onDuplicate === 'skip' ? counts.skipped === said.duplicates : counts.skipped + said.duplicates === 0)
      if (isWhole) {
        this.loaded.stored += counts.records - counts.skipped
        this.loaded.skipped += counts.skipped
        this.loaded.replaced += counts.deleted
        this.#round(said, line => chunk.rows[line - 1])
        return true
      }
    } catch (thrown) {
      if (!isFaultOfRow(thrown)) throw thrown
    }
    await session.query(sql`ROLLBACK TO SAVEPOINT ops_chunk`, this.#doing)
    return false
  }

  /** Rows from `from` to before `to`; where the server refuses some, they are halved until it is one. */
  async #byInserts(chunk: LoadChunk, from: number, to: number): Promise<void> {
    const most = statementBytes(this.#maxAllowedPacket)
    const parts = inserts(this.#into, chunk, from, to, most)
    for (let next = parts.next(); !next.done; ) {
      if (this.#refused >= mostNamed) return
      const part = next.value
      if (part.statement.bytes.length > this.#maxAllowedPacket - 64) {
        const size = `${part.statement.bytes.length} bytes`
        this.#bad(
          chunk,
          part.from,
          `the row is ${size}, and max_allowed_packet of the server ${this.#maxAllowedPacket}`,
        )
        next = parts.next()
        continue
      }
      const inserting = this.#insert(chunk, part.from, part.to, part.statement)
      try {
        // The next statement is put together while the server is at this one.
        next = parts.next()
      } finally {
        await inserting
      }
    }
  }

  async #insert(
    chunk: LoadChunk,
    from: number,
    to: number,
    statement: Parameters<Session['query']>[0],
  ): Promise<void> {
    const session = this.#session
    const rows = to - from
    const isIgnoring = ignores(this.#into)
    const isCounting = this.#into.onDuplicate === 'skip' && !isIgnoring
    this.hasSent = true
    try {
      if (isIgnoring) await session.query(sql`SAVEPOINT ops_part`, this.#doing)
      if (isCounting) await session.query(sql`SET @ops_there = 0`, this.#doing)
      const answer = await session.query(statement, this.#doing)
      const counts =
        answer.info === ''
          ? { records: isIgnoring ? 1 : Math.min(answer.affected, 1), duplicates: 0 }
          : countsOf(answer.info)
      const said = await warningsOf(session, answer.warnings, this.#doing)
      const there = isCounting
        ? Number(await session.value(sql`SELECT @ops_there`, this.#doing))
        : isIgnoring
          ? said.duplicates
          : 0
      if (isIgnoring && rows > 1 && (said.areCut || said.warned.length > 0)) {
        // Which of its errors is of which row it does not say.
        await session.query(sql`ROLLBACK TO SAVEPOINT ops_part`, this.#doing)
        return this.#byHalves(chunk, from, to)
      }
      if (counts.records !== rows) throw new Error(`the server counts ${counts.records} rows of ${rows}`)
      const isReplacing = this.#into.onDuplicate === 'replace'
      this.loaded.stored += rows - there
      this.loaded.skipped += there
      if (isReplacing) this.loaded.replaced += answer.info === '' ? answer.affected - 1 : counts.duplicates
      this.#round(said, line => chunk.rows[from + line - 1])
      // What strict rules let pass with a warning is no less wrong.
      for (const each of said.warned) this.#bad(chunk, from + rowOf(each) - 1, withoutRow(each))
    } catch (thrown) {
      if (!isFaultOfRow(thrown)) throw thrown
      if (rows === 1) return this.#bad(chunk, from, reasonOf(thrown))
      await this.#byHalves(chunk, from, to)
    }
  }

  async #byHalves(chunk: LoadChunk, from: number, to: number): Promise<void> {
    const middle = from + Math.ceil((to - from) / 2)
    await this.#byInserts(chunk, from, middle)
    if (this.#refused < mostNamed) await this.#byInserts(chunk, middle, to)
  }

  #bad(chunk: LoadChunk, index: number, problem: string): void {
    this.#refused += 1
    this.#problems.add({ line: chunk.rows[index] ?? 0, problem })
  }

  #round({ rounded, first }: Said, lineOf: (row: number) => number | undefined): void {
    this.loaded.rounded += rounded
    if (first === undefined) return
    this.loaded.firstRounded ??= `line ${lineOf(rowOf(first)) ?? '?'}: ${withoutRow(first)}`
  }
}

function* pieces(lines: Buffer): Generator<Buffer> {
  for (let at = 0; at < lines.length; at += pieceBytes) {
    yield lines.subarray(at, at + pieceBytes)
    // The driver copies each piece.
    releaseBuffers()
  }
}
