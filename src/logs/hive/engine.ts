/** Answers SQL over pushed logs with a HiveServer2, such as Hive's own or Spark's Thrift server. */
import type { Duplex } from 'node:stream'
import { errorDataOf, inputError, OpsError } from '../../base/errors.ts'
import type { Answer, SqlColumn } from '../answer.ts'
import { HiveError, HiveSession } from './session.ts'
import { databaseOf, tableStatements } from './tables.ts'
import { HiveWire } from './wire.ts'

export interface HivePlace {
  readonly url: string
  readonly columns: readonly SqlColumn[]
}

export class HiveEngine {
  readonly #session: HiveSession

  private constructor(session: HiveSession) {
    this.#session = session
  }

  /** @throws OpsError `failed` where what answers is no HiveServer2, or does not let us in. */
  static async open(stream: Duplex, user: string): Promise<HiveEngine> {
    try {
      const wire = await HiveWire.greet(stream, user, 'none')
      return new HiveEngine(await HiveSession.open(wire, user, 'none'))
    } catch (error) {
      stream.destroy()
      throw failed(error)
    }
  }

  /** Makes `logs` and `rejected` stand for a place; answers with the database that they are in. */
  async use(place: HivePlace): Promise<string> {
    try {
      for (const statement of tableStatements(place.url, place.columns)) await this.#session.run(statement)
    } catch (error) {
      throw failed(error)
    }
    return databaseOf(place.url, place.columns)
  }

  /** Lines that were no row when they were pushed. */
  async rejected(): Promise<bigint> {
    try {
      const { rows } = await this.#session.query('SELECT count(*) FROM rejected')
      for await (const [row] of rows) return BigInt(String(row?.[0] ?? 0))
      return 0n
    } catch (error) {
      throw failed(error)
    }
  }

  /** @throws OpsError `input` for what the server does not understand. */
  async answer(query: string): Promise<Answer> {
    if (!/^\s*(select|with)\b/i.test(query)) throw inputError('logs sql takes one SELECT')
    try {
      const answer = await this.#session.query(query.replace(/[\s;]+$/, ''))
      return { ...answer, rows: rowsOf(answer) }
    } catch (error) {
      throw failed(error)
    }
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}

async function* rowsOf({
  rows,
}: Answer): Answer['rows'] extends AsyncIterable<infer Rows> ? AsyncGenerator<Rows> : never {
  try {
    yield* rows
  } catch (error) {
    throw failed(error)
  }
}

/** Errors of the server as it says them, without the path that they took through it. */
function failed(error: unknown): OpsError {
  if (error instanceof OpsError) return error
  const said = errorDataOf(error).title
  if (!(error instanceof HiveError))
    return new OpsError({ code: 'failed', title: `Hive: ${said}`, changed: 'no' })
  const text = said
    .replace(/^(?:[\w.]+Exception: )?Error running query: /, '')
    .replace(/^(?:\[[A-Z_.0-9]+\] )?[\w.]+(?:Exception|Error): /, '')
  const [first = '', ...rest] = text.split('\n').filter(line => !/^\s*at |^$/.test(line))
  return new OpsError({
    code: /ParseException|AnalysisException|SemanticException|PARSE_SYNTAX/.test(said) ? 'input' : 'failed',
    title: `Hive: ${first}`,
    changed: 'no',
    ...(rest.length > 0 && { detail: rest.slice(0, 6).join('\n') }),
  })
}
