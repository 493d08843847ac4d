/** Whether this server copies another one, and how far it is behind: rows that it has not got yet are in no dump of it. */
import { errorNumber } from './mysql-error.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'

/** `unseen`: the account lacks the right to ask. `stopped`: it is a replica that gets nothing now. */
export type ReplicaState = 'none' | 'unseen' | 'stopped' | { readonly secondsBehind: number }

const rightNeeded = 1227

export async function replicaState(session: Session): Promise<ReplicaState> {
  const { flavor, number } = session.version
  const statement =
    flavor === 'mariadb'
      ? sql`SHOW ALL SLAVES STATUS`
      : number >= 80_022
        ? sql`SHOW REPLICA STATUS`
        : sql`SHOW SLAVE STATUS`
  try {
    const sources = await session.records(statement, 'asking the server whether it is a replica')
    if (sources.length === 0) return 'none'
    const behind = sources.map(each => each.Seconds_Behind_Master ?? each.Seconds_Behind_Source ?? null)
    if (behind.includes(null)) return 'stopped'
    return { secondsBehind: Math.max(...behind.map(Number)) }
  } catch (thrown) {
    if (errorNumber(thrown) === rightNeeded) return 'unseen'
    throw thrown
  }
}
