/** Puts the pieces of days into their files, and saves each day with its last piece, a few at a time. */
import type { RowsDigest } from '../../mysql/row-hash.ts'
import type { Server } from '../../mysql/server.ts'
import type { Store } from '../../store/store.ts'
import { randomName } from '../archive/archive-store.ts'
import { serverText } from '../archive/records.ts'
import { headerLine } from '../rows/rows-file.ts'
import { DayFile, type DayHead, dayHead } from './day-file.ts'
import type { WalkPiece } from './days-walk.ts'
import type { DumpPlan } from './plan.ts'
import type { Receipt } from './records.ts'
import { type ReceiptHead, saveDay } from './save-day.ts'
import type { TableShape } from './table-shape.ts'

interface SaverContext {
  readonly server: Pick<Server, 'name'>
  readonly store: Store
}

/** So many are stored at once, as each of them mostly waits for the store; fewer where they are large. */
const mostUnderWay = 8
const mostBytesUnderWay = 8 * 1024 * 1024

/** `saved` holds what has a receipt of this run; `hidden` are days of earlier ones that the listing had not shown. */
export class DaySaver {
  readonly saved: Receipt[] = []
  readonly hidden: string[] = []
  readonly #plan: DumpPlan
  readonly #context: SaverContext
  readonly #stillLocked: () => Promise<void>
  readonly #token = randomName()
  readonly #files = new Map<string, DayFile>()
  readonly #heads = new WeakMap<TableShape, DayHead>()
  readonly #underWay = new Set<Promise<void>>()
  #bytesUnderWay = 0
  #failure: { readonly failure: unknown } | undefined

  /** `stillLocked` throws where another run may be at work in the place. */
  constructor(plan: DumpPlan, context: SaverContext, stillLocked: () => Promise<void>) {
    this.#plan = plan
    this.#stillLocked = shared(stillLocked)
    this.#context = context
  }

  async add({ work, shape, isFirst, lines, end }: WalkPiece): Promise<void> {
    const { request, kind, state } = this.#plan
    const { server } = this.#context
    const { table, columns, createTable } = shape
    const { day } = work
    if (isFirst) await this.#drop(day)
    const file = this.#files.get(day) ?? new DayFile(this.#headOf(shape))
    this.#files.set(day, file)
    await file.add(lines)
    if (!end) return
    const { from, to, startsAt, endsAt, receipt } = work
    this.#files.delete(day)
    await this.#start(file, end.digest, {
      day,
      revision: (receipt?.revision ?? 0) + 1,
      table: request.table,
      source: server.name,
      server: serverText(state),
      by: request.by,
      kind,
      zone: request.zone,
      from,
      to,
      fromUtc: startsAt.toISOString(),
      toUtc: endsAt.toISOString(),
      fingerprint: table.fingerprint,
      createTable,
      columns: [...columns],
      seenAt: end.seenAt.toISOString(),
      snapshotMs: end.snapshotMs,
      ...(receipt && { before: { rows: receipt.rows, hash: receipt.hash } }),
    })
  }

  #headOf(shape: TableShape): DayHead {
    const known = this.#heads.get(shape)
    if (known) return known
    const { request, state } = this.#plan
    const { table, columns, key, createTable } = shape
    const { fingerprint } = table
    const header = { table: request.table, columns, key, fingerprint, createTable, server: state.version }
    const head = dayHead(headerLine(header))
    this.#heads.set(shape, head)
    return head
  }

  /** Resolves when all days are saved. @throws what kept one of them from it. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#check()
  }

  /** What is under way is waited for: nothing may be stored when the lock is given back. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay)
    for (const day of [...this.#files.keys()]) await this.#drop(day)
  }

  /** A few days are stored, read back and receipted while the next ones are read. */
  async #start(file: DayFile, digest: RowsDigest, head: ReceiptHead): Promise<void> {
    const { sizeBytes } = file
    while (!this.#hasRoom(sizeBytes)) await Promise.race(this.#underWay)
    this.#check()
    this.#bytesUnderWay += sizeBytes
    const saving: Promise<void> = saveDay(
      this.#context.store,
      file,
      this.#token,
      digest,
      head,
      this.#stillLocked,
    )
      .then(
        receipt => void (receipt ? this.saved.push(receipt) : this.hidden.push(head.day)),
        (failure: unknown) => {
          this.#failure ??= { failure }
        },
      )
      .then(() => file.discard())
      .finally(() => {
        this.#underWay.delete(saving)
        this.#bytesUnderWay -= sizeBytes
      })
    this.#underWay.add(saving)
  }

  /** Two are always stored at once: the one is read back while the other is written. */
  #hasRoom(bytes: number): boolean {
    const { size } = this.#underWay
    return size < 2 || (size < mostUnderWay && this.#bytesUnderWay + bytes <= mostBytesUnderWay)
  }

  #check(): void {
    if (this.#failure) throw this.#failure.failure
  }

  async #drop(day: string): Promise<void> {
    const file = this.#files.get(day)
    this.#files.delete(day)
    await file?.discard()
  }
}

/** Days that ask while one question is under way get the answer to the next one together. */
function shared(ask: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined
  return () => {
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined
        running = ask()
        return running
      })
    return waiting
  }
}
