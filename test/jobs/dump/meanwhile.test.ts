/**
 * `ops db dump` and `ops db restore` while something happens: an ALTER, a client that wants the table for himself, a
 * transaction that stays open, a kill at any point. Seen by the host's own client.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DaysWalk, type Turn } from '../../../src/jobs/dump/days-walk.ts'
import { findDays } from '../../../src/jobs/dump/find-days.ts'
import { oldestTransaction } from '../../../src/jobs/dump/open-transactions.ts'
import type { DumpPlan } from '../../../src/jobs/dump/plan.ts'
import { readShape } from '../../../src/jobs/dump/table-shape.ts'
import { walkOf } from '../../../src/jobs/dump/walk-of.ts'
import { WalksInTurn } from '../../../src/jobs/dump/walks-in-turn.ts'
import { openServer } from '../../../src/mysql/server.ts'
import { serverState } from '../../../src/mysql/server-state.ts'
import { type Folder, folderWith, type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

/** For a sweep of them: `OPS_DUMP_KILLS=50`. */
const kills = Number(process.env.OPS_DUMP_KILLS ?? 3)

describeReal('ops db dump, meanwhile', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = db1\n' })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const dumpWords = (table: string, to: string): string[] => [
    ...['db', 'dump', 'shop', table, '--by', 'at', '--tz', 'Europe/Berlin', '--to', to],
    ...['--yes', '-F', host().sshConfig],
  ]
  const restoreWords = (from: string, into: string): string[] => [
    ...['db', 'restore', from, '--into', into, '--yes', '-F', host().sshConfig],
  ]
  const dump = (table: string, to: string, ...argv: string[]): Promise<Outcome> =>
    folder.answer([...dumpWords(table, to), ...argv])
  const restore = (from: string, into: string): Promise<Outcome> => folder.answer(restoreWords(from, into))
  const checksum = async (table: string): Promise<string> =>
    (await mariadb(`CHECKSUM TABLE ${table} EXTENDED`)).split('\t')[1]?.trim() ?? ''
  const files = (to: string, kind: 'days' | 'receipts'): string[] => {
    const path = join(folder.path, to, kind)
    return existsSync(path) ? readdirSync(path).filter(name => !name.startsWith('.')) : []
  }

  test('an ALTER while a day is read is seen, and the day is begun again', async () => {
    await mariadb(`CREATE DATABASE altered; USE altered; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, MD5(seq), '2025-06-01' FROM seq_1_to_${manyRows};
      ${whenRead('altered', 'ALTER TABLE t ADD w INT DEFAULT 5')}`)
    const altering = host().exec('mariadb altered -e "CALL meanwhile()"')
    const run = await dump('altered.t', 'altered')
    expect((await altering).code).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('the table was altered meanwhile: a day was begun again')
    expect(files('altered', 'days')).toHaveLength(1)
    expect((await restore('altered', 'altered.again')).code).toBe(0)
    expect(await checksum('altered.again')).toBe(await checksum('altered.t'))
  })

  test('a table that is renamed while a day is read ends the run as one that somebody else changed', async () => {
    await mariadb(`CREATE DATABASE gone; USE gone; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, MD5(seq), '2025-06-01' FROM seq_1_to_${manyRows};
      ${whenRead('gone', 'RENAME TABLE t TO u')}`)
    const renaming = host().exec('mariadb gone -e "CALL meanwhile()"')
    const run = await dump('gone.t', 'gone')
    expect((await renaming).code).toBe(0)
    expect(run.stderr).toMatch(/gone.t is not what it was when this began, .*: the table is gone/)
    expect(run.code).toBe(8)
    expect(files('gone', 'receipts')).toEqual([])
  })

  test('whoever wants the table for himself waits for a statement, not for the snapshot', async () => {
    await mariadb(`CREATE DATABASE wait; USE wait; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      CREATE TABLE waits (no INT AUTO_INCREMENT PRIMARY KEY, microseconds INT);
      INSERT INTO t SELECT seq, MD5(seq), '2025-06-01' FROM seq_1_to_${manyRows}`)
    // A client beside, which takes the table for itself again and again.
    const client = host().exec(
      `(while [ ! -e /tmp/stop-waiting ]; do echo 'SET @a = NOW(6); LOCK TABLES t WRITE; SET @w = TIMESTAMPDIFF(MICROSECOND, @a, NOW(6)); UNLOCK TABLES; INSERT INTO waits (microseconds) VALUES (@w); DO SLEEP(0.03);'; done) | mariadb wait`,
    )
    const waits = async (): Promise<readonly number[]> =>
      (await mariadb('SELECT microseconds / 1000 FROM wait.waits ORDER BY no')).trim().split('\n').map(Number)
    while ((await waits()).length < 12) await pause(50)
    const before = (await waits()).slice(0, 12)
    const first = (await waits()).length
    const run = await dump('wait.t', 'wait', '--json')
    const beside = (await waits()).slice(first)
    await host().read(`touch /tmp/stop-waiting`)
    await mariadb(
      "SELECT CONCAT('KILL ', ID) INTO @k FROM information_schema.PROCESSLIST WHERE DB = 'wait' LIMIT 1; EXECUTE IMMEDIATE @k",
    )
    await client
    expect(run.code).toBe(0)
    const end = run.stdout
      .split('\n')
      .flatMap(line => (line.includes('"job-end"') ? [JSON.parse(line)] : []))[0]
    const { longestSnapshotMs } = end.data as { longestSnapshotMs: number }
    expect(beside.length).toBeGreaterThan(3)
    // Held for the whole snapshot, it would wait for nearly all of it.
    expect(Math.max(...beside)).toBeLessThan(longestSnapshotMs * 0.8)
    // What the dump adds to what the client waits for on this machine anyway.
    expect(median(beside) - median(before)).toBeLessThan(100)
  })

  test('a transaction that is open is seen with its beginning, whatever zone the system has', async () => {
    await mariadb('CREATE DATABASE open; CREATE TABLE open.t (id INT PRIMARY KEY)')
    const before = Number(await mariadb('SELECT UNIX_TIMESTAMP()'))
    const holder = host().exec('mariadb open -e "BEGIN; INSERT INTO t VALUES (1); DO SLEEP(600)"')
    const sleeping = "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'"
    while ((await mariadb(sleeping)).trim() === '') await pause(100)
    const after = Number(await mariadb('SELECT UNIX_TIMESTAMP()'))
    const connection = Number(await mariadb(sleeping))
    const through = { name: 'db1', destination: 'db1', sshConfigFile: host().sshConfig }
    const server = await openServer({ name: 'db1', through, at: undefined })
    const oldest = await oldestTransaction(await server.session())
    await server.close()
    await mariadb(`KILL ${connection}`)
    await holder
    expect(oldest).toMatchObject({ connection })
    const since = typeof oldest === 'object' ? oldest.since.getTime() / 1000 : 0
    expect(since).toBeGreaterThanOrEqual(before)
    expect(since).toBeLessThanOrEqual(after)
  })

  test('rows that came or went since their day was counted are seen, wherever they lie', async () => {
    // Later rows of a day have earlier times, so that a file tells along what it was read.
    await mariadb(`CREATE DATABASE late; USE late; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2025-06-01' + INTERVAL (seq - 1) DIV 1500 DAY + INTERVAL 7500 - seq SECOND FROM seq_1_to_6000`)
    const through = { name: 'db1', destination: 'db1', sshConfigFile: host().sshConfig }
    const server = await openServer({ name: 'db1', through, at: undefined })
    try {
      const session = await server.session()
      const shape = await readShape(session, { database: 'late', table: 't' }, 'at')
      const { table } = shape
      const axis = { table, by: 'at', kind: 'datetime', zone: 'UTC', index: 'at', rowsLieBy: 'id' } as const
      const days = await findDays(
        session,
        axis,
        { until: '2025-06-05', known: new Map(), isOurs: () => true },
        true,
      )
      expect(days.map(({ rows }) => rows)).toEqual([1500, 1500, 1500, 1500])
      await mariadb(`USE late; INSERT INTO t VALUES (900000, '2025-06-02 12:00:00'); DELETE FROM t WHERE id = 3100;
        DELETE FROM t WHERE id = 4600; INSERT INTO t VALUES (900001, '2025-06-04 12:00:00')`)
      const read: string[] = []
      let turns = 0
      const governor: Turn = {
        isShared: true,
        turn(work) {
          turns += 1
          return work()
        },
      }
      for (const day of days) {
        const agree = async (): Promise<void> => undefined
        const piece = await new DaysWalk(session, shape, [day], () => new Date(), agree, governor).next()
        expect(piece?.end?.digest.rows).toBe(piece?.rows.length)
        read.push(`${piece?.lines}`.replaceAll(/\t.*/g, ''))
      }
      // While others are at work there, each piece waits for its turn.
      expect(turns).toBe(days.length)
      const those = (day: number, order: string): Promise<string> =>
        mariadb(`SELECT id FROM late.t WHERE DATE(at) = '2025-06-0${day}' ORDER BY ${order}`)
      expect(read).toEqual([
        await those(1, 'id'),
        await those(2, 'at, id'),
        await those(3, 'at, id'),
        await those(4, 'at, id'),
      ])

      const [state, newDays] = [await serverState(session), [...days, ...days]]
      const plan = { request: { contracts: [] }, reads: 'days', shape, checks: [], newDays, now: new Date() }
      const walk = (ownId: string) =>
        walkOf({ ...plan, state: { ...state, ownId } } as unknown as DumpPlan, session, server)
      expect(await walk(state.ownId)).toBeInstanceOf(WalksInTurn)
      // One name may lead to several replicas, of which the plan has seen one.
      expect(await walk('that of another replica')).toBeInstanceOf(DaysWalk)
    } finally {
      await server.close()
    }
  })

  test(`killed ${kills} times at any point, each goes on where it was: no day is torn or there twice`, async () => {
    await mariadb(`CREATE DATABASE killed; USE killed; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, REPEAT(MD5(seq), 3), '2025-01-01' + INTERVAL seq % ${killedDays} DAY FROM seq_1_to_${killedDays * 1000}`)
    const progress: Readonly<Record<string, () => Promise<number>>> = {
      dump: async () => files('killed', 'days').length + files('killed', 'receipts').length,
      restore: async () => Number(await mariadb(restoredRows)),
    }
    const words = { dump: dumpWords('killed.t', 'killed'), restore: restoreWords('killed', 'killed.again') }
    for (const verb of ['dump', 'restore'] as const) {
      const codes: (number | null)[] = []
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [program, ...words[verb]], {
          cwd: folder.path,
          env: { PATH: process.env.PATH, HOME: folder.path },
          stdio: 'ignore',
        })
        const ended = once(child, 'exit')
        // Killed at work, however fast the machine is: some time after the first thing that it writes.
        const begun = await progress[verb]?.()
        while ((await progress[verb]?.()) === begun && child.exitCode === null) await pause(2)
        await Promise.race([ended, pause(Math.random() * 100)])
        child.kill('SIGKILL')
        codes.push(((await ended) as [number | null])[0])
      }
      expect(codes.filter(code => code !== null && code !== 0 && code !== 6)).toEqual([])
      expect(codes).toContain(null)
      let last = await folder.answer(words[verb])
      // The server may not have noticed yet that the connection of the lock is gone.
      for (let tries = 0; last.code === 6 && tries < 50; tries++) {
        await pause(200)
        last = await folder.answer(words[verb])
      }
      expect(last.stderr).toBe('')
      expect(last.code).toBe(0)
    }
    expect(files('killed', 'receipts')).toHaveLength(killedDays)
    expect(files('killed', 'days')).toHaveLength(killedDays)
    expect(await checksum('killed.again')).toBe(await checksum('killed.t'))
  }, 600_000)
})

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const killedDays = Math.max(40, kills * 4)
const restoredRows =
  "SELECT IFNULL(MAX(TABLE_ROWS), 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'killed' AND TABLE_NAME = 'again'"

/** So many that a day of them is read in many statements. */
const manyRows = 200_000

/** A procedure that waits until somebody else has a snapshot. What the server shows of transactions is renewed only where nobody looked for 0.1 s. */
const whenRead = (base: string, statement: string): string => `DELIMITER //
  CREATE PROCEDURE ${base}.meanwhile() BEGIN
    WHILE (SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_isolation_level = 'REPEATABLE READ' AND trx_mysql_thread_id <> CONNECTION_ID()) = 0 DO
      DO SLEEP(0.15);
    END WHILE;
    ${statement};
  END //
  DELIMITER ;`
