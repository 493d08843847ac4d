/** `ops db dump` and `ops db restore` on a real MariaDB through SSH, seen by the host's own client. */
import { readdirSync, readFileSync } from 'node:fs'
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

  const receipt = (to: string, name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(folder.path, to, 'receipts', `${name}.json`), 'utf8')) as Record<
      string,
      unknown
    >

  test('365 days are 365 files, as the client counts them; the next run reads nothing but a day that is new', async () => {
    await mariadb(`CREATE DATABASE year; USE year; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(40), at DATETIME, KEY (at));
      INSERT INTO t (v, at) SELECT MD5(seq), '2025-01-01' + INTERVAL seq * 7919 % 365 DAY + INTERVAL seq % 86400 SECOND FROM seq_1_to_5000;
      INSERT INTO t (v, at) VALUES ('no day', NULL), ('no day', 0), ('today', NOW())`)
    const plan = await folder.ops([
      ...['db', 'dump', 'shop', 'year.t', '--by', 'at', '--tz', 'Europe/Berlin', '--to', 'year', '--plan'],
      ...['-F', host().sshConfig],
    ])
    expect(plan.stdout).toContain('365 days, 2025-01-01 to 2025-12-31, 5,000 rows')
    expect(plan.stdout).toContain('2 rows are in no day and are left out: their at is NULL or zero')
    expect(plan.stdout).toContain('2024-12-31T23:00:00Z')
    expect(plan.code).toBe(0)
    expect(readdirSync(folder.path)).not.toContain('year')
    expect((await dump('year.t', 'year')).code).toBe(0)
    const counted = await mariadb(
      'SELECT DATE(at), COUNT(*) FROM year.t WHERE v NOT IN ("no day", "today") GROUP BY 1',
    )
    const dumped = files('year', 'receipts').map(name => {
      const { day, rows } = receipt('year', name.replace('.json', ''))
      return `${day}\t${rows}\n`
    })
    expect(dumped).toHaveLength(365)
    expect(dumped.join('')).toBe(counted)
    await mariadb(`INSERT INTO year.t (v, at) VALUES ('one more day', '2026-01-02 12:00:00');
      SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = 1`)
    const next = await dump('year.t', 'year')
    await mariadb('SET GLOBAL general_log = 0')
    expect(next.stdout).toMatch(/dumped +1 rows in 1 day,/)
    expect(files('year', 'days')).toHaveLength(366)
    const read = "argument LIKE '%FROM `year`.`t`%' AND argument LIKE 'SELECT%'"
    const statements = await mariadb(`SELECT COUNT(*) FROM mysql.general_log WHERE ${read}`)
    expect(Number(statements)).toBeLessThan(12)
    expect((await restore('year', 'year.again')).code).toBe(0)
    const differing = await mariadb(
      `SELECT COUNT(*) FROM year.t LEFT JOIN year.again USING (id, v, at) WHERE again.id IS NULL`,
    )
    expect(differing).toBe('3\n')
    expect(await mariadb('SELECT COUNT(*) FROM year.again')).toBe('5001\n')
  })

  test('late rows are found by --recheck and written beside as revision 2; an emptied day keeps its dump', async () => {
    await mariadb(`CREATE DATABASE late; USE late; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT, at DATE, KEY (at));
      INSERT INTO t (v, at) SELECT seq, CURDATE() - INTERVAL 3 + seq % 20 DAY FROM seq_1_to_2000`)
    expect((await dump('late.t', 'late')).code).toBe(0)
    const days = (await mariadb('SELECT DISTINCT at FROM late.t ORDER BY at')).trim().split('\n')
    expect(days).toHaveLength(20)
    const unchanged = await dump('late.t', 'late', '--recheck', '40d')
    expect(unchanged.stdout).toContain('20 days, 0 of them changed')
    const [inserted = '', updated = '', deleted = '', emptied = ''] = days
    await mariadb(`USE late; INSERT INTO t (v, at) VALUES (0, '${inserted}');
      UPDATE t SET v = v + 1 WHERE at = '${updated}' LIMIT 1; DELETE FROM t WHERE at = '${deleted}' LIMIT 1; DELETE FROM t WHERE at = '${emptied}'`)
    expect((await dump('late.t', 'late')).stdout).toContain('nothing to do')
    const found = await dump('late.t', 'late', '--recheck', '40d')
    expect(found.stderr).toBe('')
    expect(found.stdout).toContain('20 days, 3 of them changed')
    expect(found.stdout).toContain(`${emptied} has no rows any more: its dump stays`)
    expect(files('late', 'receipts').filter(name => name.includes('-r2'))).toEqual(
      [inserted, updated, deleted].map(day => `${day}-r2.json`),
    )
    expect([inserted, updated, deleted].map(day => receipt('late', `${day}-r2`).rows)).toEqual([101, 100, 99])
    expect(receipt('late', `${deleted}-r2`).before).toEqual({
      rows: 100,
      hash: receipt('late', `${deleted}-r1`).hash,
    })
    const again = await dump('late.t', 'late', '--recheck', '40d')
    expect(again.stdout).toContain('20 days, 0 of them changed')
    expect((await dump('late.t', 'late', '--recheck', '1d')).stdout).toContain('nothing to do')
    expect((await restore('late', 'late.again')).code).toBe(0)
    expect(
      await mariadb('SELECT COUNT(*) FROM late.again LEFT JOIN late.t USING (id, v, at) WHERE t.id IS NULL'),
    ).toBe('100\n')
    expect(
      await mariadb(
        'SELECT COUNT(*) FROM late.t LEFT JOIN late.again USING (id, v, at) WHERE again.id IS NULL',
      ),
    ).toBe('0\n')
    expect((await restore('late', 'late.one', '--day', emptied)).code).toBe(0)
    expect(await mariadb(`SELECT COUNT(*), SUM(at = '${emptied}') FROM late.one`)).toBe('100\t100\n')
  })

  test('days of a zone that the server does not know are cut at its midnights, also where clocks change', async () => {
    expect(await mariadb("SELECT CONVERT_TZ('2026-03-29', 'Europe/Berlin', 'UTC')")).toBe('NULL\n')
    await mariadb(`CREATE DATABASE zone; USE zone; SET time_zone = '+00:00';
      CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, at TIMESTAMP(6) NULL, KEY (at));
      INSERT INTO t (at) VALUES ('2025-10-25 21:59:59.999999'), ('2025-10-25 22:00:00'), ('2025-10-26 00:30:00'), ('2025-10-26 01:30:00'),
        ('2025-10-26 22:59:59.999999'), ('2025-10-26 23:00:00'), ('2026-03-28 22:59:59.999999'), ('2026-03-28 23:00:00'),
        ('2026-03-29 21:59:59.999999'), ('2026-03-29 22:00:00'), ('2026-02-28 22:59:59'), ('2026-02-28 23:00:00')`)
    const run = await dump('zone.t', 'zone')
    expect(run.stderr).toBe('')
    const counts = files('zone', 'receipts').map(name => {
      const { day, rows, fromUtc, toUtc } = receipt('zone', name.replace('.json', ''))
      return [day, rows, (Date.parse(String(toUtc)) - Date.parse(String(fromUtc))) / 3_600_000]
    })
    expect(counts).toEqual([
      ['2025-10-25', 1, 24],
      ['2025-10-26', 4, 25],
      ['2025-10-27', 1, 24],
      ['2026-02-28', 1, 24],
      ['2026-03-01', 1, 24],
      ['2026-03-28', 1, 24],
      ['2026-03-29', 2, 23],
      ['2026-03-30', 1, 24],
    ])
    const other = await ops('dump', 'shop', 'zone.t', '--by', 'at', '--tz', 'UTC', '--to', 'zone')
    expect(other.stderr).toContain('is the dump of zone.t in days of Europe/Berlin, not of UTC')
    expect(other.code).toBe(3)
  })

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

  test('whoever wants the table for himself waits for a statement, not for the snapshot', async () => {
    await mariadb(`CREATE DATABASE wait; USE wait; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      CREATE TABLE waits (microseconds INT);
      INSERT INTO t SELECT seq, MD5(seq), '2025-06-01' FROM seq_1_to_${manyRows}`)
    // A client beside, which takes the table for itself again and again.
    const client = host().exec(
      `(while [ ! -e /tmp/stop-waiting ]; do echo 'SET @a = NOW(6); LOCK TABLES t WRITE; SET @w = TIMESTAMPDIFF(MICROSECOND, @a, NOW(6)); UNLOCK TABLES; INSERT INTO waits VALUES (@w); DO SLEEP(0.03);'; done) | mariadb wait`,
    )
    const run = await dump('wait.t', 'wait', '--json')
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
    const [longest, count] = (await mariadb('SELECT MAX(microseconds) / 1000, COUNT(*) FROM wait.waits'))
      .trim()
      .split('\t')
    expect(Number(count)).toBeGreaterThan(3)
    expect(Number(longest)).toBeLessThan(longestSnapshotMs / 2)
  })
})

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
