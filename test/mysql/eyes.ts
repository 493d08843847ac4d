/** A test's own eyes on a server: mysql2 as it comes, without anything of src/mysql. */
import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { createConnection } from 'mysql2/promise'
import type { ServerPlace } from '../../src/mysql/server-place.ts'
import { connect } from '../../src/transport/index.ts'

export interface Eyes {
  run(statement: string): Promise<void>
  /** Rows as text. */
  rows(statement: string): Promise<(string | null)[][]>
  close(): Promise<void>
}

/** Logs in as root over a stream. */
export async function openEyes(stream: Duplex): Promise<Eyes> {
  const connection = await createConnection({
    stream,
    user: 'root',
    multipleStatements: true,
    charset: 'utf8mb4',
    authPlugins: { auth_socket: () => () => Buffer.alloc(0) },
  })
  const text = (value: unknown): string | null => (value === null ? null : String(value))
  return {
    run: async statement => void (await connection.query(statement)),
    rows: async statement => {
      const [rows] = await connection.query({
        sql: statement,
        rowsAsArray: true,
        typeCast: (field, _next) => field.string(),
      })
      return (rows as unknown[][]).map(row => row.map(text))
    },
    close: () => connection.end(),
  }
}

/** Logs in to the server's socket, through its host. */
export async function eyesOn({ through, at }: ServerPlace): Promise<Eyes> {
  const transport = await connect(through)
  return openEyes(await transport.forwardSocket(at && 'socket' in at ? at.socket : '/run/mysqld/mysqld.sock'))
}

/** The table of everything that jobs get wrong, as a server of this kind takes it. */
export function hostileSql(flavor: 'mariadb' | 'mysql56' | 'mysql'): string {
  const sql = readFileSync(new URL('./hostile.sql', import.meta.url), 'utf8')
  if (flavor === 'mariadb') return sql
  // Before 8.0.23 no column is invisible.
  const visible = sql.replace(/\s*inv INT INVISIBLE DEFAULT 7,/, ' inv INT DEFAULT 7,')
  if (flavor === 'mysql') return visible
  return visible
    .replace(' j JSON,', ' j TEXT,')
    .replace('CHARACTER SET utf8mb3', 'CHARACTER SET utf8')
    .replace(/ gen INT AS .*? STORED,/, '')
}
