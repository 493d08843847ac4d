/** Whether this server copies another one, and how far it is behind: rows that it has not got yet are in no dump of it. */
import { errorNumber } from './mysql-error.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

/** `unseen`: the account lacks the right to ask. `stopped`: it is a replica that gets nothing now. */
export type ReplicaState = 'none' | 'unseen' | 'stopped' | { readonly secondsBehind: number }

const rightNeeded = 1227

export async function replicaState(session: Session): Promise<ReplicaState> {
  const sources = await replicaSources(session)
  if (sources === 'unseen') return 'unseen'
  if (sources.length === 0) return 'none'
  const behind = sources.map(each => each.secondsBehind)
  return behind.includes(undefined) ? 'stopped' : { secondsBehind: Math.max(...behind.map(Number)) }
}

/** One server that this one copies. */
export interface ReplicaSource {
  /** Undefined: it gets nothing now. */
  readonly secondsBehind: number | undefined
  /** It is to stay so far behind. */
  readonly delaySeconds: number
  /** What the server says of why it stopped; empty: nothing. */
  readonly problem: string
}

/** Empty: it copies none. */
export async function replicaSources(session: Session): Promise<'unseen' | readonly ReplicaSource[]> {
  const { flavor, number } = session.version
  const statement =
    flavor === 'mariadb'
      ? sql`SHOW ALL SLAVES STATUS`
      : number >= 80_022
        ? sql`SHOW REPLICA STATUS`
        : sql`SHOW SLAVE STATUS`
  try {
    const records = await session.records(statement, 'asking the server whether it is a replica')
    return records.map(each => {
      const behind = each.Seconds_Behind_Master ?? each.Seconds_Behind_Source ?? null
      return {
        secondsBehind: behind === null ? undefined : Number(behind),
        delaySeconds: Number(each.SQL_Delay ?? 0),
        problem: each.Last_SQL_Error || each.Last_IO_Error || '',
      }
    })
  } catch (thrown) {
    if (errorNumber(thrown) === rightNeeded) return 'unseen'
    throw thrown
  }
}
