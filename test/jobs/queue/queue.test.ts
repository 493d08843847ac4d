/**
 * `ops db queue` beside four workers that reserve jobs by the UPDATE of delayed_job, and two that add jobs: whatever is
 * killed, each job is done once, waits live, or is parked. What was added and done is written down by those programs.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { hostileSql } from '../../mysql/eyes.ts'
import { letGoOfAll } from '../let-go.ts'
import { useDatabase } from '../use-database.ts'

/** For a sweep: `OPS_QUEUE_JOBS=1000000 OPS_QUEUE_KILLS=100`; the longest UPDATE of a worker is then held to two seconds. */
const jobs = Number(process.env.OPS_QUEUE_JOBS ?? 6_000)
const kills = Number(process.env.OPS_QUEUE_KILLS ?? 2)
const isSweep = process.env.OPS_QUEUE_JOBS !== undefined

const table = `(id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, priority INT NOT NULL DEFAULT 0, attempts INT NOT NULL DEFAULT 0,
  handler TEXT NOT NULL, last_error TEXT, run_at DATETIME, locked_at DATETIME, failed_at DATETIME, locked_by VARCHAR(255),
  queue VARCHAR(255), created_at DATETIME, updated_at DATETIME, KEY delayed_jobs_priority (priority, run_at)) DEFAULT CHARSET=utf8mb4`

const seed = `
CREATE DATABASE rails; USE rails;
CREATE TABLE delayed_jobs ${table};
CREATE TABLE added (id INT PRIMARY KEY); CREATE TABLE done (n INT AUTO_INCREMENT PRIMARY KEY, id INT, KEY (id));
CREATE TABLE stolen (id INT); CREATE TABLE waits (ms DOUBLE); CREATE TABLE stop (now INT);
INSERT INTO delayed_jobs (priority, handler, run_at, queue, created_at, updated_at)
  SELECT seq % 3, CONCAT('--- !ruby/object:Mail ', REPEAT(MD5(seq), 5)), NOW() - INTERVAL 1 HOUR, 'mail', NOW(), NOW() FROM seq_1_to_${jobs};
INSERT INTO added SELECT id FROM delayed_jobs;
DELIMITER //
CREATE PROCEDURE reserver(me VARCHAR(50)) BEGIN
  DECLARE CONTINUE HANDLER FOR 1205, 1213 SET @lost = 1;
  WHILE (SELECT COUNT(*) FROM stop) = 0 DO
    SET @now = NOW(), @begun = SYSDATE(6), @id = NULL, @lost = 0;
    UPDATE delayed_jobs SET locked_at = @now, locked_by = me WHERE ((run_at <= @now AND (locked_at IS NULL OR
      locked_at < @now - INTERVAL 14400 SECOND) OR locked_by = me) AND failed_at IS NULL) AND queue IN ('mail')
      ORDER BY priority ASC, run_at ASC LIMIT 1;
    SET @waited = TIMESTAMPDIFF(MICROSECOND, @begun, SYSDATE(6)) / 1000;
    IF @waited > 100 OR @lost THEN INSERT INTO waits VALUES (@waited); END IF;
    SELECT id INTO @id FROM delayed_jobs WHERE locked_at = @now AND locked_by = me AND failed_at IS NULL LIMIT 1;
    IF @id IS NOT NULL AND @lost = 0 THEN
      DO SLEEP(0.002);
      START TRANSACTION;
      DELETE FROM delayed_jobs WHERE id = @id;
      IF ROW_COUNT() = 1 THEN INSERT INTO done (id) VALUES (@id); ELSEIF @lost = 0 THEN INSERT INTO stolen VALUES (@id); END IF;
      IF @lost THEN ROLLBACK; ELSE COMMIT; END IF;
    ELSE DO SLEEP(0.01); END IF;
  END WHILE;
END //
CREATE PROCEDURE enqueuer() BEGIN
  -- As every program beside others, it begins anew after a deadlock.
  DECLARE CONTINUE HANDLER FOR 1205, 1213 SET @lost = 1;
  WHILE (SELECT COUNT(*) FROM stop) = 0 DO
    SET @lost = 0;
    START TRANSACTION;
    INSERT INTO delayed_jobs (priority, handler, run_at, queue, created_at, updated_at) VALUES (0, 'new', NOW(), 'mail', NOW(), NOW());
    IF @lost = 0 THEN INSERT INTO added VALUES (LAST_INSERT_ID()); END IF;
    IF @lost THEN ROLLBACK; ELSE COMMIT; END IF;
    DO SLEEP(0.01);
  END WHILE;
END //
DELIMITER ;
`

