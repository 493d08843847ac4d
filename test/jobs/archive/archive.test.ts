/** `ops db archive` on a real MariaDB through SSH, seen by the host's own client. */
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { hostileSql } from '../../mysql/eyes.ts'
import { older, useArchive } from './use-archive.ts'

/** Far more than a test takes: machines may be busy. */
vi.setConfig({ testTimeout: 600_000 })

describeReal('ops db archive', () => {
  const { host, folder, mariadb, archive, archiveOld } = useArchive()
  const checksum = async (table: string): Promise<string> =>
    (await mariadb(`CHECKSUM TABLE ${table} EXTENDED`)).split('\t')[1]?.trim() ?? ''

  test('a hostile table leaves the server and comes back byte for byte, and so does one whose key is a trap', async () => {
    await mariadb(`CREATE DATABASE lab; USE lab; ${hostileSql('mariadb')}
      ALTER TABLE hostile ADD at DATETIME NOT NULL DEFAULT '2020-02-29 12:00:00', ADD KEY (at);
      ALTER TABLE hostile_key ADD at DATE NOT NULL DEFAULT '2020-02-29', ADD KEY (at)`)
    for (const table of ['hostile', 'hostile_key']) {
      const before = await checksum(`lab.${table}`)
      const count = (await mariadb(`SELECT COUNT(*) FROM lab.${table}`)).trim()
      const saved = await archiveOld(`lab.${table}`, table)
      expect(saved.stderr).toBe('')
      expect(saved.code).toBe(0)
      expect(saved.stdout).toContain(`deleted  ${count} rows`)
      expect((await mariadb(`SELECT COUNT(*) FROM lab.${table}`)).trim()).toBe('0')
      expect((await archive('verify', table)).code).toBe(0)
      const restored = await archive('restore', table, '--into', `lab.${table}_again`, '--yes')
      expect(restored.stderr).toBe('')
      expect(await checksum(`lab.${table}_again`)).toBe(before)
      expect((await archive('restore', table, '--yes')).code).toBe(0)
      expect(await checksum(`lab.${table}`)).toBe(before)
      const again = await archive('restore', table, '--yes')
      expect(again.stdout).toContain(`were there  ${count} rows, equal`)
    }
  })

  test('a small table of two columns, which both are its key, leaves too', async () => {
    await mariadb(`CREATE DATABASE pairs; USE pairs; CREATE TABLE pairs.t (id INT, at DATE, PRIMARY KEY (id, at), KEY (at));
      INSERT INTO pairs.t SELECT seq, '2020-01-01' + INTERVAL seq % 100 DAY FROM seq_1_to_5000`)
    const saved = await archiveOld('pairs.t', 'pairs')
    expect(saved.stderr).toBe('')
    expect(saved.stdout).toContain('deleted  5,000 rows')
    expect((await mariadb('SELECT COUNT(*) FROM pairs.t')).trim()).toBe('0')
  })

  test('what it writes can be loaded without ops', async () => {
    await mariadb(
      `CREATE DATABASE plain; CREATE TABLE plain.t LIKE lab.hostile; INSERT INTO plain.t (id, x, at, f, b9, bl)
      SELECT id + 1, CONCAT(x, '\\t\\n\\\\'), at, f, b9, bl FROM lab.hostile`.replace(
        'CREATE DATABASE plain;',
        `CREATE DATABASE plain; SET sql_mode='NO_AUTO_VALUE_ON_ZERO';`,
      ),
    )
    await archiveOld('plain.t', 'plain', '--no-delete')
    const [object] = readdirSync(join(folder().path, 'plain/rows'))
    const text = gunzipSync(readFileSync(join(folder().path, 'plain/rows', object ?? '')))
    const { load } = JSON.parse(text.subarray(0, text.indexOf(10)).toString()) as { load: string }
    writeFileSync(join(folder().path, 'plain.tsv'), text)
    await host().read('base64 -d >/tmp/plain.tsv', { input: text.toString('base64') })
    await mariadb(
      `CREATE TABLE plain.u LIKE plain.t; USE plain; ${load.replace("'FILE'", "'/tmp/plain.tsv'").replace('TABLE T', 'TABLE u')}`,
    )
    expect(await checksum('plain.u')).toBe(await checksum('plain.t'))
  })

  test('a plan touches nothing; rows that changed meanwhile stay; a second run has nothing to do', async () => {
    await mariadb(
      `CREATE DATABASE app; USE app; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT, at DATETIME, KEY (at));
      INSERT INTO t (v, at) SELECT seq, NOW() - INTERVAL seq DAY - INTERVAL 1 HOUR FROM mysql.seq_1_to_400;
      INSERT INTO t (v, at) VALUES (1, NULL)`.replace('mysql.seq', 'seq'),
    )
    const plan = await archive('shop', 'app.t', '--older-than', '30d', '--by', 'at', '--to', 'app', '--plan')
    expect(plan.code).toBe(0)
    // What only informs does not stand among what warns.
    expect(plan.stdout).toMatch(/^ {2}- 1 row stays: its at is NULL$/m)
    expect(plan.stdout).toMatch(/^ {2}- A folder encrypts nothing by itself/m)
    expect(readdirSync(folder().path)).not.toContain('app')
    const run = await archive('shop', 'app.t', ...older('30d', 'app'), '--where', 'v <> 77')
    expect(run.stderr).toBe('')
    expect((await mariadb('SELECT COUNT(*), SUM(v = 77) FROM app.t')).trim()).toMatch(/^3[12]\t1$/)
    const none = await archive('shop', 'app.t', ...older('30d', 'app'), '--where', 'v <> 77')
    expect(none.stdout).toContain('nothing to do')
    expect(none.code).toBe(0)
    const other = await archive('shop', 'lab.hostile', ...older('30d', 'app'))
    expect(other.stderr).toContain('is the archive of app.t, not of lab.hostile')
  })

  test('rows that others hold or refer to stay, are told, and are not restored', async () => {
    await mariadb(`CREATE DATABASE held; USE held;
      CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME, KEY (at)); CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES t (id));
      INSERT INTO t SELECT seq, seq, '2020-01-01' FROM seq_1_to_3000; INSERT INTO child VALUES (7), (8)`)
    const holder = host().exec(
      'mariadb held -e "BEGIN; SELECT * FROM t WHERE id IN (100, 2000) FOR UPDATE; DO SLEEP(600)"',
    )
    const sleeping = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'"
    while ((await mariadb(sleeping)).trim() === '0') await pause(50)
    const run = await archiveOld('held.t', 'held')
    await mariadb(
      "SELECT CONCAT('KILL ', ID) INTO @k FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'; EXECUTE IMMEDIATE @k",
    )
    await holder
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('deleted  2,996 rows')
    expect(run.stdout).toContain('2 rows stay: other transactions held them')
    expect(run.stdout).toContain('2 rows stay: rows of held.child refer to them')
    expect(await mariadb('SELECT GROUP_CONCAT(id ORDER BY id) FROM held.t')).toBe('7,8,100,2000\n')
    await archive('restore', 'held', '--into', 'held.again', '--yes')
    expect(await mariadb('SELECT COUNT(*), SUM(id IN (7, 8, 100, 2000)) FROM held.again')).toBe('2996\t0\n')
  })

  test('a table in partitions, and one without an index on the time, are walked by their key, which may be of 64 bits; days that no month has come back', async () => {
    await mariadb(`CREATE DATABASE walk; USE walk;
      CREATE TABLE parted (id INT, v INT, at DATETIME NOT NULL, PRIMARY KEY (id, at), KEY (at)) PARTITION BY RANGE (TO_DAYS(at))
        (PARTITION a VALUES LESS THAN (TO_DAYS('2020-01-01')), PARTITION b VALUES LESS THAN (TO_DAYS('2024-01-01')), PARTITION c VALUES LESS THAN MAXVALUE);
      INSERT INTO parted SELECT seq, seq, NOW() - INTERVAL seq * 7919 % 3000 DAY FROM seq_1_to_5000;
      CREATE TABLE scanned (id INT PRIMARY KEY, v INT, at DATE); INSERT INTO scanned SELECT id, v, at FROM parted;
      CREATE TABLE half (id BIGINT UNSIGNED PRIMARY KEY, v INT, at DATE NOT NULL, KEY (at));
      INSERT INTO half SELECT seq * 7919 % 5009 * 3682636545471 + IF(seq % 2, 9223372036854775807, 0), seq, '2020-01-01' FROM seq_1_to_5000;
      SET sql_mode = 'ALLOW_INVALID_DATES'; ALTER TABLE half ADD due DATE; UPDATE half SET due = '2020-02-31' WHERE v % 7 = 0;
      SET sql_mode = ''; INSERT INTO parted VALUES (5001, 0, 0); INSERT INTO scanned VALUES (5001, 0, 0), (5002, 0, NULL), (5003, 0, NULL)`)
    for (const [table = '', ...argv] of [['parted'], ['scanned', '--scan']]) {
      const run = await archiveOld(`walk.${table}`, `walk-${table}`, ...argv)
      expect(run.stderr).toBe('')
      expect(run.stdout).toContain('the whole table is read in the order of PRIMARY')
      expect(run.stdout).toContain('1 row stays: its at is a zero date')
      expect(run.stdout.includes('2 rows stay: their at is NULL')).toBe(table === 'scanned')
      const left = `SELECT SUM(at < CURDATE() - INTERVAL 7 MONTH), SUM(at > CURDATE() - INTERVAL 5 MONTH) > 0 FROM walk.${table} WHERE v > 0`
      expect(await mariadb(left)).toBe('0\t1\n')
      await archive('restore', `walk-${table}`, '--yes')
      expect(await mariadb(`SELECT COUNT(*), SUM(v) FROM walk.${table} WHERE v > 0`)).toBe('5000\t12502500\n')
    }
    // Hashes as keys are as often beyond 2^63 as not.
    const before = await checksum('walk.half')
    const half = await archiveOld('walk.half', 'walk-half')
    expect(half.stderr).toBe('')
    expect(half.stdout).toContain('deleted  5,000 rows')
    expect((await archive('restore', 'walk-half', '--yes')).stderr).toBe('')
    expect(await checksum('walk.half')).toBe(before)
  })

  test('what a killed run left is finished also when the table was altered meanwhile', async () => {
    await mariadb(`CREATE DATABASE altered; USE altered; CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, seq, '2020-01-01' FROM seq_1_to_20`)
    await archiveOld('altered.t', 'altered', '--no-delete')
    // As a run leaves it that was killed after its receipt and half of its deletes.
    const receipts = join(folder().path, 'altered/receipts')
    const [name = ''] = readdirSync(receipts)
    const receipt = readFileSync(join(receipts, name), 'utf8')
    writeFileSync(join(receipts, name), receipt.replace('"deletes": false', '"deletes": true'))
    await mariadb('DELETE FROM altered.t WHERE id <= 10; ALTER TABLE altered.t DROP v, ADD w INT DEFAULT 5')
    const run = await archiveOld('altered.t', 'altered')
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/deleted +10 rows/)
    expect(run.stdout).toContain(
      'the table was altered after an earlier run saved 10 rows that it did not delete',
    )
    expect(run.stdout).not.toContain('they were changed')
    expect(await mariadb('SELECT COUNT(*) FROM altered.t')).toBe('0\n')
    expect((await archive('verify', 'altered')).code).toBe(0)
    const refused = await archive('restore', 'altered', '--into', 'altered.again', '--yes')
    expect(refused.stderr).toContain('altered.again has no column v (int(11)), which was archived')
    expect(refused.stderr).toContain('Make a table that has every archived column as it was')
    expect(refused.code).toBe(3)
    await mariadb('CREATE TABLE altered.again (id INT PRIMARY KEY, v INT, at DATETIME, w INT)')
    const restored = await archive('restore', 'altered', '--into', 'altered.again', '--yes')
    expect(restored.stderr).toBe('')
    expect(restored.stdout).toContain('what a later run saved of them is restored')
    expect(await mariadb('SELECT COUNT(*), SUM(v), SUM(w) FROM altered.again')).toBe('20\t55\t50\n')
  })

  test('of what a killed run left, only the rows that stay to the end are told to stay: those that the same run saves anew are not', async () => {
    await mariadb(`CREATE DATABASE anew; USE anew; CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, seq, '2020-01-01' FROM seq_1_to_20`)
    await archiveOld('anew.t', 'anew', '--no-delete')
    const receipts = join(folder().path, 'anew/receipts')
    const [name = ''] = readdirSync(receipts)
    const receipt = readFileSync(join(receipts, name), 'utf8')
    writeFileSync(join(receipts, name), receipt.replace('"deletes": false', '"deletes": true'))
    await mariadb('UPDATE anew.t SET v = 0 WHERE id <= 5; UPDATE anew.t SET at = NOW() WHERE id IN (6, 7)')
    const run = await archiveOld('anew.t', 'anew')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/deleted +18 rows/)
    expect(run.stdout).toContain('2 rows stay: they were changed after they were saved')
    expect(await mariadb('SELECT id FROM anew.t ORDER BY id')).toBe('6\n7\n')
  })

  test('what a killed run left is finished also when the key was given to another column meanwhile', async () => {
    await mariadb(`CREATE DATABASE rekeyed; USE rekeyed; CREATE TABLE t (a INT PRIMARY KEY, b INT NOT NULL, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, seq + 100, '2020-01-01' FROM seq_1_to_20`)
    await archiveOld('rekeyed.t', 'rekeyed', '--no-delete')
    const receipts = join(folder().path, 'rekeyed/receipts')
    const [name = ''] = readdirSync(receipts)
    const receipt = readFileSync(join(receipts, name), 'utf8')
    writeFileSync(join(receipts, name), receipt.replace('"deletes": false', '"deletes": true'))
    // Another row bears the old key of one that is gone: what was saved under that must come back all the same.
    await mariadb(`USE rekeyed; DELETE FROM t WHERE a <= 10; ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b);
      INSERT INTO t VALUES (3, 999, NOW())`)
    expect(await archiveOld('rekeyed.t', 'rekeyed')).toMatchObject({ code: 0, stderr: '' })
    expect(await mariadb('SELECT a, b FROM rekeyed.t')).toBe('3\t999\n')
    expect((await archive('verify', 'rekeyed')).code).toBe(0)
    const restored = await archive('restore', 'rekeyed', '--into', 'rekeyed.again', '--yes')
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(await mariadb('SELECT COUNT(*), SUM(a), SUM(b - a = 100) FROM rekeyed.again')).toBe(
      '20\t210\t20\n',
    )
  })

  test('a place of another server is refused; one that names no server is taken, with a note', async () => {
    await mariadb(`CREATE DATABASE two; USE two; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t VALUES (1, '2020-01-01')`)
    expect((await archiveOld('two.t', 'two')).code).toBe(0)
    await mariadb("INSERT INTO two.t VALUES (2, '2020-01-01'); SET GLOBAL server_id = 77")
    const left = join(folder().path, 'two/rows/20200101T000000Z-abcdef-000001.tsv.gz')
    writeFileSync(left, 'of a run of the other server')
    const refused = await archiveOld('two.t', 'two')
    expect(refused.stderr).toContain('is the archive of two.t of another server')
    expect(refused.stderr).toContain('Choose another folder')
    expect(refused.code).toBe(3)
    expect(readFileSync(left, 'utf8')).toBe('of a run of the other server')
    expect(await mariadb('SELECT GROUP_CONCAT(id) FROM two.t')).toBe('2\n')
    const mark = join(folder().path, 'two/archive.json')
    const { server, ...older } = JSON.parse(readFileSync(mark, 'utf8')) as Record<string, unknown>
    expect(server).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{32,36}$/) })
    writeFileSync(mark, JSON.stringify(older))
    const taken = await archiveOld('two.t', 'two')
    await mariadb('SET GLOBAL server_id = 1')
    expect(taken.stderr).toBe('')
    expect(taken.stdout).toContain('does not say which server this place is of')
    expect(taken.stdout).toMatch(/deleted +1 row/)
  })

  test('a run that fails after a part of its work tells what it did, and that it changed something', async () => {
    await mariadb(`CREATE DATABASE part; USE part; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2020-01-01' FROM seq_1_to_20000`)
    const holder = host().exec('mariadb part -e "LOCK TABLES t READ; DO SLEEP(601)"')
    const holding = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(601)%'"
    while ((await mariadb(holding)).trim() === 'NULL') await pause(50)
    const running = archiveOld('part.t', 'part')
    const place = join(folder().path, 'part')
    // Its first delete waits for the lock: now the store takes nothing more.
    const waiting =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'"
    while ((await mariadb(waiting)).trim() === '0') await pause(50)
    renameSync(join(place, 'rows'), join(place, 'away'))
    writeFileSync(join(place, 'rows'), 'in the way')
    await mariadb(`SELECT CONCAT('KILL ', (${holding})) INTO @k; EXECUTE IMMEDIATE @k`)
    await holder
    const failed = await running
    const left = Number(await mariadb('SELECT COUNT(*) FROM part.t'))
    expect(failed.code).not.toBe(0)
    expect(left).toBeLessThan(20_000)
    const deleted = (20_000 - left).toLocaleString('en')
    expect(failed.stderr).toContain(`and ${deleted} saved rows deleted`)
    expect(failed.stderr).toMatch(/changed +yes/)
    expect(failed.stdout).toContain(`deleted  ${deleted} rows`)
    rmSync(join(place, 'rows'))
    renameSync(join(place, 'away'), join(place, 'rows'))
    const rest = await archiveOld('part.t', 'part')
    expect(rest.stderr).toBe('')
    expect(await mariadb('SELECT COUNT(*) FROM part.t')).toBe('0\n')

    await mariadb(
      `USE part; CREATE TABLE again LIKE t; ALTER TABLE again ADD CONSTRAINT no CHECK (id <> 1700)`,
    )
    const halfway = await archive('restore', 'part', '--into', 'part.again', '--yes')
    const there = Number(await mariadb('SELECT COUNT(*) FROM part.again'))
    expect(halfway.code).not.toBe(0)
    expect(there).toBeGreaterThan(0)
    expect(halfway.stderr).toContain(`${there.toLocaleString('en')} rows were restored`)
    expect(halfway.stderr).toMatch(/changed +yes/)
    expect(halfway.stdout).toContain(`restored  ${there.toLocaleString('en')} rows`)
    await mariadb('ALTER TABLE part.again DROP CONSTRAINT no')
    expect((await archive('restore', 'part', '--into', 'part.again', '--yes')).stderr).toBe('')
    expect(await mariadb('SELECT COUNT(*) FROM part.again')).toBe('20000\n')
  })

  test('a run that fails while it finishes what an earlier one left tells how much of that it deleted', async () => {
    await mariadb(`CREATE DATABASE later; USE later; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2020-01-01' FROM seq_1_to_8000`)
    await archiveOld('later.t', 'later', '--no-delete')
    const receipts = join(folder().path, 'later/receipts')
    for (const name of readdirSync(receipts)) {
      const receipt = readFileSync(join(receipts, name), 'utf8')
      writeFileSync(join(receipts, name), receipt.replace('"deletes": false', '"deletes": true'))
    }
    const objects = readdirSync(join(folder().path, 'later/rows')).sort()
    expect(objects.length).toBeGreaterThan(1)
    truncateSync(join(folder().path, 'later/rows', objects.at(-1) ?? ''), 100)
    const failed = await archiveOld('later.t', 'later')
    const left = Number(await mariadb('SELECT COUNT(*) FROM later.t'))
    expect(failed.code).not.toBe(0)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(8_000)
    expect(failed.stderr).toContain(`and ${(8_000 - left).toLocaleString('en')} saved rows deleted`)
    expect(failed.stderr).toMatch(/changed +yes/)
    // The rows of that chunk may be gone from the table: the object is to be brought back.
    expect(failed.stderr).toMatch(/next\s+Bring rows\/\S+ back .* may be deleted from the table in part/)
    expect(failed.stderr).not.toContain('Nothing was deleted')
    expect(failed.stdout).toContain(`deleted   ${(8_000 - left).toLocaleString('en')} rows`)
  })

  test('--where takes the rows that it takes in a client, and zero dates are not old', async () => {
    await mariadb('SET GLOBAL time_zone = "+02:00"')
    try {
      await mariadb(`CREATE DATABASE meant; USE meant; SET sql_mode = '';
        CREATE TABLE t (id INT PRIMARY KEY, l VARCHAR(20) CHARACTER SET latin1, u VARCHAR(20) CHARACTER SET utf8mb4,
          closed DATETIME, at DATETIME NOT NULL, KEY (at));
        INSERT INTO t VALUES (1, 'gelöscht', 'Gelöscht', NOW() - INTERVAL 1 HOUR, '2020-01-01'), (2, 'offen', 'x', NOW() + INTERVAL 1 HOUR, '2020-01-01'),
          (3, 'GELÖSCHT', 'gelöscht', '2020-01-01', '2020-01-02'), (4, 'n', "n'ö", NULL, '2020-01-03'), (5, 'gelöscht', 'n', '2020-01-01', 0),
          (6, 'gelöscht', 'n', '2020-01-01', 0)`)
      const otherMode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE'
      const otherQuotes = [
        `"u" <> 'x'`,
        `u || 'y' = 'xy'`,
        String.raw`"l" = 'offen' AND u <> '\' AND NOT u BETWEEN 'a' AND 'n'`,
      ]
      const ask = async (where: string): Promise<string> => {
        const plan = await archive(
          ...[
            'shop',
            'meant.t',
            '--older-than',
            '6mo',
            '--by',
            'at',
            '--to',
            'meant',
            '--plan',
            '--where',
            where,
          ],
        )
        expect(plan.stderr).toBe('')
        expect(plan.stdout).toContain('2 rows stay: their at is a zero date')
        return /rows +(\d+) of/.exec(plan.stdout)?.[1] ?? (plan.stdout.includes('nothing to do') ? '0' : '')
      }
      for (const where of [
        "l <> 'gelöscht'",
        `l IN ("gelöscht", 'x')`,
        "u = 'GELÖSCHT' OR l LIKE '%ff%'",
        "l = 'gel' 'öscht' AND closed < DATE '2030-01-01'",
        "u = N'n\\'ö' OR l = _latin1'offen' OR u = x'78'",
        'closed < NOW()',
        ...otherQuotes,
      ]) {
        const isOther = otherQuotes.includes(where)
        await mariadb(`SET GLOBAL sql_mode = '${isOther ? otherMode : ''}'`)
        const [count = ''] = (
          await mariadb(
            `USE meant; SELECT COUNT(*) FROM t WHERE at > '1000-01-01' AND at < NOW() - INTERVAL 6 MONTH AND (${where})`,
          )
        ).split('\n')
        expect([where, await ask(where)]).toEqual([where, count])
      }
      const run = await archiveOld(
        'meant.t',
        'meant',
        '--where',
        "l <> 'gelöscht' AND closed < NOW() + INTERVAL 90 MINUTE",
      )
      expect(run).toMatchObject({ code: 0, stderr: '' })
      expect(await mariadb('SELECT id FROM meant.t ORDER BY id')).toBe('1\n3\n4\n5\n6\n')
      await mariadb('ALTER TABLE meant.t ADD ts TIMESTAMP NULL')
      const told = await archive(
        ...[
          'shop',
          'meant.t',
          '--older-than',
          '6mo',
          '--by',
          'at',
          '--to',
          'meant',
          '--plan',
          '--where',
          'ts < NOW()',
        ],
      )
      expect(told.stdout).toContain('times in --where are read in UTC')
      await mariadb("SET GLOBAL sql_mode = 'ANSI_QUOTES'")
      const check = await folder().ops([
        'db',
        'check',
        'shop',
        `SELECT 1 FROM meant.t WHERE "u" = 'u'`,
        '--within',
        '60',
        '-F',
        host().sshConfig,
      ])
      expect(check).toMatchObject({ code: 0, stdout: '0\n' })
    } finally {
      await mariadb("SET GLOBAL time_zone = 'SYSTEM', sql_mode = DEFAULT")
    }
  })

  test('a condition on a column of a key of several is walked to its end', async () => {
    await mariadb(`CREATE DATABASE several; USE several; CREATE TABLE t (tenant INT, no INT, at DATETIME NOT NULL,
      PRIMARY KEY (tenant, no), KEY (at)); INSERT INTO t SELECT seq % 4, seq, '2020-01-01' + INTERVAL seq DIV 5000 DAY FROM seq_1_to_20000;
      ANALYZE TABLE t`)
    for (const where of ['tenant IN (1, 2)', 'no < 1000']) {
      const run = await archiveOld('several.t', 'several', '--where', where)
      expect(run).toMatchObject({ code: 0, stderr: '' })
      expect(await mariadb(`SELECT COUNT(*) FROM several.t WHERE ${where}`)).toBe('0\n')
    }
  })
})
