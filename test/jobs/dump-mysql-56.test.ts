/** `ops db dump` on Oracle's MySQL 5.6, the oldest server that it is to work with, by its socket on this machine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { type Eyes, hostileSql, openEyes } from '../mysql/eyes.ts'
import { type Mysql56, startMysql56, whyNoMysql56 } from '../mysql/mysql-56.ts'

const why = whyNoMysql56()

describe.skipIf(why !== undefined)(`ops db dump on MySQL 5.6${why === undefined ? '' : ` (${why})`}`, () => {
  let server: Mysql56
  let eyes: Eyes
  let folder: Folder
  beforeAll(async () => {
    server = await startMysql56()
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
  const ops = (...argv: string[]): Promise<Outcome> => folder.ops(['db', ...argv, '--yes'])
  const checksum = async (table: string): Promise<string | null | undefined> =>
    (await eyes.rows(`CHECKSUM TABLE lab.${table} EXTENDED`))[0]?.[1]

  test.each(['hostile', 'hostile_key'])(
    '%s is dumped and comes back byte for byte; the server itself tells that nothing changed',
    async table => {
      const words = ['dump', 'old', `lab.${table}`, '--by', 'at', '--tz', 'Asia/Kathmandu', '--to', table]
      const dumped = await ops(...words)
      expect(dumped.stderr).toBe('')
      expect(dumped.code).toBe(0)
      const restored = await ops('restore', table, '--into', `lab.${table}_again`)
      expect(restored.stderr).toBe('')
      expect(await checksum(`${table}_again`)).toBe(await checksum(table))
      const rechecked = await ops(...words, '--recheck', '20y', '--json')
      const end = rechecked.stdout
        .split('\n')
        .flatMap(line => (line.includes('"job-end"') ? [JSON.parse(line)] : []))
      // No snapshot was needed: the aggregate was equal.
      expect(end[0]?.data).toMatchObject({ checkedDays: 1, days: [], longestSnapshotMs: 0 })
    },
  )
})
