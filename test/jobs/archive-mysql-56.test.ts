/** `ops db archive` on Oracle's MySQL 5.6, the oldest server that it is to work with, by its socket on this machine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { type Eyes, hostileSql, openEyes } from '../mysql/eyes.ts'
import { type Mysql56, startMysql56, whyNoMysql56 } from '../mysql/mysql-56.ts'

const why = whyNoMysql56()

describe.skipIf(why !== undefined)(
  `ops db archive on MySQL 5.6${why === undefined ? '' : ` (${why})`}`,
  () => {
    let server: Mysql56
    let eyes: Eyes
    let folder: Folder
    beforeAll(async () => {
      server = await startMysql56(['--log-bin=log', '--server-id=1', '--binlog-format=STATEMENT'])
      const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
      eyes = await openEyes(await local.forwardSocket(server.socket))
      folder = folderWith({ 'ops.ini': `[db old]\nsocket = ${server.socket}\nuser = root\n` })
      await eyes.run(`CREATE DATABASE lab CHARACTER SET utf8mb4; USE lab; ${hostileSql('mysql56')}
      ALTER TABLE hostile ADD at TIMESTAMP NOT NULL DEFAULT '2020-02-29 12:00:00', ADD KEY (at);
      ALTER TABLE hostile_key ADD at DATE NOT NULL DEFAULT '2020-02-29', ADD KEY (at)`)
    })
    afterAll(async () => {
      await eyes?.close()
      await server?.stop()
      folder?.remove()
    })
    const ops = (...argv: string[]): Promise<Outcome> => folder.ops(['db', 'archive', ...argv])
    const archive = (table: string): Promise<Outcome> =>
      ops('old', `lab.${table}`, '--older-than', '6mo', '--by', 'at', '--to', table, '--yes')
    const checksum = async (table: string): Promise<string | null | undefined> =>
      (await eyes.rows(`CHECKSUM TABLE lab.${table} EXTENDED`))[0]?.[1]

    test('a server that logs statements is refused, with the way out', async () => {
      const refused = await archive('hostile')
      expect(refused.stderr).toContain('binlog_format = STATEMENT')
      expect(refused.code).toBe(3)
      await eyes.run("SET GLOBAL binlog_format = 'ROW'")
    })

    test.each(['hostile', 'hostile_key'])(
      '%s leaves the server and comes back byte for byte',
      async table => {
        const before = await checksum(table)
        const saved = await archive(table)
        expect(saved.stderr).toBe('')
        expect(saved.code).toBe(0)
        expect(await eyes.rows(`SELECT COUNT(*) FROM lab.${table}`)).toEqual([['0']])
        const restored = await ops('restore', table, '--into', `lab.${table}_again`, '--yes')
        expect(restored.stderr).toBe('')
        expect(await checksum(`${table}_again`)).toBe(before)
      },
    )
  },
)
