/** `ops db archive` on Oracle's MySQL 5.6, the oldest server that it is to work with, by its socket on this machine. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeMysql56, hostileTables, logsStatements, useMysql56 } from '../../mysql/use-mysql-56.ts'

describeMysql56('ops db archive', () => {
  const { eyes, folder, checksum } = useMysql56(hostileTables, logsStatements)
  const ops = (...argv: string[]): Promise<Outcome> => folder().ops(['db', 'archive', ...argv])
  const archive = (table: string): Promise<Outcome> =>
    ops('old', `lab.${table}`, '--older-than', '6mo', '--by', 'at', '--to', table, '--yes')

  test('a server that logs statements is refused, with the way out', async () => {
    const refused = await archive('hostile')
    expect(refused.stderr).toContain('binlog_format = STATEMENT')
    expect(refused.code).toBe(3)
    await eyes().run("SET GLOBAL binlog_format = 'ROW'")
  })

  test.each(['hostile', 'hostile_key'])('%s leaves the server and comes back byte for byte', async table => {
    const before = await checksum(table)
    const saved = await archive(table)
    expect(saved.stderr).toBe('')
    expect(saved.code).toBe(0)
    expect(await eyes().rows(`SELECT COUNT(*) FROM lab.${table}`)).toEqual([['0']])
    const restored = await ops('restore', table, '--into', `lab.${table}_again`, '--yes')
    expect(restored.stderr).toBe('')
    expect(await checksum(`${table}_again`)).toBe(before)
  })
})
