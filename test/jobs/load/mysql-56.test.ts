/** `ops db load` on Oracle's MySQL 5.6, by its socket on this machine: both ways, compared cell by cell. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeMysql56, logsStatements, useMysql56 } from '../../mysql/use-mysql-56.ts'

describeMysql56('ops db load', () => {
  const { eyes, folder } = useMysql56('CREATE DATABASE lab CHARACTER SET utf8mb4', logsStatements)
  const load = (table: string, content: string, ...argv: string[]): Promise<Outcome> => {
    writeFileSync(join(folder().path, 'rows.csv'), content)
    return folder().answer(['db', 'load', 'old', `lab.${table}`, 'rows.csv', '--yes', ...argv])
  }

  test.each(['infile', 'insert'])('by %s, rows arrive as they are and bad ones are named', async method => {
    const table = `t_${method}`
    await eyes().run(`CREATE TABLE lab.${table} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, l VARCHAR(9) CHARACTER SET latin1,
      e ENUM('a', 'b'), ts TIMESTAMP(3) NULL, b BIT(3), KEY (e))`)
    const rows =
      'id,l,e,ts,b\n0,"ä",a,2026-01-02T03:04:05.678Z,5\n18446744073709551614,,,0000-00-00 00:00:00,\n'
    const run = await load(table, rows, '--method', method, '--indexes', 'rebuild')
    expect(run.stderr).toBe('')
    await eyes().run("SET time_zone = '+00:00'")
    expect(await eyes().rows(`SELECT id, HEX(l), e, ts, b + 0 FROM lab.${table} ORDER BY id`)).toEqual([
      ['0', 'E4', 'a', '2026-01-02 03:04:05.678', '5'],
      ['18446744073709551614', '', null, '0000-00-00 00:00:00.000', null],
    ])
    expect(await eyes().rows(`SHOW KEYS FROM lab.${table} WHERE Key_name = 'e'`)).toHaveLength(1)
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
    expect(await eyes().rows(`SELECT COUNT(*) FROM lab.${table}`)).toEqual([['3']])
  })
})
