/** `ops job schedule` on a real host: its timer does what the job does by hand. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { parseSchedule } from '../../../src/cli/job/schedule-time.ts'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const job = (table: string, to: string): string => `import { archive } from 'ops-recipes/jobs'
import { age } from './_age.ts'
export default archive({ source: 'shop', table: '${table}', olderThan: age, by: 'at', to: '${to}' })
`

test.each([
  ['daily 03:00', '*-*-* 03:00:00', '0 3 * * *'],
  ['Daily 3:05', '*-*-* 03:05:00', '5 3 * * *'],
  ['hourly :15', '*-*-* *:15:00', '15 * * * *'],
  ['hourly', '*-*-* *:00:00', '0 * * * *'],
  ['sun 04:30', 'Sun *-*-* 04:30:00', '30 4 * * 0'],
  ['weekly monday 04:30', 'Mon *-*-* 04:30:00', '30 4 * * 1'],
  ['monthly 1 03:00', '*-*-01 03:00:00', '0 3 1 * *'],
  ['calendar Mon..Fri *-*-* 03:00', 'Mon..Fri *-*-* 03:00', undefined],
])('--at %j is %s for systemd and %s for cron', (text, calendar, cron) => {
  expect(parseSchedule(text)).toEqual({ calendar, cron })
})

test.each([
  '',
  'daily',
  'daily 25:00',
  'nightly 03:00',
  'monthly 31 03:00',
  'calendar $(id)',
  'daily 03:00 x',
])('--at %j is not a time', text => expect(parseSchedule(text)).toBeUndefined())

describeReal('ops job schedule', () => {
  const host = useHost({ name: 'night1', release: 'trixie', withPackages: ['mariadb-server', 'nodejs'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'ops.ini':
        '[hosts]\nfar = root@127.0.0.1\n[db shop]\nhost = night1\nuser = mover\npassword = @word.txt\n[db distant]\nhost = far\nuser = mover\npassword = @word.txt\n',
      'word.txt': 'hidden words\n',
      'jobs/_age.ts': "export const age = '30d'\n",
      'jobs/by-hand.ts': job('app.a', './a'),
      'jobs/nightly.ts': job('app.b', './b'),
      'jobs/abroad.ts': job('app.b', './b').replace("'shop'", "'distant'"),
    })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const ops = (...argv: string[]): Promise<Outcome> => folder.answer(['job', ...argv, '-F', host().sshConfig])
  const schedule = (...argv: string[]): Promise<Outcome> => ops('schedule', 'nightly', 'night1', ...argv)
  const fill = (table: string): string =>
    `INSERT INTO app.${table} (at) SELECT NOW() - INTERVAL seq DAY - INTERVAL 1 HOUR FROM seq_1_to_200;`
  const count = async (table: string): Promise<string> =>
    (await mariadb(`SELECT COUNT(*) FROM app.${table}`)).trim()

  test('the host runs the job as it ran by hand; the next plan is empty, and no password is where others see it', async () => {
    await mariadb(`CREATE DATABASE app; CREATE TABLE app.a (id INT AUTO_INCREMENT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE app.b LIKE app.a; USE app; ${fill('a')} ${fill('b')} CREATE USER mover@localhost IDENTIFIED BY 'hidden words';
      GRANT ALL ON *.* TO mover@localhost`)
    expect((await ops('run', 'by-hand', '--yes')).code).toBe(0)
    const plan = await schedule('--at', 'daily 03:00', '--plan')
    expect(plan.stderr).toBe('')
    expect(plan.stdout).toContain('OnCalendar=*-*-* 03:00:00')
    expect((await host().read('ls /opt /var/lib/ops 2>/dev/null || true')).trim()).not.toContain('jobs')
    const made = await schedule('--at', 'daily 03:00', '--yes')
    expect(made.stderr).toBe('')
    expect(made.code).toBe(0)
    expect((await schedule('--at', 'daily 03:00', '--check')).code).toBe(0)
    await host().read('systemctl start ops-job-nightly.service')
    expect(await count('b')).toBe(await count('a'))
    expect(await host().read("find /var/lib/ops/jobs/nightly/b/rows -name '*.gz'")).toContain('.tsv.gz')
    const seen =
      plan.stdout +
      made.stdout +
      (await host().read('journalctl -u ops-job-nightly.service; cat /etc/systemd/system/ops-job-nightly.*'))
    expect(seen).toMatch(/deleted +17\d rows/)
    expect(seen).not.toContain('hidden words')
    const places = '/var/lib/ops/jobs /opt/ops /etc/systemd /tmp'
    const found = await host().read(`grep -rlF 'hidden words' ${places} || true`)
    expect(found.trim()).toBe('/var/lib/ops/jobs/nightly/password-shop')
    expect(await host().read('ls /var/lib/ops/jobs/nightly/b/runs')).toMatch(/-ended\.json/)
    expect(
      (await host().read('stat -c %a:%U /var/lib/ops/jobs/nightly /var/lib/ops/jobs/nightly/password-shop'))
        .split('\n')
        .slice(0, 2),
    ).toEqual(['700:root', '600:root'])
  })

  test('its timer fires by itself, and a failure is given to the hook as JSON', async () => {
    await mariadb(`USE app; ${fill('b')}`)
    const hook =
      'cat >/root/failed.json.new; env >/root/failed.env; mv /root/failed.json.new /root/failed.json'
    const made = await schedule('--at', 'calendar *-*-* *:*:0/2', '--on-failure', hook, '--yes')
    expect(made.stderr).toBe('')
    const old = 'SELECT COUNT(*) FROM app.b WHERE at < NOW() - INTERVAL 31 DAY'
    while ((await mariadb(old)).trim() !== '0') await pause(200)
    await mariadb('RENAME TABLE app.b TO app.gone')
    while ((await host().exec('test -e /root/failed.json')).code !== 0) await pause(200)
    const told = JSON.parse(await host().read('cat /root/failed.json'))
    expect(told).toMatchObject({ job: 'nightly', exitCode: 3, host: 'night1', error: { code: 'input' } })
    expect(told.error.title).toContain('there is no table app.b')
    expect(await host().read('cat /root/failed.json /root/failed.env')).not.toContain('hidden words')
    // The folder is one of the host: the laptop's history says so, and the host tells it, the failed night as well.
    const here = await ops('history', 'nightly')
    expect(here.stdout).toContain('ops job history nightly --on HOST')
    while (!(await ops('history', 'nightly', '--on', 'night1')).stdout.includes('there is no table'))
      await pause(200)
    const there = await ops('history', 'nightly', '--on', 'night1', '--last', '1000')
    expect([there.stderr, there.code]).toEqual(['', 0])
    expect(there.stdout).toMatch(
      /done in .*: archive app\.b of shop, by root on night1[\s\S]*deleted +17\d rows/,
    )
    expect(there.stdout).toMatch(/refused in .*: archive app\.b of shop, by root on night1/)
    expect(there.stdout).toMatch(/log +journalctl _SYSTEMD_INVOCATION_ID=\w+ on night1/)
    const none = await ops('history', 'by-hand', '--on', 'night1')
    expect(none.stderr).toContain('night1 runs no job by-hand by itself')
    expect(none.code).toBe(3)
    await mariadb('RENAME TABLE app.gone TO app.b')
  })

  test('an edit on the host is drift; --undo takes all away but what was saved', async () => {
    expect(await host().read('ls /var/lib/ops/jobs/nightly')).toContain('on-failure')
    expect((await schedule('--at', 'daily 03:00', '--yes')).code).toBe(0)
    expect(await host().read('ls /var/lib/ops/jobs/nightly')).not.toContain('on-failure')
    await host().read("sed -i 's/03:00/04:00/' /etc/systemd/system/ops-job-nightly.timer")
    expect((await schedule('--at', 'daily 03:00', '--check')).code).toBe(2)
    expect((await schedule('--at', 'daily 03:00', '--yes')).code).toBe(0)
    expect(await host().read('systemctl show -p TimersCalendar ops-job-nightly.timer')).toContain('03:00:00')
    const undone = await schedule('--undo', '--yes')
    expect(undone.stderr).toBe('')
    expect(undone.code).toBe(0)
    expect(
      (await host().read('ls /etc/systemd/system /opt/ops; systemctl list-timers --all')).trim(),
    ).not.toMatch(/ops-job|tgz/)
    expect(
      (await host().read('ls -A /var/lib/ops/jobs/nightly')).split('\n').filter(each => each !== ''),
    ).toEqual(['.history', 'b'])
    expect((await schedule('--undo', '--check')).code).toBe(0)
    // As where a service ran on while its timer went.
    const [first = ''] = (await host().read('cat /var/lib/ops/jobs/nightly/.history')).split('\n')
    const { endedAt: _ended, ...begun } = JSON.parse(first)
    const startedAt = new Date(Date.parse(begun.startedAt) + 1).toISOString()
    const running = { ...begun, startedAt, status: 'running' }
    await host().read('cat >>/var/lib/ops/jobs/nightly/.history', { input: `${JSON.stringify(running)}\n` })
    // What ran is told by its name still, though nothing of ops is left there, and Node may go as well.
    const told = await ops('history', 'nightly', '--on', 'night1', '--last', '1000')
    expect([told.stderr, told.code]).toEqual(['', 0])
    expect(told.stdout).toContain('nightly on night1, whose schedule there was taken away')
    expect(told.stdout).toMatch(
      /done in .*: archive app\.b of shop, by root on night1[\s\S]*deleted +17\d rows/,
    )
    expect(told.stdout).toMatch(/refused in .*: archive app\.b of shop, by root on night1/)
    expect(told.stdout).toMatch(/UTC {2}ran still when its schedule was taken away: archive app\.b of shop/)
    const gone = await ops('history', 'nightli')
    expect(gone.stderr).toContain('ops job history nightli --on HOST')
    // A list that is cut says so, here and there.
    for (const place of [[], ['night1']]) {
      const listed = await folder.answer(['history', ...place, '--most', '1', '-F', host().sshConfig])
      expect(listed.stdout).toMatch(/(this machine|night1): 1 of \d+ runs, the newest first/)
    }
  })

  test('without systemd the line for the crontab is printed, and does the job where cron starts it; --undo says to take it out', async () => {
    await host().read('mv /run/systemd/system /run/systemd/away')
    onTestFinished(async () => void (await host().read('mv /run/systemd/away /run/systemd/system')))
    await mariadb(`USE app; ${fill('b')}`)
    const made = await schedule('--at', 'daily 03:05', '--yes')
    expect(made.code).toBe(0)
    const [, line] = /^5 3 \* \* \* (cd .*)$/m.exec(made.stderr) ?? []
    // As crontab(5) says that cron starts it.
    await host().read(`env -i HOME=/root LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin /bin/sh -c '${line}'`)
    const old = 'SELECT COUNT(*) FROM app.b WHERE at < NOW() - INTERVAL 31 DAY'
    expect((await mariadb(old)).trim()).toBe('0')
    // Where the ops there cannot tell its runs, those that an earlier one told are no reason for that.
    await host().read("cd /var/lib/ops/jobs/nightly; cp ops.ini whole; echo 'no = section' >ops.ini")
    const untold = await ops('history', 'nightly', '--on', 'night1')
    await host().read('cd /var/lib/ops/jobs/nightly; cat whole >ops.ini; rm whole')
    expect(untold.code).toBe(1)
    expect(untold.stderr).toContain('night1 cannot tell the runs of nightly')
    expect(untold.stderr).toContain('ops.ini')
    expect(untold.stderr).toContain('are kept there in /var/lib/ops/jobs/nightly/.history')
    expect(untold.stderr).not.toMatch(/job-run|^\W*(?:kept|scheduled|rc=\d+)$/m)
    const undone = await schedule('--undo', '--yes')
    expect(undone.stderr).toContain("take the line of /var/lib/ops/jobs/nightly out of root's crontab")
    expect(undone.code).toBe(0)
    // A later schedule adds its runs, each of them once.
    const told = await ops('history', 'nightly', '--on', 'night1', '--last', '1000', '--json')
    const runs = told.stdout.split('\n').flatMap(each => (each === '' ? [] : [JSON.parse(each)]))
    const starts = runs.filter(each => each.event === 'job-run').map(each => each.startedAt)
    expect(starts.length).toBeGreaterThan(2)
    expect(starts).toEqual([...new Set(starts)].sort())
  })

  test('a schedule that fails says what lies there, leaves no password, and is taken away without Node', async () => {
    const made = await ops('schedule', 'abroad', 'night1', '--at', 'daily 03:00', '--yes')
    expect(made.code).toBe(1)
    const told = made.stdout + made.stderr
    expect(told).toContain('This is the own way of night1, as root there.')
    expect(told).toContain('/root/.ssh/known_hosts of night1: `ssh 127.0.0.1`, typed there as root')
    expect(told).toMatch(
      /On night1 lies now: .*\/opt\/ops\/.*password-distant, a password, was taken away again\. No timer of night1 runs the job\. `ops job schedule abroad night1 --undo` takes it away/,
    )
    expect((await host().read("grep -rlF 'hidden words' /var/lib/ops/jobs || true")).trim()).toBe('')
    await host().read('chmod a-x "$(readlink -f /usr/bin/node)"')
    onTestFinished(async () => void (await host().read('chmod a+x "$(readlink -f /usr/bin/node)"')))
    const history = (name: string): Promise<Outcome> => ops('history', name, '--on', 'night1')
    expect((await history('abroad')).stderr).toContain(
      'night1 has no Node, and the ops there that tells the runs of abroad needs Node 20.17',
    )
    expect((await history('by-hand')).stderr).toContain('night1 runs no job by-hand by itself')
    const undone = await ops('schedule', 'abroad', 'night1', '--undo', '--yes')
    expect([undone.stderr, undone.code]).toEqual(['', 0])
    expect((await host().read('ls /opt/ops /var/lib/ops/jobs')).trim()).not.toMatch(/tgz|abroad/)
  })

  test('--undo goes by the name alone: the job file may be broken, renamed or gone', async () => {
    const file = join(folder.path, 'jobs/leaving.ts')
    writeFileSync(file, job('app.b', './c'))
    const leaving = (...argv: string[]): Promise<Outcome> => ops('schedule', 'leaving', 'night1', ...argv)
    const made = await leaving('--at', 'daily 03:00', '--yes')
    expect([made.stderr, made.code]).toEqual(['', 0])
    writeFileSync(file, 'export default nothing that compiles')
    const plan = await leaving('--undo', '--plan')
    expect([plan.stderr, plan.code]).toEqual(['', 0])
    expect(plan.stdout).toContain('/var/lib/ops/jobs/leaving/jobs/_age.ts')
    rmSync(file)
    // A run that ended before its lists were equal.
    await host().read('cd /var/lib/ops/jobs/leaving && rm .brought && touch b-data')
    const undone = await leaving('--undo', '--yes')
    expect([undone.stderr, undone.code]).toEqual(['', 0])
    expect((await host().exec('ls /etc/systemd/system/ops-job-leaving.timer')).code).not.toBe(0)
    expect((await host().read('ls -A /var/lib/ops/jobs/leaving')).trim()).toBe('b-data')
    for (const name of ['leaving', 'leving']) {
      const again = await ops('schedule', name, 'night1', '--undo', '--yes')
      expect(again.code).toBe(0)
      expect(again.stderr).toContain(`There is no timer ${name} on night1, and no file of this name here`)
      expect(again.stdout).toContain('nothing to do')
    }
  })

  test('what cannot run there is refused before anything is changed', async () => {
    await host().read('chmod a-x "$(readlink -f /usr/bin/node)"')
    const none = await schedule('--at', 'daily 03:00', '--yes')
    expect(none.stderr).toContain('night1 has no Node, and a job needs Node 20.17 or later')
    expect(none.code).toBe(3)
    await host().read('chmod a+x "$(readlink -f /usr/bin/node)"')
    writeFileSync(
      join(folder.path, 'ops.ini'),
      '[db shop]\nhost = night1\nuser = mover\npassword = env:WORD\n',
    )
    const hidden = await schedule('--at', 'sometimes', '--yes')
    expect(hidden.stderr).toContain('--at sometimes is not a time')
    expect(hidden.stderr).toContain('comes from WORD of the environment')
    expect(hidden.code).toBe(3)
    expect((await host().read('ls /etc/systemd/system')).trim()).not.toContain('ops-job')
  })
})
