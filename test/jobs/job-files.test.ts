/** `ops job` on a real MariaDB through SSH: what a job file does is what its verb does. */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

describeReal('ops job', () => {
  const host = useHost({ name: 'jobs1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'ops.ini': '[db shop]\nhost = jobs1\n',
      'jobs/old-events.ts': `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.events', olderThan: '30d', by: 'at', to: './events', where: 'v <> 77' })
`,
    })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const job = (...argv: string[]): Promise<Outcome> => folder.ops(['job', ...argv, '-F', host().sshConfig])

  test('a plan touches nothing; a run moves the rows that its fields name', async () => {
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE events (id INT AUTO_INCREMENT PRIMARY KEY, v INT, at DATETIME NOT NULL, KEY (at));
      INSERT INTO events (v, at) SELECT seq, NOW() - INTERVAL seq DAY - INTERVAL 1 HOUR FROM seq_1_to_400`)
    const plan = await job('plan', 'old-events')
    expect(plan.stderr).toBe('')
    expect(plan.stdout).toContain('v <> 77')
    expect(plan.code).toBe(0)
    expect(readdirSync(folder.path)).not.toContain('events')
    const run = await job('run', 'old-events', '--yes')
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/deleted +37\d rows/)
    expect(
      (await mariadb('SELECT SUM(at < NOW() - INTERVAL 30 DAY), SUM(v = 77) FROM app.events')).trim(),
    ).toBe('1\t1')
    expect((await job('run', 'old-events', '--yes')).stdout).toContain('nothing to do')
  })
})
