/** `ops job` on a real MariaDB through SSH: what a job file does is what its verb does. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cache, type Folder, folderWith, type Outcome, program } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

describeReal('ops job', () => {
  const host = useHost({ name: 'jobs1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'ops.ini': '[db shop]\nhost = jobs1\n',
      'jobs/slow.ts': `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.slow', olderThan: '30d', by: 'at', to: './slow' })
`,
      'jobs/old-events.ts': `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.events', olderThan: '30d', by: 'at', to: './events', where: 'v <> 77' })
`,
    })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const until = async (question: string, answer: string): Promise<void> => {
    while ((await mariadb(question)).trim() !== answer) await pause(50)
  }
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

  test('its history tells each run with what stayed and why', async () => {
    await mariadb(
      "UPDATE app.events SET at = '2020-01-01' WHERE id <= 20; CREATE TABLE app.c (id INT, FOREIGN KEY (id) REFERENCES app.events (id)); INSERT INTO app.c VALUES (7)",
    )
    const run = await job('run', 'old-events', '--yes')
    expect(run.stdout).toContain('1 rows stay')
    const { stdout, stderr, code } = await job('history', 'old-events')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const runs = stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)
    expect(runs).toHaveLength(3)
    expect(runs[0]).toMatch(
      /UTC {2}done in .*: archive app\.events of shop, by \w+ on \S+ \(\d+\)\n {4}saved +37\d rows/,
    )
    expect(runs[1]).toMatch(/nothing +to do/)
    expect(runs[2]).toContain('! 1 rows stay: rows of other tables refer to them')
    const log = /log +(\S+\.ndjson)/.exec(runs[2] ?? '')?.[1] ?? ''
    expect(readFileSync(resolve(folder.path, log), 'utf8')).toContain('"event":"job-end"')
  })

  test('a run that goes on is told as running, one that was killed as killed, and the next one finishes its work', async () => {
    await mariadb(`USE app; CREATE TABLE slow (id INT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      INSERT INTO slow (at) SELECT '2020-01-01' FROM seq_1_to_3000`)
    const holder = host().exec('mariadb app -e "LOCK TABLES slow READ; DO SLEEP(600)"')
    await until("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'", '1')
    const child = spawn(process.execPath, [program, 'job', 'run', 'slow', '--yes', '-F', host().sshConfig], {
      cwd: folder.path,
      env: { PATH: process.env.PATH ?? '', HOME: folder.path, XDG_CACHE_HOME: cache },
      stdio: 'ignore',
    })
    const ended = new Promise(done => child.once('close', done))
    await until("SELECT IS_USED_LOCK('ops:archive app.slow') IS NOT NULL", '1')
    expect((await job('history', 'slow')).stdout).toMatch(/UTC {2}running: archive app\.slow/)
    child.kill('SIGKILL')
    await ended
    await until("SELECT IS_USED_LOCK('ops:archive app.slow') IS NOT NULL", '0')
    const { stdout } = await job('history', 'slow')
    expect(stdout).toMatch(/UTC {2}killed: archive app\.slow/)
    expect(stdout).toContain('the next run goes on from there')
    await mariadb(
      "SELECT CONCAT('KILL ', ID) INTO @k FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'; EXECUTE IMMEDIATE @k",
    )
    await holder
    expect((await job('run', 'slow', '--yes')).code).toBe(0)
    expect((await mariadb('SELECT COUNT(*) FROM app.slow')).trim()).toBe('0')
    const all = (await job('history', '--json')).stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(all.filter(each => each.job === 'slow').map(each => each.status)).toEqual(['killed', 'ok'])
  })
})
