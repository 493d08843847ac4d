/** `ops db dump` and `ops db restore` on a real MariaDB through SSH, seen by the host's own client. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { hostileSql } from '../mysql/eyes.ts'

describeReal('ops db dump', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = db1\n' })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const ops = (...argv: string[]): Promise<Outcome> =>
    folder.ops(['db', ...argv, '--yes', '-F', host().sshConfig])
  const dump = (table: string, to: string, ...argv: string[]): Promise<Outcome> =>
    ops('dump', 'shop', table, '--by', 'at', '--tz', 'Europe/Berlin', '--to', to, ...argv)
  const restore = (from: string, into: string, ...argv: string[]): Promise<Outcome> =>
    ops('restore', from, '--into', into, ...argv)
  const checksum = async (table: string): Promise<string> =>
    (await mariadb(`CHECKSUM TABLE ${table} EXTENDED`)).split('\t')[1]?.trim() ?? ''
  const files = (to: string, kind: 'days' | 'receipts'): string[] =>
    readdirSync(join(folder.path, to, kind)).sort()

  test('hostile tables leave as files of their days and come back byte for byte', async () => {
    await mariadb(`CREATE DATABASE lab; USE lab; ${hostileSql('mariadb')}
      ALTER TABLE hostile ADD at DATETIME NOT NULL DEFAULT '2020-02-29 12:00:00', ADD KEY (at);
      ALTER TABLE hostile_key ADD at DATE NOT NULL DEFAULT '2020-02-29', ADD KEY (at)`)
    for (const table of ['hostile', 'hostile_key']) {
      const dumped = await dump(`lab.${table}`, table)
      expect(dumped.stderr).toBe('')
      expect(dumped.code).toBe(0)
      expect(files(table, 'receipts')).toEqual(['2020-02-29-r1.json'])
      expect(files(table, 'days')).toHaveLength(1)
      const restored = await restore(table, `lab.${table}_again`)
      expect(restored.stderr).toBe('')
      expect(restored.code).toBe(0)
      expect(await checksum(`lab.${table}_again`)).toBe(await checksum(`lab.${table}`))
      const again = await restore(table, `lab.${table}_again`)
      expect(again.stdout).toContain('nothing to do')
      expect(again.code).toBe(0)
    }
  })
})
