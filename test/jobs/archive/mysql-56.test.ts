/** `ops db archive` on Oracle's MySQL 5.6, the oldest server that it is to work with, by its socket on this machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeMysql56, hostileTables, logsStatements, useMysql56 } from '../../mysql/use-mysql-56.ts'

describeMysql56('ops db archive', () => {
  const { eyes, folder, checksum } = useMysql56(hostileTables, logsStatements)
  const ops = (...argv: string[]): Promise<Outcome> => folder().answer(['db', 'archive', ...argv])
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

  test('a plan whose newest row goes says that its number comes again; a restore ends with 1 and names the rows that it leaves out for it', async () => {
    await eyes().run(`CREATE TABLE lab.numbered (id INT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, x CHAR(3), KEY (at));
      INSERT INTO lab.numbered (at, x) VALUES ('2020-01-01', 'one'), ('2020-01-01', 'two'), (NOW(), 'new')`)
    const plan = ['old', 'lab.numbered', '--older-than', '6mo', '--by', 'at', '--to', 'numbered', '--plan']
    const said = 'the newest row goes (id 2), and this server keeps its next number in memory alone'
    expect((await ops(...plan)).stdout).not.toContain('the newest row goes')
    await eyes().run('DELETE FROM lab.numbered WHERE id = 3')
    expect((await ops(...plan)).stdout).toContain(said)
    expect((await ops(...plan, '--where', 'id <> 2')).stdout).not.toContain('the newest row goes')
    expect((await ops(...plan, '--no-delete')).stdout).not.toContain('the newest row goes')
    expect((await archive('numbered')).stdout).toContain(said)
    // What the server itself would do once it is started anew.
    await eyes().run(`INSERT INTO lab.numbered VALUES (1, '2020-05-05', 'uno')`)
    const restored = await ops('restore', 'numbered', '--yes')
    expect(restored.code).toBe(1)
    expect(restored.stderr).toContain(
      'lab.numbered: 1 saved row was left out, deleted when it was archived: another row has its key since (1)',
    )
    expect(restored.stdout).toMatch(/restored +1 row,/)
    const again = await ops('restore', 'numbered', '--yes')
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/changed +no: /)
    expect(await eyes().rows('SELECT id, x FROM lab.numbered ORDER BY id')).toEqual([
      ['1', 'uno'],
      ['2', 'two'],
    ])
    mkdirSync(join(folder().path, 'jobs'))
    writeFileSync(
      join(folder().path, 'jobs/numbered.ts'),
      `import { archive } from 'ops-recipes/jobs'
        export default archive({ source: 'old', table: 'lab.numbered', olderThan: '6mo', by: 'at', to: './numbered' })`,
    )
    const history = await folder().answer(['job', 'history', 'numbered'])
    expect(history.stdout).toMatch(/failed .*: restore lab\.numbered of old/)
    expect(history.stdout).toContain('lab.numbered: 1 saved row was left out, deleted when it was archived')
    // The way out that it names.
    expect(restored.stderr).toContain('Restore it into a table of its own with --into')
    expect((await ops('restore', 'numbered', '--into', 'lab.numbered_apart', '--yes')).code).toBe(0)
    expect(await eyes().rows('SELECT id, x FROM lab.numbered_apart ORDER BY id')).toEqual([
      ['1', 'one'],
      ['2', 'two'],
    ])
    // A key that was given again and archived again: no table can hold both.
    expect((await archive('numbered')).code).toBe(0)
    const both = await ops('restore', 'numbered', '--into', 'lab.numbered_both', '--yes')
    expect(both.code).toBe(1)
    expect(both.stderr).toContain('each file in rows/ says how to load it into a table without ops')
    expect(await eyes().rows('SELECT id, x FROM lab.numbered_both ORDER BY id')).toEqual([
      ['1', 'uno'],
      ['2', 'two'],
    ])
  })
})
