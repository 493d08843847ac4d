/** `ops job` on a real MariaDB through SSH: what a job file does is what its verb does. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cache, type Folder, folderWith, type Outcome, program } from '../../cli/run-ops.ts'
import { smallDisk } from '../../full-disk.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

describeReal('ops job', () => {
  const host = useHost({ name: 'jobs1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'ops.ini': '[db shop]\nhost = jobs1\n',
      'jobs/slow.ts': `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.slow', olderThan: '30d', by: 'at', to: './slow' })
`,
      'jobs/full.ts': `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.large', olderThan: '30d', by: 'at', to: './full/x' })
`,
      'rows.csv': 'id,v\n1,a\n2,b\n',
      'word.txt': 'hidden words\n',
      'needs.json': JSON.stringify({
        ...{ format: 'ops-contract/1', consumer: 'reports', table: 'app.looks' },
        columns: { amount: 'int not null' },
      }),
      'jobs/rows.ts': `import { load } from 'ops-recipes/jobs'
export default load({ source: 'shop', table: 'app.kept', file: 'rows.csv', leaveOut: ['v'] })
`,
      'jobs/piped.ts': `import { load } from 'ops-recipes/jobs'
export default load({ source: 'shop', table: 'app.piped', format: 'csv' })
`,
      'jobs/park-mail.ts': `import { queue } from 'ops-recipes/jobs'
export default queue.park({ source: 'shop', table: 'app.delayed_jobs', queue: 'mail' })
`,
      'jobs/drip-mail.ts': `import { queue } from 'ops-recipes/jobs'
export default queue.drip({ source: 'shop', table: 'app.delayed_jobs', queue: 'mail', batch: 10, whenBelow: 5 })
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
  const job = (...argv: string[]): Promise<Outcome> => folder.answer(['job', ...argv, '-F', host().sshConfig])

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
    expect(run.stdout).toContain('1 row stays')
    const { stdout, stderr, code } = await job('history', 'old-events')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const runs = stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)
    expect(runs).toHaveLength(3)
    expect(runs[0]).toMatch(
      /UTC {2}done in .*: archive app\.events of shop, by \w+ on \S+ \(\d+\)\n {4}saved +37\d rows/,
    )
    expect(runs[1]).toMatch(/nothing +to do/)
    expect(runs[2]).toContain('! 1 row stays: rows of app.c refer to them')
    expect(runs.join('')).not.toContain('by hand')
    // A record that was cut is told as that, and hides no other run.
    const place = join(folder.path, 'events/runs')
    const [first = '', second = ''] = readdirSync(place).filter(each => each.endsWith('-begun.json'))
    const cuts = [first, second.replace('-begun', '-ended')].map(name => join(place, name))
    const whole = cuts.map(path => [path, readFileSync(path)] as const)
    for (const [path] of whole) writeFileSync(path, '{"cut')
    const cut = await job('history', 'old-events')
    for (const [path, content] of whole) writeFileSync(path, content)
    expect(cut.code).toBe(0)
    expect(cut.stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)).toEqual([
      expect.stringMatching(/unknown: .*\n.*of its beginning cannot be read/),
      expect.stringMatching(/unknown: archive app\.events.*\n.*of its end cannot be read/),
      runs[2],
    ])
    const log = /log +(\S+\.ndjson)/.exec(runs[2] ?? '')?.[1] ?? ''
    expect(readFileSync(resolve(folder.path, log), 'utf8')).toContain('"event":"job-end"')
    // What somebody typed into the same place is no run of this job, and is told as what it is.
    const typed = ['archive', 'shop', 'app.events', '--older-than', '30d', '--by', 'at', '--to', './events']
    const byHand = await folder.answer([
      'db',
      ...typed,
      '--where',
      'v <> 77',
      '--yes',
      '-F',
      host().sshConfig,
    ])
    expect([byHand.code, byHand.stderr]).toEqual([0, ''])
    const after = (await job('history', 'old-events')).stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)
    expect(
      after.filter(each => each.includes('of shop, typed by hand as `ops db archive`, by ')),
    ).toHaveLength(1)
    expect(after).toHaveLength(4)
  })

  test('a run that failed at its first look is in the history as well, with the reason; what was typed and refused is not', async () => {
    const write = (name: string, fields: string): void =>
      writeFileSync(
        join(folder.path, `jobs/${name}.ts`),
        `import { archive } from 'ops-recipes/jobs'
export default archive({ source: 'shop', table: 'app.looks', olderThan: '30d', by: 'at', to: './looks'${fields} })
`,
      )
    writeFileSync(
      join(folder.path, 'ops.ini'),
      '[db shop]\nhost = jobs1\n\n[db nobody]\nhost = jobs1\nuser = nobody\npassword = @word.txt\n',
    )
    write('looks', '')
    const failed = async (code: number, title: string): Promise<void> => {
      const run = await job('run', 'looks', '--yes')
      expect(run.stderr).toContain(title)
      expect(run.code).toBe(code)
      const rows = (await job('history', 'looks', '--json')).stdout.trim().split('\n')
      const runs = rows.map(row => JSON.parse(row)).filter(row => row.event === 'job-run')
      expect(runs.at(-1)).toMatchObject({
        title: 'archive app.looks',
        error: { title: expect.stringContaining(title) },
      })
      expect(runs.at(-1)?.status).toBe(code === 3 ? 'input' : 'authentication')
    }
    const typed = [
      'archive',
      'shop',
      'app.looks',
      '--older-than',
      '30d',
      '--by',
      'at',
      '--to',
      './looks',
      '--yes',
    ]
    const refused = await folder.answer(['db', ...typed, '-F', host().sshConfig])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('there is no table app.looks')
    expect(readdirSync(folder.path)).not.toContain('looks')
    await failed(3, 'there is no table app.looks')
    await mariadb('CREATE TABLE app.looks (id INT, at DATETIME NOT NULL, KEY (at))')
    await failed(3, 'app.looks has no primary key')
    await mariadb(
      'ALTER TABLE app.looks ADD PRIMARY KEY (id); ALTER TABLE app.looks RENAME INDEX at TO at_moment',
    )
    write('looks', ", contract: ['needs.json']")
    await failed(3, 'amount')
    write('looks', ", where: 'colour = 7'")
    await failed(3, 'colour')
    write('looks', '')
    const file = join(folder.path, 'jobs/looks.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace("'shop'", "'nobody'"))
    await failed(4, "Access denied for user 'nobody'")
    const { stdout } = await job('history', 'looks')
    expect(stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)).toHaveLength(5)
    expect(stdout).toContain('saved into ./looks of this machine')
    expect(stdout).not.toContain('hidden words')
  })

  test('a run that goes on is told as running, of one that was killed no end is recorded, and the next one finishes its work', async () => {
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
    expect(stdout).toMatch(/UTC {2}no end recorded: archive app\.slow/)
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
    expect(all.filter(each => each.job === 'slow').map(each => each.status)).toEqual([
      'no end recorded',
      'ok',
    ])
  })

  test('a load and the moves of a queue are jobs as well; their history lies beside their tables, for any machine', async () => {
    await mariadb(`USE app; CREATE TABLE kept (id INT PRIMARY KEY);
      CREATE TABLE delayed_jobs (id INT AUTO_INCREMENT PRIMARY KEY, queue VARCHAR(9), run_at DATETIME, locked_at DATETIME);
      INSERT INTO delayed_jobs (queue, run_at, locked_at) SELECT 'mail', NOW(), IF(seq > 28, NOW(), NULL) FROM seq_1_to_30`)
    for (const name of ['rows', 'park-mail', 'drip-mail'])
      expect(await job('run', name, '--yes')).toMatchObject({ code: 0, stderr: '' })
    const again = await job('run', 'rows', '--yes')
    expect(again.code).toBe(1)
    expect(again.stderr).toContain("Duplicate entry '1'")
    expect((await mariadb('SELECT COUNT(*), SUM(id) FROM app.kept')).trim()).toBe('2\t3')
    expect((await mariadb('SELECT COUNT(*) FROM app.delayed_jobs')).trim()).toBe('12')
    const elsewhere = folderWith({
      'ops.ini': '[db shop]\nhost = jobs1\n',
      ...Object.fromEntries(
        ['rows', 'park-mail', 'drip-mail'].map(name => [
          `jobs/${name}.ts`,
          readFileSync(resolve(folder.path, `jobs/${name}.ts`), 'utf8'),
        ]),
      ),
    })
    const { stdout, stderr, code } = await elsewhere.answer(['job', 'history', '-F', host().sshConfig])
    elsewhere.remove()
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/done in .*: load app\.kept of shop, by \w+ on \S+ \(\d+\)\n {4}loaded +2 rows by/)
    expect(stdout).toMatch(/failed in .*: load app\.kept of shop[\s\S]*loaded +nothing[\s\S]*error .*load/)
    expect(stdout).toMatch(
      /done in .*: park mail of app\.delayed_jobs of shop[\s\S]*parked +28 jobs in 1 move/,
    )
    expect(stdout).toMatch(/done in .*: drip mail of app\.delayed_jobs of shop[\s\S]*back +10 jobs in 1 move/)
    const log = /log +(SELECT log .*)/.exec(stdout)?.[1] ?? ''
    expect(await mariadb(log)).toContain('"event":"job-end"')
  })

  test('a load that goes on is told as running, of one that was killed no end is recorded', async () => {
    await mariadb('CREATE TABLE app.piped (id INT PRIMARY KEY)')
    const child = spawn(process.execPath, [program, 'job', 'run', 'piped', '--yes', '-F', host().sshConfig], {
      cwd: folder.path,
      env: { PATH: process.env.PATH ?? '', HOME: folder.path, XDG_CACHE_HOME: cache },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const ended = new Promise(done => child.once('close', done))
    child.stdin?.write('id\n1\n')
    const held = `SELECT COALESCE(MAX(IS_USED_LOCK(CONCAT('ops:run ', run)) IS NOT NULL), 0) FROM app.ops_runs WHERE ended IS NULL`
    await until(held, '1')
    expect((await job('history', 'piped')).stdout).toMatch(/UTC {2}running: load app\.piped/)
    child.kill('SIGKILL')
    await ended
    await until(held, '0')
    expect((await job('history', 'piped')).stdout).toMatch(/UTC {2}no end recorded: load app\.piped/)
  })

  test('a run that fills its disk says so, and how it ended is in the history; one that finds it full is refused, and says that it is not there', async () => {
    await mariadb(`USE app; CREATE TABLE large (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(80), at DATETIME NOT NULL, KEY (at));
      INSERT INTO large (v, at) SELECT HEX(RANDOM_BYTES(40)), '2020-01-01' FROM seq_1_to_40000`)
    const disk = smallDisk(resolve(folder.path, 'full'), 400)
    try {
      const run = await job('run', 'full', '--yes')
      expect(run.code).toBe(1)
      expect(run.stderr).toMatch(/error\[failed\] \S+\/full\/x\/rows\/\S+ could not be used\n {2}ENOSPC/)
      const { stdout } = await job('history', 'full')
      expect(stdout).toMatch(/UTC {2}failed in .*: archive app\.large[\s\S]* {4}error \S+ could not be used/)
      disk.fill()
      const second = await job('run', 'full', '--yes', '--json')
      expect(second.code).toBe(3)
      const notes = second.stdout.split('\n').filter(line => line.includes('"event":"note"'))
      expect(notes.join('\n')).toContain('this run is not in the history: ')
      expect(notes.join('\n')).toContain('ENOSPC')
    } finally {
      disk.remove()
    }
  })
})