describeReal('ops db queue', () => {
  const { host, folder, mariadb } = useDatabase()
  const argvOf = (verb: string, name: string, ...argv: string[]): string[] => [
    ...['db', 'queue', verb, 'db1', name, '-F', host().sshConfig, ...argv],
  ]
  const queue = (verb: string, name: string, ...argv: string[]): Promise<Outcome> =>
    folder().answer(argvOf(verb, name, ...argv))

  test('a park whose server lets go of all connections tells what it had moved', async () => {
    await mariadb(`CREATE DATABASE let_go; USE let_go; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, run_at, queue) SELECT 'h', NOW(), 'mail' FROM seq_1_to_40000`)
    const child = spawn(
      process.execPath,
      [
        program,
        ...argvOf('park', 'let_go.delayed_jobs', '--queue', 'mail', '--batch', '10', '--yes', '--json'),
      ],
      { cwd: folder().path, env: { PATH: process.env.PATH, HOME: folder().path } },
    )
    let said = ''
    child.stdout.setEncoding('utf8').on('data', text => (said += text))
    const ended = once(child, 'close')
    const moved =
      "SELECT COUNT(*) > 0 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'let_go' AND TABLE_NAME LIKE '%park%'"
    while ((await mariadb(moved)) === '0\n' && child.exitCode === null) await pause(10)
    const left = 'SELECT COUNT(*) < 40000 FROM let_go.delayed_jobs'
    while ((await mariadb(left)) === '0\n' && child.exitCode === null) await pause(10)
    await letGoOfAll(host())
    expect((await ended)[0]).toBe(5)
    expect(said).toMatch(/Before that, [\d,]+ jobs were parked/)
    expect(said).toContain('"changed":"yes"')
    const rest = await queue('park', 'let_go.delayed_jobs', '--queue', 'mail', '--yes')
    expect(rest).toMatchObject({ code: 0, stderr: '' })
    expect(await mariadb('SELECT COUNT(*) FROM let_go.delayed_jobs')).toBe('0\n')
  })

  test('a park that moves nothing says which tables it made', async () => {
    await mariadb(`CREATE DATABASE none_moved; USE none_moved; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, run_at, queue) SELECT 'h', NOW(), 'mail' FROM seq_1_to_3`)
    const holder = host().exec(
      `mariadb none_moved -e "START TRANSACTION; SELECT id FROM delayed_jobs FOR UPDATE; DO SLEEP(602)"`,
    )
    const holding = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(602)%'"
    while ((await mariadb(holding)) === 'NULL\n') await pause(20)
    const park = await queue('park', 'none_moved.delayed_jobs', '--queue', 'mail', '--yes')
    await mariadb(`KILL ${(await mariadb(holding)).trim()}`)
    await holder
    expect(park.code).not.toBe(0)
    expect(park.stderr).toMatch(/changed +yes/)
    expect(await mariadb('SELECT COUNT(*) FROM none_moved.delayed_jobs')).toBe('3\n')
  })

  test('whatever a table of jobs holds is the same when it is parked, and when it is back', async () => {
    await mariadb(`CREATE DATABASE odd; USE odd; ${hostileSql('mariadb')}
      ALTER TABLE hostile ADD queue VARCHAR(9) NOT NULL DEFAULT 'mail', ADD run_at DATETIME NOT NULL DEFAULT '2026-01-01', ADD locked_at DATETIME NULL`)
    const checksum = async (name: string): Promise<string | undefined> =>
      (await mariadb(`CHECKSUM TABLE odd.${name} EXTENDED`)).trim().split('\t')[1]
    const jobsBefore = await checksum('hostile')
    const park = await queue('park', 'odd.hostile', '--queue', 'mail', '--yes')
    expect(park).toMatchObject({ code: 0, stderr: '' })
    expect((await mariadb('SELECT COUNT(*) FROM odd.hostile')).trim()).toBe('0')
    expect(await checksum('hostile_parked')).toBe(jobsBefore)
    const drip = await queue('drip', 'odd.hostile', '--queue', 'mail', '--yes')
    expect(drip).toMatchObject({ code: 0, stderr: '' })
    expect(await checksum('hostile')).toBe(jobsBefore)
  })

  test(`beside workers and killed ${kills} times loses no job and doubles none`, async () => {
    await mariadb(seed)
    const workers = [
      ...[1, 2, 3, 4].map(each => host().exec(`mariadb rails -e "CALL reserver('host:w pid:${each}')"`)),
      ...[1, 2].map(() => host().exec('mariadb rails -e "CALL enqueuer()"')),
    ]
    // How much was moved so far, before and after a kill: of the twin it is counted when nobody is at work.
    const moved = async (): Promise<string> =>
      (await mariadb('SELECT parked, dripped FROM rails.delayed_jobs_parked_counts').catch(() => '')).trim()
    const killed: (number | null)[] = []
    const said: Buffer[] = []
    // Where the machine is busy, runs may end before they are killed: then there are more of them.
    const isEnough = (kill: number) => kill >= kills && (killed.includes(null) || kill >= 50 * kills)
    for (let kill = 0; !isEnough(kill); kill++) {
      const verb = kill % 2 === 0 ? 'park' : 'drip'
      // Small moves, so that it is at work for a while.
      const argv = argvOf(verb, 'rails.delayed_jobs', '--queue', 'mail', '--yes', '--when-below', '100000000')
      argv.push('--batch', isSweep ? '10000' : '200', ...(verb === 'drip' ? ['--watch'] : []))
      const before = await moved()
      const child = spawn(process.execPath, [program, ...argv], {
        cwd: folder().path,
        env: { PATH: process.env.PATH, HOME: folder().path },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.on('data', (piece: Buffer) => said.push(piece))
      const ended = once(child, 'exit')
      while ((await moved()) === before && child.exitCode === null) await pause(5)
      await Promise.race([ended, pause(kill === 0 ? 0 : Math.random() * 300)])
      child.kill('SIGKILL')
      killed.push(((await ended) as [number | null])[0])
      // The server may not have noticed yet that the connection of the lock is gone.
      const held = "SELECT IS_FREE_LOCK('ops:queue rails.delayed_jobs')"
      while ((await mariadb(held)).trim() === '0') await pause(50)
    }
    expect(Buffer.concat(said).toString()).toBe('')
    expect(killed.filter(code => code !== null && code !== 0)).toEqual([])
    expect(killed).toContain(null)
    const parked = await queue('park', 'rails.delayed_jobs', '--queue', 'mail', '--yes')
    expect(parked).toMatchObject({ code: 0, stderr: '' })
    const heldParked =
      'SELECT COUNT(*) FROM rails.delayed_jobs_parked WHERE locked_at IS NOT NULL OR locked_by IS NOT NULL'
    expect(await mariadb(heldParked)).toBe('0\n')
    const argv = [
      '--queue',
      'mail',
      '--yes',
      '--when-below',
      '100000000',
      '--batch',
      '10000',
      '--watch',
      '--json',
    ]
    const back = await queue('drip', 'rails.delayed_jobs', ...argv)
    expect(back).toMatchObject({ code: 0, stderr: '' })
    await mariadb('INSERT INTO rails.stop VALUES (1)')
    for (const worker of await Promise.all(workers)) expect(worker.code).toBe(0)
    const places =
      'SELECT id FROM delayed_jobs UNION ALL SELECT id FROM delayed_jobs_parked UNION ALL SELECT id FROM done'
    const counts = await mariadb(`USE rails;
      SELECT 'lost', COUNT(*) FROM added LEFT JOIN (${places}) p USING (id) WHERE p.id IS NULL UNION ALL
      SELECT 'doubled', COUNT(*) - COUNT(DISTINCT id) FROM (${places}) p UNION ALL
      SELECT 'moved while held', COUNT(*) FROM stolen UNION ALL
      SELECT 'still parked', COUNT(*) FROM delayed_jobs_parked UNION ALL
      SELECT 'done', COUNT(*) > 0 FROM done`)
    expect(counts).toBe('lost\t0\ndoubled\t0\nmoved while held\t0\nstill parked\t0\ndone\t1\n')
    const longest = Number(await mariadb('SELECT COALESCE(MAX(ms), 0) FROM rails.waits'))
    if (isSweep) {
      process.stderr.write(`${killed.length} kills; longest UPDATE of a worker ${longest} ms\n`)
      expect(longest).toBeLessThan(2_000)
    }
  }, 7_200_000)

  test('live, parked and done add up, held and failed jobs stay, and other queues are left alone', async () => {
    await mariadb(`CREATE DATABASE sums; USE sums; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, run_at, queue) SELECT 'x', NOW(), IF(seq > 100, 'other', IF(seq > 90, NULL, 'mail')) FROM seq_1_to_120;
      UPDATE delayed_jobs SET locked_at = NOW(), locked_by = 'w' WHERE id IN (1, 2); UPDATE delayed_jobs SET failed_at = NOW() WHERE id = 3`)
    const ids = (name: string): Promise<string> =>
      mariadb(`SELECT COUNT(*), MIN(id), MAX(id) FROM sums.${name}`)
    const plan = await queue('park', 'sums.delayed_jobs', '--queue', 'mail', '--plan')
    expect(plan.stdout).toContain('90: 87 wait, 2 are held by workers, 1 failed for good')
    expect(plan.stdout).toMatch(
      /makes +sums.delayed_jobs_parked, sums.delayed_jobs_parked_counts, sums.ops_runs, the history of its runs/,
    )
    expect(await mariadb("SHOW TABLES FROM sums LIKE '%parked%'")).toBe('')
    const parked = await queue('park', 'sums.delayed_jobs', '--queue', 'mail', '--yes')
    expect(parked.stderr).toBe('')
    expect(await ids('delayed_jobs_parked')).toBe('87\t4\t90\n')
    // A worker does one that it held, and a new one comes.
    await mariadb(
      "DELETE FROM sums.delayed_jobs WHERE id = 2; INSERT INTO sums.delayed_jobs (handler, queue) VALUES ('new', 'mail')",
    )
    const back = await queue(
      'drip',
      'sums.delayed_jobs',
      '--queue',
      'mail',
      '--yes',
      '--batch',
      '10',
      '--when-below',
      '5',
    )
    expect(back.stderr).toBe('')
    expect(back.stdout).toMatch(/back +10 jobs/)
    expect(back.stdout).toContain(
      '77 jobs are still parked: the same command brings back the next batch once fewer than 5 wait, and --watch goes on until none is',
    )
    expect(await ids('delayed_jobs_parked')).toBe('77\t14\t90\n')
    const typo = await queue('status', 'sums.delayed_jobs', '--queue', 'mial')
    expect(typo.stdout).toMatch(/sums\.delayed_jobs has no job of mial now; queues that have jobs: .*mail/)
    expect((await queue('park', 'sums.delayed_jobs', '--queue', 'mial', '--yes')).stdout).toContain(
      'has no job of mial now',
    )
    expect((await queue('status', 'sums.delayed_jobs', '--queue', 'mail')).stdout).not.toContain('has no job')
    const full = await queue('drip', 'sums.delayed_jobs', '--queue', 'mail', '--yes', '--when-below', '5')
    expect(full.stdout).toMatch(/back +0 jobs/)
    expect(full.stdout).toContain(
      '77 jobs are still parked, and none came back, as 11 wait: run it again once fewer than 5 do, or with --watch',
    )
    const status = await queue('status', 'sums.delayed_jobs', '--queue', 'mail')
    expect(status.stdout).toContain(
      '90 up to number 120, the newest when parking began = 12 live + 77 parked + 1 done at least; 1 newer',
    )
    expect(status.stdout).toContain('87 parked - 10 brought back = 77')
    expect((await queue('status', 'sums.delayed_jobs', '--queue', 'Mail')).stdout).toContain(
      'brought back = 77',
    )
    // Servers before MySQL 8 give such numbers after a restart, programs at any time.
    await mariadb(`DELETE FROM sums.delayed_jobs WHERE id = 110;
      INSERT INTO sums.delayed_jobs (id, handler, queue) VALUES (2, 'low', 'mail'), (110, 'low', 'mail'), (5000, 'high', 'mail')`)
    const newcomers = await queue('status', 'sums.delayed_jobs', '--queue', 'mail')
    expect(newcomers.stdout).toContain('91 up to number 120')
    expect(newcomers.stdout).toMatch(
      /but +90 were counted then: 1 or more came since with such numbers, and as many more may be done/,
    )
    await mariadb("DELETE FROM sums.delayed_jobs WHERE handler IN ('low', 'high')")
    const none = await queue('park', 'sums.delayed_jobs', '--queue', '', '--yes')
    expect(none.stdout).toMatch(/parked +10 jobs/)
    await mariadb("DELETE FROM sums.delayed_jobs_parked WHERE queue = 'mail' LIMIT 1")
    const wrong = await queue('status', 'sums.delayed_jobs', '--queue', 'mail')
    expect(wrong.stderr).toContain('87 jobs were parked and 10 brought back, but 76 are parked')
    expect(wrong.code).not.toBe(0)
    // Of the two tables of ops, somebody drops the one or the other.
    const counts = await mariadb('SHOW CREATE TABLE sums.delayed_jobs_parked_counts')
    await mariadb('RENAME TABLE sums.delayed_jobs_parked TO sums.away')
    for (const [what, ...yes] of [['status'], ['park', '--yes']] as const) {
      const twinless = await queue(what, 'sums.delayed_jobs', '--queue', 'mail', ...yes)
      expect(twinless.stderr).toContain(
        'sums.delayed_jobs_parked is gone: 87 jobs were parked and 10 brought back',
      )
      expect(twinless.code).toBe(1)
    }
    await mariadb(
      'RENAME TABLE sums.away TO sums.delayed_jobs_parked; DROP TABLE sums.delayed_jobs_parked_counts',
    )
    for (const [what, ...yes] of [['status'], ['drip', '--yes']] as const) {
      const uncounted = await queue(what, 'sums.delayed_jobs', '--queue', 'mail', ...yes)
      expect(uncounted.stderr).toContain('sums.delayed_jobs_parked_counts is gone: 76 jobs are parked')
      const [, way = ''] = /Begin one: (.*;)/.exec(uncounted.stderr.replaceAll(/\n\s+/g, ' ')) ?? []
      if (what === 'drip') await mariadb(way)
    }
    expect(await mariadb('SHOW CREATE TABLE sums.delayed_jobs_parked_counts')).toBe(counts)
    const again = await queue('drip', 'sums.delayed_jobs', '--queue', 'mail', '--yes', '--when-below', '1000')
    expect([again.stderr, again.code]).toEqual(['', 0])
    expect(await ids('delayed_jobs_parked')).toBe('10\t91\t100\n')
  })

  test('a park that fails half-way says how many jobs it moved, and not that the others came meanwhile', async () => {
    await mariadb(`CREATE DATABASE half; USE half; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, queue) SELECT IF(seq = 3, 'no', 'x'), 'mail' FROM seq_1_to_10;
      INSERT INTO delayed_jobs (handler, queue) VALUES ('x', 'other')`)
    expect((await queue('park', 'half.delayed_jobs', '--queue', 'other', '--yes')).code).toBe(0)
    await mariadb("ALTER TABLE half.delayed_jobs_parked ADD CONSTRAINT no CHECK (handler <> 'no')")
    const failed = await queue('park', 'half.delayed_jobs', '--queue', 'mail', '--batch', '2', '--yes')
    expect(failed.code).toBe(1)
    const moved = Number(
      (await mariadb("SELECT COUNT(*) FROM half.delayed_jobs_parked WHERE queue = 'mail'")).trim(),
    )
    expect(moved).toBeGreaterThan(1)
    expect(failed.stderr).toContain(`Before that, ${moved} jobs were parked`)
    expect(failed.stderr).toMatch(/changed +yes/)
    expect(failed.stdout).toContain(`${10 - moved} jobs wait still`)
    expect(failed.stdout).not.toContain('came meanwhile')
  })

  test('a parked job whose number another job got stays parked and is told, and comes back under a new one', async () => {
    await mariadb(`CREATE DATABASE again; USE again; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, queue) SELECT CONCAT('old ', seq), 'mail' FROM seq_1_to_5`)
    expect((await queue('park', 'again.delayed_jobs', '--queue', 'mail', '--yes')).code).toBe(0)
    await mariadb(
      "INSERT INTO again.delayed_jobs (id, handler, queue) VALUES (2, 'new 2', 'mail'), (4, 'new 4', 'mail')",
    )
    const drip = ['--queue', 'mail', '--when-below', '100', '--yes']
    const plan = await queue('drip', 'again.delayed_jobs', '--queue', 'mail', '--plan')
    expect(plan.stdout).toContain('2 parked jobs have numbers that other jobs of again.delayed_jobs have now')
    const first = await queue('drip', 'again.delayed_jobs', ...drip)
    expect(first.stderr).toMatch(/2 parked jobs of mail stay parked: .* \(2, 4\)/)
    expect(first.stderr).toContain('--renumber')
    expect(first.code).toBe(1)
    const handlers = (name: string): Promise<string> =>
      mariadb(`SELECT GROUP_CONCAT(handler ORDER BY handler) FROM again.${name}`)
    expect(await handlers('delayed_jobs')).toBe('new 2,new 4,old 1,old 3,old 5\n')
    expect(await handlers('delayed_jobs_parked')).toBe('old 2,old 4\n')
    const second = await queue('drip', 'again.delayed_jobs', ...drip, '--renumber', '--watch')
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(await handlers('delayed_jobs')).toBe('new 2,new 4,old 1,old 2,old 3,old 4,old 5\n')
    expect(
      await mariadb("SELECT MIN(id) > 5 FROM again.delayed_jobs WHERE handler IN ('old 2', 'old 4')"),
    ).toBe('1\n')
    expect((await queue('status', 'again.delayed_jobs', '--queue', 'mail')).code).toBe(0)
  })

  test('one job with a token that a parked one has keeps neither a drip nor a park from moving the others', async () => {
    await mariadb(`CREATE DATABASE token; USE token; CREATE TABLE delayed_jobs ${table};
      ALTER TABLE delayed_jobs ADD token VARCHAR(9), ADD UNIQUE (token);
      INSERT INTO delayed_jobs (handler, queue, token) SELECT 'old', 'mail', IF(seq = 5, NULL, seq) FROM seq_1_to_5`)
    const words = ['--queue', 'mail', '--yes']
    expect((await queue('park', 'token.delayed_jobs', ...words)).code).toBe(0)
    await mariadb(`INSERT INTO token.delayed_jobs (id, handler, queue, token) VALUES (2, 'new', 'mail', NULL), (10, 'new', 'mail', '3'),
      (11, 'new', 'mail', 'x')`)
    const parked = await queue('park', 'token.delayed_jobs', ...words)
    expect(parked.stdout).toMatch(/parked +1 job/)
    expect(parked.stderr).toContain(
      '2 jobs of mail wait still: parked ones have the same number, or the token',
    )
    expect(parked.code).toBe(1)
    const back = await queue(
      'drip',
      'token.delayed_jobs',
      ...words,
      '--renumber',
      '--watch',
      '--when-below',
      '100',
    )
    expect(back.stdout).toContain(
      '1 parked job stays parked (3): other jobs of token.delayed_jobs have the token of them now',
    )
    expect(back.stderr).toContain('1 parked job of mail stays parked')
    expect(back.code).toBe(1)
    await mariadb('DELETE FROM token.delayed_jobs WHERE id = 10')
    expect(await queue('drip', 'token.delayed_jobs', ...words)).toMatchObject({ code: 0, stderr: '' })
    expect(
      await mariadb('SELECT COUNT(*), COUNT(DISTINCT token), SUM(handler = "old") FROM token.delayed_jobs'),
    ).toBe('7\t5\t5\n')
  })

  test.each([[], ['--json']])(
    'a drip --watch that is ended while jobs are parked ends with 130 %s',
    async (...json) => {
      const name = `watched${json.length}.delayed_jobs`
      await mariadb(`CREATE DATABASE watched${json.length}; USE watched${json.length}; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, run_at, queue) SELECT 'x', NOW(), 'mail' FROM seq_1_to_50`)
      expect((await queue('park', name, '--queue', 'mail', '--yes')).code).toBe(0)
      const argv = [
        ...argvOf('drip', name, '--queue', 'mail', '--yes'),
        '--watch',
        '--when-below',
        '1',
        '--batch',
        '5',
      ]
      const child = spawn(process.execPath, [program, ...argv, ...json], {
        cwd: folder().path,
        env: { PATH: process.env.PATH, HOME: folder().path },
      })
      const said = { stdout: '', stderr: '' }
      for (const stream of ['stdout', 'stderr'] as const)
        child[stream].setEncoding('utf8').on('data', text => {
          said[stream] += text
        })
      const ended = once(child, 'exit')
      while ((await mariadb(`SELECT COUNT(*) FROM ${name}`)) === '0\n' && child.exitCode === null)
        await pause(20)
      child.kill('SIGINT')
      expect(((await ended) as [number | null])[0]).toBe(130)
      expect(said.stdout + said.stderr).toContain('drip of mail was stopped')
      expect(await mariadb(`SELECT COUNT(*) FROM ${name}_parked`)).toBe('45\n')
    },
  )

  test('a park that leaves jobs which other transactions hold is no success', async () => {
    await mariadb(`CREATE DATABASE held; USE held; CREATE TABLE delayed_jobs ${table};
      INSERT INTO delayed_jobs (handler, queue) SELECT 'x', 'mail' FROM seq_1_to_5`)
    const holder = host().exec(
      'mariadb held -e "BEGIN; SELECT id FROM delayed_jobs WHERE id = 3 FOR UPDATE; DO SLEEP(600)"',
    )
    const sleeper = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(600)%'"
    while ((await mariadb(sleeper)).trim() === 'NULL') await pause(50)
    const parked = await queue('park', 'held.delayed_jobs', '--queue', 'mail', '--yes')
    await mariadb(`SELECT CONCAT('KILL ', (${sleeper})) INTO @k; EXECUTE IMMEDIATE @k`)
    await holder
    expect(parked.stderr).toContain('1 job of mail waits still: another transaction holds it')
    expect(parked.code).toBe(1)
    expect(await mariadb('SELECT COUNT(*) FROM held.delayed_jobs_parked')).toBe('4\n')
    expect((await queue('park', 'held.delayed_jobs', '--queue', 'mail', '--yes')).code).toBe(0)
  })

  test.each([
    ['nolock (id INT PRIMARY KEY, queue VARCHAR(9))', 'no column that says whether a worker holds a job'],
    ['noqueue (id INT PRIMARY KEY, locked_at DATETIME)', 'has no column queue'],
    ['nokey (id INT, queue VARCHAR(9), locked_at DATETIME)', 'no primary key of one number'],
    ['myisam (id INT PRIMARY KEY, queue VARCHAR(9), locked_at DATETIME) ENGINE=MyISAM', 'the engine MyISAM'],
  ])('refuses %s', async (definition, reason) => {
    await mariadb(`CREATE DATABASE IF NOT EXISTS refuse; USE refuse; CREATE TABLE ${definition}`)
    const refused = await queue('park', `refuse.${definition.split(' ')[0]}`, '--queue', 'mail', '--yes')
    expect(refused.stderr).toContain(reason)
    expect(refused.code).toBe(3)
  })
})
