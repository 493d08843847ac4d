/** A session with a HiveServer2: statements in, rows of plain cells out. */
import type { Answer, Cell } from '../answer.ts'
import type { Received, Struct } from './thrift.ts'
import type { HiveWire } from './wire.ts'

const protocolVersion10 = 9
const stillGoing = new Set([0, 1, 7])
const finished = 2
const rowsAtOnce = 10_000
const firstPauseMs = 20
const longestPauseMs = 1000

/** TTypeId of the kinds that are numbers. */
const numberTypes = new Set([1, 2, 3, 4, 5, 6, 15])
const booleanType = 0
/** Scaled numbers come as text. */
const decimalType = 15

/** What a server said of a statement that it did not run. */
export class HiveError extends Error {}

export class HiveSession {
  readonly #wire: HiveWire
  readonly #handle: Struct

  private constructor(wire: HiveWire, handle: Struct) {
    this.#wire = wire
    this.#handle = handle
  }

  static async open(wire: HiveWire, user: string, password: string): Promise<HiveSession> {
    const answer = checked(
      await wire.call('OpenSession', [
        [1, { i32: protocolVersion10 }],
        [2, { text: user }],
        [3, { text: password }],
      ]),
    )
    return new HiveSession(wire, structAt(answer, 3))
  }

  /** Runs a statement to its end. */
  async run(statement: string): Promise<void> {
    const operation = await this.#execute(statement)
    await this.#closeOperation(operation)
  }

  /** Runs a query. @throws HiveError in the server's words. */
  async query(statement: string): Promise<Answer> {
    const operation = await this.#execute(statement)
    const described = checked(await this.#wire.call('GetResultSetMetadata', [[1, { raw: operation }]]))
    const columns = listAt(structAt(described, 2), 1).map(column => {
      const types = listAt(structAt(column as Struct, 2), 1)
      const primitive = types[0] instanceof Map ? types[0].get(1) : undefined
      const type = primitive instanceof Map ? Number(primitive.get(1)) : undefined
      return { name: textOf((column as Struct).get(1)), type }
    })
    return {
      columns: columns.map(column => column.name.replace(/^[^.]*\./, '')),
      isNumber: columns.map(column => column.type !== undefined && numberTypes.has(column.type)),
      rows: this.#rows(
        operation,
        columns.map(column => column.type),
      ),
    }
  }

  async close(): Promise<void> {
    await this.#wire.call('CloseSession', [[1, { raw: this.#handle }]]).catch(() => {})
    this.#wire.close()
  }

  async #execute(statement: string): Promise<Struct> {
    const answer = checked(
      await this.#wire.call('ExecuteStatement', [
        [1, { raw: this.#handle }],
        [2, { text: statement }],
        [4, { bool: true }],
      ]),
    )
    const operation = structAt(answer, 2)
    let pauseMs = firstPauseMs
    for (;;) {
      const status = checked(await this.#wire.call('GetOperationStatus', [[1, { raw: operation }]]))
      const state = Number(status.get(2))
      if (state === finished) return operation
      if (!stillGoing.has(state))
        throw new HiveError(textOf(status.get(5)) || `the statement ended in state ${state}`)
      await new Promise(resolve => setTimeout(resolve, pauseMs))
      pauseMs = Math.min(longestPauseMs, 1.5 * pauseMs)
    }
  }

  async *#rows(
    operation: Struct,
    types: readonly (number | undefined)[],
  ): AsyncGenerator<readonly (readonly Cell[])[]> {
    try {
      for (;;) {
        const answer = checked(
          await this.#wire.call('FetchResults', [
            [1, { raw: operation }],
            [2, { i32: 0 }],
            [3, { i64: rowsAtOnce }],
            [4, { i16: 0 }],
          ]),
        )
        const rows = rowsOf(structAt(answer, 3), types)
        if (rows.length === 0) return
        yield rows
      }
    } finally {
      await this.#closeOperation(operation)
    }
  }

  async #closeOperation(operation: Struct): Promise<void> {
    await this.#wire.call('CloseOperation', [[1, { raw: operation }]])
  }
}

/** Columns as the server sends them, turned into rows. */
function rowsOf(set: Struct, types: readonly (number | undefined)[]): readonly (readonly Cell[])[] {
  const columns = listAt(set, 3).map(union => {
    const [column] = [...(union as Struct).values()] as [Struct]
    const nulls = column.get(2)
    return { values: listAt(column, 1), nulls: nulls instanceof Buffer ? nulls : Buffer.alloc(0) }
  })
  const count = columns[0]?.values.length ?? 0
  return Array.from({ length: count }, (_, row) =>
    columns.map(({ values, nulls }, column) => {
      const isNull = ((nulls[row >> 3] ?? 0) & (1 << (row & 7))) !== 0
      return isNull ? null : cellOf(values[row], types[column])
    }),
  )
}

function cellOf(value: Received | undefined, type: number | undefined): Cell {
  if (value === undefined) return null
  if (type === booleanType) return value === true || value === 1
  if (value instanceof Buffer) {
    const text = value.toString()
    return type === decimalType && /^-?\d+$/.test(text) ? BigInt(text) : text
  }
  return typeof value === 'object' ? JSON.stringify(value) : value
}

function checked(answer: Struct): Struct {
  const status = structAt(answer, 1)
  if (Number(status.get(1)) <= 1) return answer
  throw new HiveError(textOf(status.get(5)) || `status ${String(status.get(1))}`)
}

function structAt(struct: Struct, id: number): Struct {
  const value = struct.get(id)
  if (value instanceof Map) return value as Struct
  throw new Error('the server left out a part of its answer')
}

function listAt(struct: Struct, id: number): readonly Received[] {
  const value = struct.get(id)
  return Array.isArray(value) ? value : []
}

const textOf = (value: Received | undefined) => (value instanceof Buffer ? value.toString() : '')
