/** Where the time of a load goes: the server's own stages (information_schema.PROFILING), added up over its statements. */
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'

export interface Stage {
  readonly name: string
  readonly seconds: number
}

export class StageProfile {
  readonly #session: Session
  readonly #seconds = new Map<string, number>()
  #last = 0
  /** Why there is none. */
  problem: string | undefined

  constructor(session: Session) {
    this.#session = session
  }

  async start(): Promise<void> {
    try {
      await this.#session.query(sql`SET profiling_history_size = 100, profiling = 1`, 'asking for a profile')
    } catch (thrown) {
      this.problem = thrown instanceof Error ? thrown.message : String(thrown)
    }
  }

  /** Adds what the session did since the last time; the server keeps its last hundred statements. */
  async add(): Promise<void> {
    if (this.problem !== undefined) return
    const rows = await this.#session.records(
      sql`SELECT QUERY_ID AS query, STATE AS state, DURATION AS seconds FROM information_schema.PROFILING
        WHERE QUERY_ID > ${this.#last}`,
      'reading the profile',
    )
    for (const { query, state, seconds } of rows) {
      this.#last = Math.max(this.#last, Number(query ?? 0))
      this.#seconds.set(state ?? '', (this.#seconds.get(state ?? '') ?? 0) + Number(seconds ?? 0))
    }
  }

  /** The longest first. */
  get stages(): readonly Stage[] {
    return [...this.#seconds]
      .map(([name, seconds]) => ({ name, seconds }))
      .sort((one, other) => other.seconds - one.seconds)
  }
}
