/** Partitions that their old rows have left, on a real MariaDB: dropped while they are empty, and never with a row in them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useDatabase } from '../use-database.ts'

const kills = Number(process.env.OPS_PARTITION_KILLS ?? 3)
const rows = Number(process.env.OPS_PARTITION_ROWS ?? 6_000)
/** Far more than it takes: machines may be busy. */
const deadlineMs = 900_000
/** Of a table by years: all of 2019 and 2020 is old. */
const years = `PARTITION BY RANGE (TO_DAYS(at)) (PARTITION p2019 VALUES LESS THAN (TO_DAYS('2020-01-01')),
  PARTITION p2020 VALUES LESS THAN (TO_DAYS('2021-01-01')), PARTITION pnow VALUES LESS THAN (TO_DAYS('2100-01-01')),
  PARTITION plater VALUES LESS THAN MAXVALUE)`
const columns =
  'id BIGINT NOT NULL AUTO_INCREMENT, v INT, at DATETIME NOT NULL, PRIMARY KEY (id, at), KEY (at)'

describeReal('ops db archive of a table in partitions', () => {
  const { host, folder, mariadb } = useDatabase()
  const argvOf = (table: string, to: string): string[] => [
    ...['db', 'archive', 'db1', table, '--older-than', '6mo', '--by', 'at', '--to', to, '--yes'],
    ...['-F', host().sshConfig],
  ]
  const archive = (table: string, to: string, ...argv: string[]): Promise<Outcome> =>
    folder().answer([...argvOf(table, to), ...argv])
  const partitions = async (base: string, table = 't'): Promise<string> =>
    (
      await mariadb(`SELECT GROUP_CONCAT(DISTINCT PARTITION_NAME ORDER BY PARTITION_ORDINAL_POSITION)
        FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = '${base}' AND TABLE_NAME = '${table}'`)
    ).trim()

  test(
    'whole old ones go when their rows are saved, those for rows to come stay, and a restore brings all rows back',
    async () => {
      await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE t (${columns}) ${years};
      INSERT INTO t (v, at) SELECT seq, '2019-03-31' + INTERVAL seq % 3 YEAR FROM seq_1_to_900;
      INSERT INTO t (v, at) VALUES (7, NOW())`)
      const plan = await archive('app.t', 'app', '--plan')
      expect(plan.stdout).toContain('partitions  p2019, p2020: dropped when their rows have left')
      const kept = await archive('app.t', 'kept', '--where', 'v <> 2', '--plan', '--no-drop-partitions')
      expect(kept.stdout).toContain(
        'partitions stay, also when they are empty (p2019, p2020): --no-drop-partitions',
      )
      // One row of 2020 and one of 2021 stay.
      const some = await archive('app.t', 'app', '--where', 'v NOT IN (1, 2)')
      expect(some.stderr).toBe('')
      expect(some.stdout).toContain('p2019 dropped, empty')
      expect(some.stdout).toContain('the partition p2020 stays: rows are in it still')
      expect(await partitions('app')).toBe('p2020,pnow,plater')
      const run = await archive('app.t', 'app')
      expect(run.stderr).toBe('')
      expect(run.stdout).toContain('p2020 dropped, empty')
      expect(await partitions('app')).toBe('pnow,plater')
      expect(await mariadb('SELECT v FROM app.t')).toBe('7\n')
      expect((await archive('app.t', 'app')).stdout).toContain('nothing to do')
      expect(
        (await folder().answer(['db', 'archive', 'restore', 'app', '--yes', '-F', host().sshConfig])).stderr,
      ).toBe('')
      expect(await mariadb('SELECT COUNT(*), COUNT(DISTINCT id), SUM(v) FROM app.t')).toBe(
        '901\t901\t405457\n',
      )
    },
    deadlineMs,
  )

  test(
    'borders of each kind are read; where they say nothing of the time, the partitions stay and it is told',
    async () => {
      const border = (text: string): string =>
        `(PARTITION a VALUES LESS THAN (${text}), PARTITION b VALUES LESS THAN MAXVALUE)`
      const cases = [
        ['columns', 'at DATE', 'id, at', `RANGE COLUMNS (at) ${border("'2020-01-01'")}`, 'b'],
        ['years', 'at DATETIME', 'id, at', `RANGE (YEAR(at)) ${border('2020')}`, 'b'],
        [
          'moments',
          'at TIMESTAMP',
          'id, at',
          `RANGE (UNIX_TIMESTAMP(at)) ${border("UNIX_TIMESTAMP('2020-01-01')")}`,
          'b',
        ],
        [
          'subs',
          'at DATE',
          'id, at',
          `RANGE (TO_DAYS(at)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 ${border("TO_DAYS('2020-01-01')")}`,
          'b',
        ],
        ['months', 'at DATE', 'id, at', `RANGE (MONTH(at)) ${border('12')}`, 'a,b'],
        ['numbers', 'at DATE', 'id', `RANGE (id) ${border('1000')}`, 'a,b'],
        ['hashed', 'at DATE', 'id', 'HASH (id) PARTITIONS 2', 'p0,p1'],
      ] as const
      await mariadb('CREATE DATABASE kinds')
      for (const [table, at, key, by, left] of cases) {
        await mariadb(`USE kinds; CREATE TABLE ${table} (id INT, ${at} NOT NULL, PRIMARY KEY (${key}), KEY (at)) PARTITION BY ${by};
        INSERT INTO ${table} VALUES (1, '2019-05-05'), (2, '2019-06-06')`)
        const run = await archive(`kinds.${table}`, `kinds-${table}`)
        expect(run.stderr).toBe('')
        expect(await mariadb(`SELECT COUNT(*) FROM kinds.${table}`)).toBe('0\n')
        expect(await partitions('kinds', table), table).toBe(left)
        expect(run.stdout.includes('and not by ranges of at alone'), table).toBe(left !== 'b')
      }
    },
    deadlineMs,
  )

  test(
    'a row that comes while a partition is to be dropped keeps it, and nobody is waited for longer than a second',
    async () => {
      await mariadb(`CREATE DATABASE late; USE late; CREATE TABLE t (${columns}) ${years};
      CREATE TABLE go (now INT); INSERT INTO t (v, at) SELECT seq, '2019-05-05' FROM seq_1_to_100`)
      const holder = (marks: string): Promise<unknown> =>
        host().exec(
          `mariadb late -e "BEGIN; INSERT INTO t (v, at) VALUES (1000, '2019-06-06'); DO SLEEP(600${marks}); COMMIT"`,
        )
      const sleeping = "FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(600"
      const begun = async (marks: string): Promise<void> => {
        while ((await mariadb(`SELECT COUNT(*) ${sleeping}${marks})%'`)).trim() === '0') await pause(20)
      }
      // It ends as if its time were over: what comes after it is done.
      const end = (marks: string): Promise<string> =>
        mariadb(`SELECT CONCAT('KILL QUERY ', MAX(ID)) INTO @k ${sleeping}${marks})%'; EXECUTE IMMEDIATE @k`)

      const first = holder('+1')
      await begun('+1')
      const held = await archive('late.t', 'late')
      expect(held.stderr).toBe('')
      expect(held.stdout).toMatch(/deleted +100 rows/)
      expect(held.stdout).toContain('the partition p2019 stays: other transactions were at work on the table')
      expect(held.stdout).toContain('the partition p2020 stays: other transactions were at work on the table')

      const second = archive('late.t', 'late')
      const waiting =
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'LOCK TABLES%WRITE'"
      let isOver = false
      second.finally(() => {
        isOver = true
      })
      while (!isOver && (await mariadb(waiting)).trim() === '0') await pause(5)
      await end('+1')
      await first
      await second
      const third = await archive('late.t', 'late')
      expect(third.stderr).toBe('')
      expect(await partitions('late')).toBe('pnow,plater')
      await folder().answer([
        'db',
        'archive',
        'restore',
        'late',
        '--into',
        'late.again',
        '--yes',
        '-F',
        host().sshConfig,
      ])
      expect(await mariadb('SELECT COUNT(*), SUM(v) FROM late.again')).toBe('101\t6050\n')
    },
    deadlineMs,
  )

  test(
    `killed ${kills} times beside writers of old rows, no row goes with its partition`,
    async () => {
      await mariadb(`CREATE DATABASE busy; USE busy; CREATE TABLE t (${columns}) ${years};
      CREATE TABLE ledger (id BIGINT PRIMARY KEY, v INT NOT NULL);
      CREATE TRIGGER come AFTER INSERT ON t FOR EACH ROW REPLACE INTO ledger VALUES (NEW.id, NEW.v);
      CREATE TRIGGER changed AFTER UPDATE ON t FOR EACH ROW REPLACE INTO ledger VALUES (NEW.id, NEW.v);
      INSERT INTO t (v, at) SELECT 1, '2019-01-01' + INTERVAL seq % 730 DAY FROM seq_1_to_${rows};
      CREATE TABLE stop (now INT);
      DELIMITER //
      CREATE PROCEDURE writer() BEGIN
        DECLARE CONTINUE HANDLER FOR SQLEXCEPTION ROLLBACK;
        WHILE (SELECT COUNT(*) FROM stop) = 0 DO
          INSERT INTO t (v, at) VALUES (1, '2019-01-01' + INTERVAL FLOOR(RAND() * 730) DAY);
          UPDATE t SET v = v + 1 WHERE id = FLOOR(1 + RAND() * ${rows});
          DO SLEEP(0.01);
        END WHILE;
      END //
      DELIMITER ;`)
      const writers = [1, 2].map(() => host().exec('mariadb busy -e "CALL writer()"'))
      const place = join(folder().path, 'busy')
      const written = (): number =>
        ['receipts', 'done'].reduce(
          (sum, each) => sum + (existsSync(join(place, each)) ? readdirSync(join(place, each)).length : 0),
          0,
        )
      for (let kill = 0; kill < kills; kill++) {
        const child = spawn(process.execPath, [program, ...argvOf('busy.t', 'busy')], {
          cwd: folder().path,
          env: { PATH: process.env.PATH, HOME: folder().path },
          stdio: 'ignore',
        })
        const ended = once(child, 'exit')
        const before = written()
        while (written() === before && child.exitCode === null) await pause(5)
        await Promise.race([ended, pause(Math.random() * 400)])
        child.kill('SIGKILL')
        await ended
      }
      await mariadb('INSERT INTO busy.stop VALUES (1)')
      for (const writer of await Promise.all(writers)) expect(writer.code).toBe(0)
      let last = await archive('busy.t', 'busy')
      // The server may not have noticed yet that the connection of the lock is gone.
      for (let tries = 0; last.code === 6 && tries < 50; tries++) {
        await pause(200)
        last = await archive('busy.t', 'busy')
      }
      expect(last.stderr).toBe('')
      expect(last.code).toBe(0)
      expect(await partitions('busy')).toBe('pnow,plater')
      await folder().answer([
        'db',
        'archive',
        'restore',
        'busy',
        '--into',
        'busy.again',
        '--yes',
        '-F',
        host().sshConfig,
      ])
      expect(
        await mariadb(`USE busy; SELECT COUNT(*) FROM t;
        SELECT COUNT(*) FROM ledger l LEFT JOIN again a USING (id) WHERE a.id IS NULL OR a.v <> l.v`),
      ).toBe('0\n0\n')
    },
    deadlineMs,
  )
})
