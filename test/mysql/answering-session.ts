/** A session whose server is a function: for what a job makes of answers that a real one gives at rare times. */
import { Session } from '../../src/mysql/session.ts'
import { rowOf } from '../../src/mysql/wire-row.ts'

type Cells = readonly (string | null)[]
/** Cells of one column; a number is that of the server's error. */
type Answers = (statement: string) => number | Cells | Promise<Cells>

export function answeringSession(column: string, answers: Answers): Session {
  return new Session('db1', {
    ...{ threadId: 1, serverVersion: '10.11.6-MariaDB', lost: undefined, destroy: () => undefined },
    end: async () => undefined,
    async query(statement) {
      const found = await answers(statement.toString())
      if (typeof found === 'number')
        throw Object.assign(new Error('no'), { errno: found, sqlMessage: 'Access denied' })
      const rows = found.map(cell => rowOf([cell === null ? null : Buffer.from(cell)]))
      return { names: [column], rows, affected: 0, warnings: 0, insertId: 0n, info: '' }
    },
  })
}
