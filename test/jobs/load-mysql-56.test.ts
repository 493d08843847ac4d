/** `ops db load` on Oracle's MySQL 5.6, by its socket on this machine: both ways, compared cell by cell. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { type Eyes, openEyes } from '../mysql/eyes.ts'
import { type Mysql56, startMysql56, whyNoMysql56 } from '../mysql/mysql-56.ts'

const why = whyNoMysql56()

describe.skipIf(why !== undefined)(`ops db load on MySQL 5.6${why === undefined ? '' : ` (${why})`}`, () => {
  let server: Mysql56
  let eyes: Eyes
  let folder: Folder
  beforeAll(async () => {
    server = await startMysql56(['--log-bin=log', '--server-id=1', '--binlog-format=STATEMENT'])
    const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
    eyes = await openEyes(await local.forwardSocket(server.socket))
    folder = folderWith({ 'ops.ini': `[db old]\nsocket = ${server.socket}\nuser = root\n` })
    await eyes.run('CREATE DATABASE lab CHARACTER SET utf8mb4')
  })
  afterAll(async () => {
    await eyes?.close()
    await server?.stop()
    folder?.remove()
  })
  const load = (table: string, content: string, ...argv: string[]): Promise<Outcome> => {
    writeFileSync(join(folder.path, 'rows.csv'), content)
    return folder.ops(['db', 'load', 'old', `lab.${table}`, 'rows.csv', '--yes', ...argv])
  }

  test.each(['infile', 'insert'])('by %s, rows arrive as they are and bad ones are named', async method => {
    const table = `t_${method}`
    await eyes.run(`CREATE TABLE lab.${table} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, l VARCHAR(9) CHARACTER SET latin1,
      e ENUM('a', 'b'), ts TIMESTAMP(3) NULL, b BIT(3), KEY (e))`)
    const rows =
      'id,l,e,ts,b\n0,"ä",a,2026-01-02T03:04:05.678Z,5\n18446744073709551614,,,0000-00-00 00:00:00,\n'
    const run = await load(table, rows, '--method', method, '--indexes', 'rebuild')
    expect(run.stderr).toBe('')
    await eyes.run("SET time_zone = '+00:00'")
    expect(await eyes.rows(`SELECT id, HEX(l), e, ts, b + 0 FROM lab.${table} ORDER BY id`)).toEqual([
      ['0', 'E4', 'a', '2026-01-02 03:04:05.678', '5'],
      ['18446744073709551614', '', null, '0000-00-00 00:00:00.000', null],
    ])
    expect(await eyes.rows(`SHOW KEYS FROM lab.${table} WHERE Key_name = 'e'`)).toHaveLength(1)
    const bad = await load(
      table,
      'id,l,e,ts,b\n7,x,a,,1\n0,x,a,,1\n8,€😀,a,,1\n9,x,c,,1\n10,x,a,2026-02-30 00:00:00,1\n',
      '--method',
      method,
    )
    const told = [...bad.stderr.matchAll(/line (\d+): (\w+)/g)].map(([, line, word]) => `${line} ${word}`)
    expect(told).toEqual(['3 Duplicate', '4 Incorrect', '5 Data', '6 Incorrect'])
    const skipped = await load(table, 'id,l\n0,x\n3,y\n', '--method', method, '--on-duplicate', 'skip')
    expect(skipped.stdout).toMatch(/loaded +1 row/)
    expect(await eyes.rows(`SELECT COUNT(*) FROM lab.${table}`)).toEqual([['3']])
  })
})
