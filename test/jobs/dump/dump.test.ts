/** `ops db dump` and `ops db restore` on a real MariaDB through SSH, seen by the host's own client. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { hostileSql } from '../../mysql/eyes.ts'

/** Far more than a test takes: machines may be busy. */
vi.setConfig({ testTimeout: 600_000 })

describeReal('ops db dump', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'ops.ini': '[db shop]\nhost = db1\n',
      'jobs/late-days.ts': `import { dump } from 'ops-recipes/jobs'
export default dump({ source: 'shop', table: 'late.t', by: 'at', tz: 'Europe/Berlin', to: './late', recheck: '40d' })
`,
    })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const ops = (...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', ...argv, '--yes', '-F', host().sshConfig])
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
    const plan = await folder.answer([
      ...['db', 'dump', 'shop', 'year.t', '--by', 'at', '--tz', 'Europe/Berlin', '--to', 'year', '--plan'],
      ...['-F', host().sshConfig],
    ])
    expect(plan.stdout).toContain('365 days, 2025-01-01 to 2025-12-31, 5,000 rows')
    expect(plan.stdout).toContain('2 rows are in no day and are left out: their at is NULL or zero')
    // To the server a zero date in a column that takes no NULL is one.
    await mariadb(`USE year; CREATE TABLE zeros (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      INSERT INTO zeros VALUES (1, 0), (2, 0), (3, '2025-01-01')`)
    const zeros = await folder.answer([
      ...[
        'db',
        'dump',
        'shop',
        'year.zeros',
        '--by',
        'at',
        '--tz',
        'Europe/Berlin',
        '--to',
        'zeros',
        '--plan',
      ],
      ...['-F', host().sshConfig],
    ])
    expect(zeros.stdout).toContain('2 rows are in no day and are left out: their at is NULL or zero')
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
    expect(next.stdout).toMatch(/dumped +1 row in 1 day,/)
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
    const again = await folder.answer(['job', 'run', 'late-days', '--yes', '-F', host().sshConfig])
    expect(again.stdout).toContain('20 days, 0 of them changed')
    const history = await folder.answer(['job', 'history', 'late-days', '-F', host().sshConfig])
    expect(history.stdout).toMatch(/UTC {2}done in .*: dump late\.t of shop/)
    expect((await dump('late.t', 'late', '--recheck', '1d')).stdout).toContain('nothing to do')
    expect((await restore('late', 'late.again')).code).toBe(0)
    const restored = await folder.answer(['job', 'history', 'late-days', '-F', host().sshConfig])
    expect(restored.stdout).toMatch(/restore late\.again of shop, typed by hand as `ops db restore`/)
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

  test('a dump is verified whole: what is flipped, gone, swapped or says something else is named', async () => {
    const verify = (): Promise<Outcome> => folder.answer(['db', 'dump', 'verify', 'late'])
    const sound = await verify()
    expect(sound).toMatchObject({ code: 0, stderr: '' })
    expect(sound.stdout).toMatch(/whole +2,300 rows in 23 files of 20 days/)
    const at = (kind: 'days' | 'receipts', index: number): string =>
      join(folder.path, 'late', kind, files('late', kind)[index] ?? '')
    const [flipped, gone] = [at('days', 0), at('days', 1)]
    const bytes = readFileSync(flipped)
    writeFileSync(
      flipped,
      Buffer.concat([bytes.subarray(0, 40), Buffer.from([(bytes[40] ?? 0) ^ 1]), bytes.subarray(41)]),
    )
    const kept = readFileSync(gone)
    rmSync(gone)
    const [first, second, counted] = [at('receipts', 17), at('receipts', 18), at('receipts', 19)]
    const [one, other, right] = [first, second, counted].map(path => readFileSync(path, 'utf8')) as [
      string,
      string,
      string,
    ]
    writeFileSync(first, other)
    writeFileSync(second, one)
    writeFileSync(counted, right.replace(/"rows": \d+/, '"rows": 7'))
    const broken = await verify()
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain('does not hold what was stored')
    expect(broken.stderr).toMatch(/revision 2: .*-r2-\w+\.tsv\.gz is not there/)
    expect(broken.stderr.match(/is not the receipt that belongs there: it is that of/g)).toHaveLength(2)
    expect(broken.stderr).toContain('holds other rows than its receipt says')
    expect(broken.stderr).toContain('5 of 23 files')
    writeFileSync(first, '{')
    const restore = (...words: string[]): Promise<Outcome> =>
      ops('restore', 'late', '--into', 'late.beside', ...words)
    const refused = await restore()
    expect(refused.stderr).toMatch(/Bring receipts\/.*\.json back .*--day restores one that is whole/)
    const day = (files('late', 'days')[5] ?? '').slice(0, 10)
    expect(await restore('--day', day)).toMatchObject({ code: 0, stderr: '' })
    writeFileSync(flipped, bytes)
    writeFileSync(gone, kept)
    writeFileSync(first, one)
    writeFileSync(second, other)
    writeFileSync(counted, right)
    expect((await verify()).code).toBe(0)
  })

  test('a place with a dump is no archive, and the other way round: each names the command that brings its rows back', async () => {
    const archived = await folder.answer(['db', 'archive', 'restore', 'late', '--yes'])
    expect(archived.stderr).toMatch(
      /late holds a dump of late\.t, not an archive[\s\S]*`ops db restore .*late`/,
    )
    expect(archived.code).toBe(3)
    const into = ['archive', 'shop', 'late.t', '--older-than', '1d', '--by', 'at', '--no-delete', '--to']
    expect((await ops(...into, 'late')).stderr).toContain('holds a dump of late.t, not an archive')
    expect((await ops(...into, 'saved')).code).toBe(0)
    const dumped = await folder.answer(['db', 'restore', 'saved', '--yes'])
    expect(dumped.stderr).toMatch(
      /saved holds an archive of late\.t, not a dump[\s\S]*`ops db archive restore .*saved`/,
    )
    expect(dumped.code).toBe(3)
    expect((await dump('late.t', 'saved')).stderr).toContain('holds an archive of late.t, not a dump')
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

  test('a table in partitions is walked by its time; one without an index on it is read whole, once that is allowed', async () => {
    await mariadb(`CREATE DATABASE walk; USE walk;
      CREATE TABLE parted (id INT, v INT, at DATETIME NOT NULL, PRIMARY KEY (id, at), KEY (at)) PARTITION BY RANGE (TO_DAYS(at))
        (PARTITION a VALUES LESS THAN (TO_DAYS('2024-02-01')), PARTITION b VALUES LESS THAN (TO_DAYS('2024-02-15')), PARTITION c VALUES LESS THAN MAXVALUE);
      INSERT INTO parted SELECT seq, seq, '2024-01-10' + INTERVAL seq * 7919 % 40 DAY + INTERVAL seq % 4 HOUR FROM seq_1_to_8000;
      CREATE TABLE scanned (id INT PRIMARY KEY, v INT, at TIMESTAMP NULL); SET time_zone = '+01:00'; INSERT INTO scanned SELECT id, v, at FROM parted`)
    const parted = await dump('walk.parted', 'parted')
    expect(parted.stderr).toBe('')
    const refused = await dump('walk.scanned', 'scanned')
    expect(refused.stderr).toContain('no index of walk.scanned begins with at')
    expect(refused.stderr).toMatch(/allow a scan with --scan: .* about [\d,]+ rows and [\d,]+ MB/)
    expect(refused.code).toBe(3)
    const scanned = await dump('walk.scanned', 'scanned', '--scan')
    expect(scanned.stderr).toBe('')
    for (const table of ['parted', 'scanned']) {
      expect(files(table, 'receipts')).toHaveLength(40)
      expect(receipt(table, '2024-02-10-r1').rows).toBe(200)
      expect((await restore(table, `walk.${table}_again`)).code).toBe(0)
      expect(await checksum(`walk.${table}_again`)).toBe(await checksum(`walk.${table}`))
    }
    await mariadb("INSERT INTO walk.scanned VALUES (9000, 1, '2024-06-01 12:00:00')")
    expect((await dump('walk.scanned', 'scanned', '--scan')).stdout).toMatch(/dumped +1 row in 1 day,/)
    const rechecked = await dump('walk.scanned', 'scanned', '--scan', '--recheck', '30d')
    expect(rechecked.stderr).toContain('--recheck would read the whole table for each day')
  })

  test('a row that went to another day is in both, and a day long past that was dumped last has the shape of the table', async () => {
    await mariadb(`CREATE DATABASE moving; USE moving; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME ON UPDATE CURRENT_TIMESTAMP, KEY (at));
      INSERT INTO t VALUES (1, '2024-01-01'), (2, '2024-01-05')`)
    expect((await dump('moving.t', 'moving')).stdout).toContain('a row that changes goes to another day')
    await mariadb(
      "USE moving; ALTER TABLE t ADD n INT DEFAULT 7; INSERT INTO t VALUES (3, '2024-01-02', 8); UPDATE t SET at = '2024-01-03' WHERE id = 1",
    )
    expect((await dump('moving.t', 'moving')).code).toBe(0)
    const refused = await restore('moving', 'moving.whole')
    expect(refused.stderr).toContain('A row of another day has the same key: its at was changed')
    expect(refused.stderr).toContain('Restore into a table without unique keys')
    await mariadb(`USE moving; CREATE TABLE twins (id VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin PRIMARY KEY, at DATE, KEY (at)); INSERT INTO twins VALUES ('a', '2024-01-01'), ('A', '2024-01-01');
      CREATE TABLE folded (id VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY, at DATE, KEY (at))`)
    expect((await dump('moving.twins', 'twins')).code).toBe(0)
    const twins = await restore('twins', 'moving.folded', '--day', '2024-01-01')
    expect(twins.stderr).toContain(
      'No row of another day is there, so that two dumped rows are one to its key',
    )
    expect(twins.stderr).not.toContain('A row of another day')
    await mariadb('USE moving; CREATE TABLE both_forms LIKE t; ALTER TABLE both_forms DROP PRIMARY KEY')
    const both = await restore('moving', 'moving.both_forms')
    expect(both.stderr).toBe('')
    expect(await mariadb('SELECT id, DATE(at), n FROM moving.both_forms ORDER BY at')).toBe(
      '1\t2024-01-01\t7\n3\t2024-01-02\t8\n1\t2024-01-03\t7\n2\t2024-01-05\t7\n',
    )
    rmSync(join(folder.path, 'moving/days'), { recursive: true })
    rmSync(join(folder.path, 'moving/receipts'), { recursive: true })
    await mariadb("USE moving; ALTER TABLE t DROP n; DELETE FROM t WHERE at <> '2024-01-05'")
    expect((await dump('moving.t', 'moving')).code).toBe(0)
    await mariadb("USE moving; ALTER TABLE t ADD n INT DEFAULT 7; INSERT INTO t VALUES (3, '2024-01-02', 8)")
    expect((await dump('moving.t', 'moving')).code).toBe(0)
    const made = await restore('moving', 'moving.made')
    expect(made.stdout).toContain('which is made as it was when 2024-01-02 was dumped')
    expect(await mariadb('SELECT id, n FROM moving.made ORDER BY id')).toBe('2\t7\n3\t8\n')
  })

  test('days that were dumped before and after the table was converted come back by the commands that the refusal names', async () => {
    await mariadb(`CREATE DATABASE turned; USE turned; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, name VARCHAR(9), KEY (at)) CHARSET latin1;
      INSERT INTO t VALUES (1, '2024-01-01', 'a'), (2, '2024-01-02', 'b')`)
    expect((await dump('turned.t', 'turned')).code).toBe(0)
    await mariadb(
      `USE turned; ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4; INSERT INTO t VALUES (3, '2024-01-05', 'c')`,
    )
    expect((await dump('turned.t', 'turned')).code).toBe(0)
    const refused = await restore('turned', 'turned.whole')
    const commands = refused.stderr.split('\n').filter(line => line.includes('--shape'))
    const rows: string[] = []
    for (const line of commands) {
      const [, ...words] = line.trim().split(' ')
      expect(await folder.answer([...words, '--yes', '-F', host().sshConfig])).toMatchObject({
        code: 0,
        stderr: '',
      })
      rows.push(await mariadb(`SELECT name FROM ${words.at(-1)} ORDER BY id`))
    }
    expect(rows).toEqual(['c\n', 'a\nb\n'])
  })

  test('what cannot be dumped is refused with the way out', async () => {
    await mariadb(`CREATE DATABASE no; USE no; CREATE TABLE keyless (id INT, at DATETIME, KEY (at));
      CREATE TABLE nullable (id INT UNIQUE, at DATETIME, KEY (at)); CREATE TABLE isam (id INT PRIMARY KEY, at DATETIME, KEY (at)) ENGINE=MyISAM;
      CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at)); INSERT INTO t VALUES (1, '2024-01-01'); CREATE VIEW seen AS SELECT * FROM t;
      CREATE TABLE versioned (id INT PRIMARY KEY, at DATETIME, a TIMESTAMP(6) GENERATED ALWAYS AS ROW START,
        z TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (a, z), KEY (at)) WITH SYSTEM VERSIONING;
      ALTER TABLE t ADD SYSTEM VERSIONING;
      CREATE USER few IDENTIFIED BY 'few'; GRANT SELECT ON no.* TO few`)
    for (const [table, reason, way] of [
      ['keyless', 'has no primary key', 'Add a key'],
      ['nullable', 'may be NULL', 'Make it NOT NULL'],
      ['isam', 'which has no snapshots', 'ENGINE=InnoDB'],
      ['seen', 'is a view', 'Name the table'],
      ['versioned', 'z of no.versioned, is a part of its keys', 'WITH SYSTEM VERSIONING alone'],
    ] as const) {
      const refused = await dump(`no.${table}`, 'no')
      if (table === 'seen') expect(refused.stderr).not.toContain('engine')
      expect(refused.stderr).toContain(reason)
      expect(refused.stderr).toContain(way)
      expect(refused.code).toBe(3)
    }
    const few = (...argv: string[]): Promise<Outcome> =>
      folder.answer(
        [
          ...[
            'db',
            'dump',
            'mysql://few@127.0.0.1:3306/no?via=db1&password=env:FEW',
            't',
            '--by',
            'at',
            '--tz',
            'UTC',
            '--to',
            'few',
          ],
          ...[...argv, '--yes', '-F', host().sshConfig],
        ],
        { env: { FEW: 'few' } },
      )
    const unseen = await few()
    expect(unseen.stderr).toContain('not watched: the account cannot see open transactions')
    expect(unseen.stderr).toContain('GRANT PROCESS')
    expect(unseen.code).toBe(3)
    const unwatched = await few('--unwatched')
    expect(unwatched.stderr).toBe('')
    expect(unwatched.stdout).toContain('not watched: open transactions')
    expect(unwatched.stdout).toContain('the history of its rows is not dumped')
    expect(files('few', 'receipts')).toEqual(['2024-01-01-r1.json'])
    expect(readdirSync(folder.path)).not.toContain('no')
  })

  test('a day whose file is gone, with its receipt there, is named and no success; other days are saved, and the way out is one', async () => {
    await mariadb(`CREATE DATABASE torn; USE torn; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, at DATE, KEY (at));
      INSERT INTO t (at) VALUES ('2025-01-01'), ('2025-01-02'), ('2025-01-02'), ('2025-01-03')`)
    expect((await dump('torn.t', 'torn')).code).toBe(0)
    rmSync(join(folder.path, 'torn/days', files('torn', 'days')[1] ?? ''))
    const gone = await dump('torn.t', 'torn')
    expect(gone.code).toBe(1)
    expect(gone.stdout).toContain('! the file of 2025-01-02 is gone, and its receipt is there')
    expect(gone.stdout).not.toContain('nothing to do')
    expect(gone.stderr).toContain('receipts/2025-01-02-r1.json says that the 2 rows of 2025-01-02 are in')
    expect(gone.stderr).toContain('take receipts/2025-01-02-r1.json away: the next run dumps it again')
    await mariadb("INSERT INTO torn.t (at) VALUES ('2025-01-04')")
    const others = await dump('torn.t', 'torn')
    expect(others.stdout).toMatch(/dumped +1 row in 1 day/)
    expect(others.code).toBe(1)
    rmSync(join(folder.path, 'torn/receipts/2025-01-02-r1.json'))
    const again = await dump('torn.t', 'torn')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toMatch(/dumped +2 rows in 1 day/)
    expect((await folder.answer(['db', 'dump', 'verify', 'torn'])).code).toBe(0)
  })

  test('a table that has other rows is not restored into; what a killed restore left is gone on with', async () => {
    await mariadb(`CREATE DATABASE back; USE back; CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, seq, '2024-01-01' + INTERVAL seq % 10 DAY FROM seq_1_to_1000`)
    await dump('back.t', 'back')
    await mariadb(`USE back; CREATE TABLE half LIKE t; INSERT INTO half SELECT * FROM t WHERE at < '2024-01-05';
      CREATE TABLE torn LIKE t; INSERT INTO torn SELECT * FROM t WHERE id < 500; CREATE TABLE more LIKE t; INSERT INTO more VALUES (1, 1, NOW())`)
    const half = await restore('back', 'back.half')
    expect(half.stderr).toBe('')
    expect(half.stdout).toMatch(/were there +4 days, equal/)
    expect(await checksum('back.half')).toBe(await checksum('back.t'))
    for (const [table, reason] of [
      ['torn', 'its rows of 2024-01-01 are not those of the dump'],
      ['more', '1 of its rows are in no day of the dump'],
    ] as const) {
      const before = await checksum(`back.${table}`)
      const refused = await restore('back', `back.${table}`)
      expect(refused.stderr).toContain(reason)
      expect(refused.stderr).toContain('--into')
      expect(refused.code).toBe(3)
      expect(await checksum(`back.${table}`)).toBe(before)
    }
    await mariadb(
      'CREATE TRIGGER back.bad BEFORE INSERT ON back.half FOR EACH ROW SET NEW.v = 0; TRUNCATE back.half',
    )
    const bent = await restore('back', 'back.half')
    expect(bent.stderr).toContain('are not what was dumped')
    expect(bent.code).toBe(1)
    expect(await mariadb('SELECT COUNT(*) FROM back.half')).toBe('0\n')
    const gone = await restore('back', 'back.one', '--day', '2023-01-01')
    expect(gone.stderr).toContain('has no day 2023-01-01')
    expect(gone.code).toBe(3)
    // As while another restore is at work: what it has put there is nobody else's.
    const holder = host().exec(`mariadb -e "SELECT GET_LOCK('ops:restore back.more', 0); DO SLEEP(600)"`)
    while ((await mariadb("SELECT IS_USED_LOCK('ops:restore back.more') IS NULL")).trim() === '1')
      await pause(50)
    const locked = await restore('back', 'back.more')
    await mariadb(
      "SELECT CONCAT('KILL ', IS_USED_LOCK('ops:restore back.more')) INTO @k; EXECUTE IMMEDIATE @k",
    )
    await holder
    expect(locked.stderr).toContain('another run holds restore back.more')
    expect(locked.code).toBe(6)
    const [, broken = ''] = files('back', 'days')
    rmSync(join(folder.path, 'back/days', broken))
    const partly = await restore('back', 'back.one')
    expect(partly.stderr).toContain(`Bring days/${broken} back`)
    expect(partly.stderr).toContain('--day restores one that is whole beside those that are there')
    expect(partly.code).toBe(1)
    expect((await restore('back', 'back.one', '--day', '2024-01-05')).code).toBe(0)
    expect(await mariadb('SELECT COUNT(*) FROM back.one')).toBe('200\n')
  })
})
