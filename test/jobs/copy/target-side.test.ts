/** What the PostgreSQL that `ops db copy` writes to does by itself meanwhile: it ends, it fires triggers, it follows foreign keys. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { runWhileItWaits } from '../while-it-waits.ts'

describeReal('the target of ops db copy', () => {
  const hosts = useHosts({ names: ['both1'], withPackages: ['mariadb-server', 'postgresql'] })
  const host = (): Host => hosts()[0] as Host
  let folder: Folder
  beforeAll(async () => {
    const reports = '[db reports]\nengine = postgres\nhost = both1\ndatabase = lab\n'
    folder = folderWith({
      'ops.ini': `[db shop]\nhost = both1\n\n${reports}address = 127.0.0.1:5432\nuser = root\npassword = @reports.password\n`,
      'reports.password': 'not guessed\n',
    })
    await host().read(`cd /; su postgres -c 'createuser -s root; createdb lab'
      psql -q lab -c "ALTER ROLE root PASSWORD 'not guessed'"`)
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const psql = (statements: string): Promise<string> =>
    host().read('psql -X -q -At -v ON_ERROR_STOP=1 lab', { input: statements })
  const words = (table: string, as: string, ...argv: string[]): string[] => [
    ...['copy', 'shop', table, '--to', 'reports', '--as', as, ...argv],
  ]
  const copy = (table: string, as: string, ...argv: string[]): Promise<Outcome> =>
    folder.ops(['db', ...words(table, as, ...argv), '--yes', '-F', host().sshConfig])

  test('a run whose target is restarted ends at once, says that nothing was copied, and the same command brings all', async () => {
    await mariadb(`CREATE DATABASE ends; USE ends; CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, '2026-01-01' FROM seq_1_to_5000`)
    const lost = await runWhileItWaits(
      host(),
      folder,
      words('ends.t', 'staging.ends', '--by', 'at'),
      async () => {
        const copies = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ops' AND query LIKE 'COPY%'`
        while ((await psql(copies)) !== '1\n') await pause(50)
        await host().read('systemctl restart postgresql')
      },
    )
    expect(lost.code).toBe(5)
    const error = lost.stdout.split('\n').find(line => line.includes('"error"')) ?? ''
    expect(lost.stdout + lost.stderr).toContain('the connection was lost')
    expect(error).toContain('"changed":"no"')
    expect(await psql(`SELECT count(*) FROM pg_tables WHERE tablename = 'ends'`)).toBe('0\n')
    expect(await copy('ends.t', 'staging.ends', '--by', 'at')).toMatchObject({ code: 0, stderr: '' })
    expect(await psql('SELECT count(*) FROM staging.ends')).toBe('5000\n')
  }, 120_000)
})
