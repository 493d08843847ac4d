/** `ops db archive`, `dump`, `load`, `queue` and `check` on Oracle's MySQL 5.7 and 8.0, by their sockets on this machine. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { type Eyes, hostileSql, openEyes } from '../../mysql/eyes.ts'
import { type OwnMysql, startOwnMysql, whyNoOwnMysql } from '../../mysql/own-mysql.ts'

/** More than two chunks of keys, with 2^63 among them. */
const bits = Array.from(
  { length: 4_500 },
  (_, index) => `(${2n ** 63n - 1_800n + BigInt(index)}, '202${index % 3}-02-2${index % 7}')`,
).join()

/** Of one table on each of them. */
const fingerprints = new Map<string, unknown>()

for (const version of ['5.7', '8.0'] as const) {
  const why = whyNoOwnMysql(version)
  describe.skipIf(why !== undefined)(`MySQL ${version}${why === undefined ? '' : ` (${why})`}`, () => {
    let server: OwnMysql
    let eyes: Eyes
    let folder: Folder
    beforeAll(async () => {
      server = await startOwnMysql(version)
      const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
      eyes = await openEyes(await local.forwardSocket(server.socket))
      folder = folderWith({
        'ops.ini': ['root', 'fresh', 'gone', 'shut']
          .map(user => `[db ${user}]\nsocket = ${server.socket}\nuser = ${user}\n`)
          .map((section, at) => (at === 0 ? section : `${section}password = @pw\n`))
          .join(''),
        pw: 'it is\n',
        'l.csv': 'a,b\n1,x\n2,"ö,\n"\n',
      })
      await eyes.run(`CREATE DATABASE lab CHARACTER SET utf8mb4; USE lab; ${hostileSql('mysql')}
        CREATE TABLE l (a INT PRIMARY KEY, b VARCHAR(9)); SET GLOBAL local_infile = ON;
        ALTER TABLE hostile ADD at TIMESTAMP NOT NULL DEFAULT '2020-02-29 12:00:00', ADD KEY (at);
        ALTER TABLE hostile_key ADD at DATE NOT NULL DEFAULT '2020-02-29', ADD KEY (at);
        CREATE TABLE bits (k BIT(64) PRIMARY KEY, at DATE NOT NULL, KEY (at));
        INSERT INTO bits VALUES ${bits};
        CREATE TABLE numbers (id INT PRIMARY KEY, j JSON, at DATE NOT NULL DEFAULT '2020-02-29', KEY (at)); INSERT INTO numbers (id, j) VALUES
        (1, '[-6.792475937705741e+155, 2.3906326977211293e-228, 3.013890678074884e-227]'), (2, '{"a": -0.0, "-1.8226019816232835e-66": [1e-34, 5e-324]}'),
        (3, '[0.30000000000000004, 1.7976931348623157e308, 18446744073709551615]')`)
    }, 300_000)
    afterAll(async () => {
      await eyes?.close()
      await server?.stop()
      folder?.remove()
    })
    const ops = (...argv: string[]): Promise<Outcome> => folder.answer(['db', ...argv, '--yes'])
    const as = (user: string, verb: string, ...more: string[]) => folder.answer(['db', verb, user, ...more])
    // CHECKSUM TABLE of 5.7 tells another number of a table of JSON that was rebuilt.
    const contents = (table: string, key: string) => eyes.rows(`SELECT * FROM lab.${table} ORDER BY ${key}`)

    // The first has a YEAR, whose type 8.0 spells without its width; of the last a second chunk begins beyond 2^63.
    test.each([
      ['hostile', 'id'],
      ['hostile_key', 'a, b'],
      ['bits', 'k'],
      // MySQL reads some numbers of JSON otherwise than it prints them.
      ['numbers', 'id'],
    ])('%s is dumped, archived, verified and comes back as it was', async (table, key) => {
      const before = await contents(table, key)
      const made = await ops(
        'dump',
        'root',
        `lab.${table}`,
        '--by',
        'at',
        '--tz',
        'UTC',
        '--to',
        `${table}-days`,
      )
      expect(made).toMatchObject({ code: 0, stderr: '' })
      expect((await folder.answer(['db', 'dump', 'verify', `${table}-days`])).code).toBe(0)
      const again = await ops('restore', 'root', `${table}-days`, '--into', `lab.${table}_days`)
      expect(again).toMatchObject({ code: 0, stderr: '' })
      expect(await contents(`${table}_days`, key)).toEqual(before)
      const saved = await ops(
        'archive',
        'root',
        `lab.${table}`,
        '--older-than',
        '6mo',
        '--by',
        'at',
        '--to',
        table,
      )
      expect(saved).toMatchObject({ code: 0, stderr: '' })
      expect(await eyes.rows(`SELECT COUNT(*) FROM lab.${table}`)).toEqual([['0']])
      expect((await folder.answer(['db', 'archive', 'verify', table])).code).toBe(0)
      const restored = await ops('archive', 'restore', table, '--into', `lab.${table}_again`)
      expect(restored).toMatchObject({ code: 0, stderr: '' })
      expect(await contents(`${table}_again`, key)).toEqual(before)
    })

    test('a day that is all of a table is dumped, also where the index of its time holds all columns', async () => {
      await eyes.run(`USE lab; CREATE TABLE one_day (id INT PRIMARY KEY, at DATE NOT NULL, KEY (at)); INSERT INTO one_day VALUES
        ${Array.from({ length: 4_500 }, (_, row) => `(${row * 1_000}, '2020-02-29')`).join()}; ANALYZE TABLE one_day`)
      const before = await contents('one_day', 'id')
      const made = await ops(
        ...['dump', 'root', 'lab.one_day', '--by', 'at', '--tz', 'UTC', '--to', 'one-day'],
      )
      expect(made).toMatchObject({ code: 0, stderr: '' })
      await eyes.run('TRUNCATE lab.one_day')
      expect(await ops('restore', 'root', 'one-day')).toMatchObject({ code: 0, stderr: '' })
      expect(await contents('one_day', 'id')).toEqual(before)
    })

    test('a table has the same fingerprint before and after the upgrade from 5.7 to 8.0', async () => {
      await eyes.run(`CREATE TABLE lab.spelled (id INT UNSIGNED PRIMARY KEY, y YEAR, g GEOMETRYCOLLECTION, is_on TINYINT(1), t TEXT
        CHARACTER SET utf8, at DATE NOT NULL, KEY (at)); INSERT INTO lab.spelled VALUES (1, 2020, NULL, 1, 'x', '2020-02-29')`)
      const dump = ['dump', 'root', 'lab.spelled', '--by', 'at', '--tz', 'UTC', '--to', 'spelled']
      expect(await ops(...dump)).toMatchObject({ code: 0, stderr: '' })
      const receipt = readFileSync(join(folder.path, 'spelled/receipts/2020-02-29-r1.json'), 'utf8')
      fingerprints.set(version, (JSON.parse(receipt) as { readonly fingerprint: unknown }).fingerprint)
      expect(new Set(fingerprints.values()).size).toBe(1)
    })

    test('a partition that its old rows have left is dropped, and comes back as rows', async () => {
      await eyes.run(`USE lab; CREATE TABLE parted (id INT, at DATE NOT NULL, PRIMARY KEY (id, at), KEY (at))
        PARTITION BY RANGE (TO_DAYS(at)) (PARTITION a VALUES LESS THAN (TO_DAYS('2020-01-01')),
        PARTITION b VALUES LESS THAN MAXVALUE); INSERT INTO parted VALUES (1, '2019-05-05'), (2, '2021-06-06'), (3, CURDATE())`)
      const saved = await ops(
        ...['archive', 'root', 'lab.parted', '--older-than', '6mo', '--by', 'at', '--to', 'parted'],
      )
      expect(saved).toMatchObject({ code: 0, stderr: '' })
      expect(saved.stdout).toContain('a dropped, empty')
      const partitions = `SELECT PARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_NAME = 'parted'`
      expect(await eyes.rows(partitions)).toEqual([['b']])
      expect(await ops('archive', 'restore', 'parted')).toMatchObject({ code: 0, stderr: '' })
      expect(await eyes.rows('SELECT id FROM lab.parted ORDER BY id')).toEqual([['1'], ['2'], ['3']])
    })

    test('a file is loaded, and its sizes are told', async () => {
      const loaded = await ops('load', 'root', 'lab.l', 'l.csv')
      expect(loaded).toMatchObject({ code: 0, stderr: '' })
      expect(loaded.stdout).toContain('LOAD DATA LOCAL')
      expect(await eyes.rows('SELECT a, b FROM lab.l')).toEqual([
        ['1', 'x'],
        ['2', 'ö,\n'],
      ])
      expect((await folder.answer(['db', 'sizes', 'root', 'lab'])).stdout).toContain('root: lab.hostile')
      await eyes.run(`CREATE TABLE lab.aged (id INT PRIMARY KEY, at DATE NOT NULL); INSERT INTO lab.aged VALUES
        ${Array.from({ length: 2_000 }, (_, row) => `(${row < 1_500 ? row : row * 1_000_000}, CURDATE() - INTERVAL ${row < 500 ? 60 : 1} DAY)`).join(',')}`)
      const aged = (await folder.answer(['db', 'sizes', 'root', 'lab', '--top', '50', '--json'])).stdout
      expect(aged).toMatch(
        /"table":"lab.aged",.*"rows":(19|20)\d\d,"time":"at","age":\{"1mo":0.2(4|5).*"monthRows":1[45]\d\d,/,
      )
      await eyes.run('CREATE TABLE lab.sized (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3')
      const sized = await folder.answer(['db', 'sizes', 'root', 'lab', '--top', '50', '--json'])
      const [[data = ''] = []] = await eyes.rows('SELECT @@datadir')
      const parts = readdirSync(join(String(data), 'lab')).filter(file => /^sized#p#/i.test(file))
      const bytes = parts.reduce((sum, file) => sum + statSync(join(String(data), 'lab', file)).size, 0)
      expect(sized.stdout).toContain(
        `"table":"lab.sized","engine":"InnoDB","bytes":${bytes},"sizeBy":"files"`,
      )
    })

    test('a queue is parked around jobs that workers hold, and comes back; every job is counted once', async () => {
      await eyes.run(`USE lab; CREATE TABLE delayed_jobs (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        priority INT NOT NULL DEFAULT 0, handler TEXT NOT NULL, run_at DATETIME, locked_at DATETIME, failed_at DATETIME,
        locked_by VARCHAR(255), queue VARCHAR(255), KEY delayed_jobs_priority (priority, run_at));
        INSERT INTO delayed_jobs (handler, run_at, queue) VALUES ${Array.from({ length: 1_000 }, () => "('x', NOW(), 'mail')").join(',')};
        UPDATE delayed_jobs SET locked_at = NOW(), locked_by = 'w' WHERE id IN (1, 500)`)
      const queue = (verb: string, ...argv: string[]): Promise<Outcome> =>
        folder.answer(['db', 'queue', verb, 'root', 'lab.delayed_jobs', '--queue', 'mail', ...argv])
      const parked = await queue('park', '--yes')
      expect(parked.stderr).toBe('')
      expect(parked.stdout).toMatch(/parked +998 jobs/)
      expect(await eyes.rows('SELECT id FROM lab.delayed_jobs ORDER BY id')).toEqual([['1'], ['500']])
      const back = await queue('drip', '--yes', '--watch', '--when-below', '100000')
      expect(back.stderr).toBe('')
      expect((await queue('status')).stdout).toContain(
        '1,000 up to number 1000, the newest when parking began = 1,000 live + 0 parked + 0 done',
      )
      expect(await eyes.rows('SELECT COUNT(*), COUNT(DISTINCT id) FROM lab.delayed_jobs')).toEqual([
        ['1000', '1000'],
      ])
    })

    test('a check says 1 or 0, and changes nothing', async () => {
      // What it says is looked at here, not how soon: a busy machine may take its usual 2.5 s.
      const check = (statement: string) => folder.ops(['db', 'check', 'root', statement, '--within', '60'])
      expect(await check('SELECT 1 FROM lab.hostile_key_again WHERE b = 1')).toMatchObject({
        code: 0,
        stdout: '1\n',
      })
      expect(await check('SELECT 1 FROM lab.hostile_key_again WHERE b = 99')).toMatchObject({
        code: 0,
        stdout: '0\n',
      })
      const wrong = await check('DELETE FROM lab.hostile_key_again')
      expect(wrong.stdout).toBe('0\n')
      expect(wrong.code).not.toBe(0)
      expect(await eyes.rows('SELECT COUNT(*) FROM lab.hostile_key_again')).toEqual([['8']])
    })

    test('an account whose password the server has not seen yet logs in by the socket', async () => {
      await eyes.run(
        "CREATE USER fresh@localhost IDENTIFIED BY 'it is'; GRANT SELECT ON lab.* TO fresh@localhost",
      )
      expect((await as('fresh', 'sizes', 'lab')).code).toBe(0)
    })

    test.each([
      ['gone', 'PASSWORD EXPIRE', 'Set a new password as another account'],
      ['shut', 'ACCOUNT LOCK', 'ALTER USER ... ACCOUNT UNLOCK'],
    ])('the account %s with %s is told what bars it, and what to do', async (user, clause, next) => {
      await eyes.run(`CREATE USER ${user}@localhost IDENTIFIED BY 'it is' ${clause}`)
      const told = await as(user, 'sizes', 'lab')
      expect(told.stderr).toContain(next)
      expect(told.stderr).toMatch(/^error\[authentication\]/)
      expect(told.code).toBe(4)
    })
  })
}
