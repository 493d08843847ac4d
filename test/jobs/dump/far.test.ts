/** A server that is far away: what the way takes is no work of it, and makes no piece smaller. */
import { createServer, type Server as Listener } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { DaysWalk } from '../../../src/jobs/dump/days-walk.ts'
import { findDays } from '../../../src/jobs/dump/find-days.ts'
import { readShape } from '../../../src/jobs/dump/table-shape.ts'
import { openServer } from '../../../src/mysql/server.ts'
import { connect } from '../../../src/transport/index.ts'
import { describeReal } from '../../hosts/available.ts'
import { useDatabase } from '../use-database.ts'

/** Each way takes so long. */
const wayMs = 30

/** All that comes goes on a while later, in its order. */
function late(from: Duplex, to: Duplex): void {
  from.on('data', (bytes: Buffer) => setTimeout(() => to.write(bytes), wayMs))
  from.once('end', () => setTimeout(() => to.end(), wayMs))
  from.once('error', () => to.destroy())
}

describeReal('a database that is far away', () => {
  const { host, folder, mariadb } = useDatabase()

  /** A socket of this machine that leads there. */
  async function farAway(): Promise<string> {
    const transport = await connect({ name: 'db1', destination: 'db1', sshConfigFile: host().sshConfig })
    const listener: Listener = createServer(async near => {
      const far = await transport.forwardSocket('/run/mysqld/mysqld.sock')
      late(near, far)
      late(far, near)
    })
    onTestFinished(async () => {
      listener.close()
      await transport.close()
    })
    const path = join(folder().path, 'far.sock')
    await new Promise<void>(resolve => listener.listen(path, resolve))
    return path
  }

  test('days are read in no smaller pieces than near by', async () => {
    await mariadb(`CREATE DATABASE far; USE far; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2025-06-01' + INTERVAL (seq - 1) DIV 1500 DAY FROM seq_1_to_9000`)
    const through = { name: 'local', destination: 'local', backend: 'local' } as const
    const server = await openServer({ name: 'db1', through, at: { socket: await farAway() }, user: 'root' })
    onTestFinished(() => server.close())
    const session = await server.session()
    const shape = await readShape(session, { database: 'far', table: 't' }, 'at')
    const axis = {
      table: shape.table,
      by: 'at',
      kind: 'datetime',
      zone: 'UTC',
      index: 'at',
      rowsLieBy: 'id',
    } as const
    const until = { until: '2025-06-07', known: new Map(), isOurs: () => true }
    const days = await findDays(session, axis, until, true)
    const walk = new DaysWalk(
      session,
      shape,
      days,
      () => new Date(),
      async () => undefined,
    )
    let rows = 0
    let pieces = 0
    for (let piece = await walk.next(); piece; piece = await walk.next()) {
      pieces += 1
      rows += piece.rows.length
    }
    expect(rows).toBe(9000)
    // A busy machine may make some smaller.
    expect(pieces).toBeLessThanOrEqual(90)
  })
})
