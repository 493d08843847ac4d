/** What comes back of an archive: into which table, beside whom, and what is refused or broken; seen by the host's own client. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { older, useArchive } from './use-archive.ts'

/** Far more than a test takes: machines may be busy. */
vi.setConfig({ testTimeout: 600_000 })

describeReal('ops db archive restore', () => {
  const { host, folder, mariadb, archive, archiveOld } = useArchive()

  test('only one run at a time works on a table, and one restores into it; the other is told who holds it', async () => {
    await mariadb(`CREATE DATABASE held; CREATE DATABASE later; CREATE TABLE held.t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE later.t LIKE held.t; INSERT INTO held.t VALUES (1, '2020-01-01'); INSERT INTO later.t SELECT * FROM held.t`)
    expect((await archiveOld('later.t', 'later', '--no-delete')).code).toBe(0)
    // As one that was killed before its delete leaves it.
    const receipts = join(folder().path, 'later/receipts')
    for (const name of readdirSync(receipts)) {
      const receipt = readFileSync(join(receipts, name), 'utf8')
      writeFileSync(join(receipts, name), receipt.replace('"deletes": false', '"deletes": true'))
    }
    const holder = host().exec(
      `mariadb -e "SELECT GET_LOCK('ops:restore held.into', 0), GET_LOCK('ops:archive later.t', 0), GET_LOCK('ops:archive held.t', 0); DO SLEEP(600)"`,
    )
    while ((await mariadb("SELECT IS_USED_LOCK('ops:archive held.t') IS NULL")).trim() === '1')
      await pause(50)
    const locked = await archiveOld('held.t', 'held')
    const words = ['shop', 'later.t', '--older-than', '6mo', '--by', 'at', '--to', 'later', '--plan']
    const planned = await archive(...words)
    const restored = await archive('restore', 'later', '--into', 'held.into', '--yes')
    const beside = await archive('restore', 'later', '--into', 'held.t', '--yes')
    await mariadb("SELECT CONCAT('KILL ', IS_USED_LOCK('ops:archive held.t')) INTO @k; EXECUTE IMMEDIATE @k")
    await holder
    expect(locked.code).toBe(6)
    expect(locked.stderr).toContain('another run holds archive held.t')
    expect(planned.stdout).toContain('another run is at work on this table, and they may be its own')
    expect(restored.code).toBe(6)
    expect(restored.stderr).toContain('another run holds restore held.into')
    expect(beside).toMatchObject({ code: 6 })
    expect(beside.stderr).toContain('another run holds archive held.t, which brings rows')
  })

  test('an archive, a shard of one, a load and a dump are kept from a table that a restore is at work on, and the other way round', async () => {
    await mariadb(`CREATE DATABASE apart; USE apart; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t VALUES (1, '2020-01-01')`)
    expect((await archiveOld('apart.t', 'apart', '--no-delete')).code).toBe(0)
    writeFileSync(join(folder().path, 'apart.csv'), 'id,at\n2,2020-01-01\n')
    const load = ['db', 'load', 'shop', 'apart.t', 'apart.csv', '--yes', '-F', host().sshConfig]
    const restore = ['db', 'archive', 'restore', 'apart', '--yes', '-F', host().sshConfig]
    const sharded = ['db', 'archive', 'shop', 'apart.t', ...older('6mo', 'apart')]
    const dump = ['db', 'dump', 'shop', 'apart.t', '--by', 'at', '--tz', 'UTC', '--to', 'apart-days', '--yes']
    const cases = [
      ['restore apart.t', dump],
      ['restore apart.t', [...dump, '--shard', '1/2']],
      ['dump apart.t', restore],
      ['dump apart.t 1/2', restore],
      ['archive --with apart.t', restore],
      ['archive --with apart.t 2/3', restore],
      ['restore apart.t', sharded],
      ['restore apart.t', [...sharded, '--shard', '0/4']],
      ['restore apart.t', load],
      ['load apart.t', restore],
      ['archive apart.t 2/3', restore],
    ] as const
    for (const [held, argv] of cases) {
      const holder = host().exec(`mariadb -e "SELECT GET_LOCK('ops:${held}', 0); DO SLEEP(600)"`)
      const isFree = `SELECT IS_USED_LOCK('ops:${held}') IS NULL`
      while ((await mariadb(isFree)).trim() === '1') await pause(50)
      const refused = await folder().answer([
        ...argv,
        ...(argv === load || argv === restore ? [] : ['-F', host().sshConfig]),
      ])
      await mariadb(`SELECT CONCAT('KILL ', IS_USED_LOCK('ops:${held}')) INTO @k; EXECUTE IMMEDIATE @k`)
      await holder
      expect(refused.code, argv.join(' ')).toBe(6)
      const what = held.startsWith('dump') ? 'saves the rows' : 'brings rows'
      expect(refused.stderr).toContain(`another run holds ${held}, which ${what}`)
    }
    expect(await mariadb('SELECT COUNT(*) FROM apart.t')).toBe('1\n')
  })

  test('a restore whose lock the server has given up ends before it writes on', async () => {
    await mariadb(`CREATE DATABASE given; USE given; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE later LIKE t; INSERT INTO t SELECT seq, '2020-01-01' FROM seq_1_to_4000`)
    expect((await archiveOld('given.t', 'given')).code).toBe(0)
    // Each row takes its time, so that chunks are left when the first rows are there.
    await mariadb(
      'CREATE TRIGGER given.slow BEFORE INSERT ON given.later FOR EACH ROW SET @slept = SLEEP(0.003)',
    )
    const running = archive('restore', 'given', '--into', 'given.later', '--yes')
    while ((await mariadb('SELECT COUNT(*) FROM given.later')).trim() === '0') await pause(50)
    await mariadb(
      "SELECT CONCAT('KILL ', IS_USED_LOCK('ops:restore given.later')) INTO @k; EXECUTE IMMEDIATE @k",
    )
    const ended = await running
    expect(ended.code).toBe(5)
    expect(Number(await mariadb('SELECT COUNT(*) FROM given.later'))).toBeLessThan(4000)
    await mariadb('DROP TRIGGER given.slow')
    expect((await archive('restore', 'given', '--into', 'given.later', '--yes')).code).toBe(0)
    expect(await mariadb('SELECT COUNT(*) FROM given.later')).toBe('4000\n')
  })

  test('a key of the table that takes two saved rows for one is told, and only another than the primary one is to go', async () => {
    await mariadb(`CREATE DATABASE twins; USE twins; CREATE TABLE t (k VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t VALUES ('a', '2020-01-01'), ('A', '2020-01-01');
      CREATE TABLE loose (k VARCHAR(9) COLLATE utf8mb4_general_ci PRIMARY KEY, at DATETIME);
      CREATE TABLE other (k VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, at DATETIME, UNIQUE KEY days (at))`)
    expect((await archiveOld('twins.t', 'twins')).code).toBe(0)
    for (const [into, way] of [
      ['loose', 'two saved rows are one to its key'],
      ['other', 'the unique key days. Drop it from twins.other'],
    ] as const) {
      const refused = await archive('restore', 'twins', '--into', `twins.${into}`, '--yes')
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(way)
      expect(refused.stderr.includes('DROP INDEX')).toBe(into === 'other')
      expect(await mariadb(`SELECT COUNT(*) FROM twins.${into}`)).toBe('0\n')
    }
  })

  test('rows that were archived under two keys go back by a key whose columns all of them have, or not at all', async () => {
    await mariadb(`CREATE DATABASE keyed; USE keyed; CREATE TABLE t (a INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      INSERT INTO t VALUES (1, '2020-01-01'), (2, '2020-01-01')`)
    expect((await archiveOld('keyed.t', 'keyed')).code).toBe(0)
    await mariadb(`ALTER TABLE keyed.t DROP PRIMARY KEY, ADD id INT NOT NULL, ADD PRIMARY KEY (a, id);
      INSERT INTO keyed.t VALUES (1, '2020-02-02', 1), (1, '2020-03-03', 2)`)
    expect((await archiveOld('keyed.t', 'keyed')).code).toBe(0)
    for (const make of ['', 'CREATE TABLE keyed.again LIKE keyed.t']) {
      await mariadb(make)
      const refused = await archive('restore', 'keyed', '--into', 'keyed.again', '--yes')
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain(
        'keyed.again names its rows by a, id, and some were archived when the table had no id',
      )
      expect(refused.stderr).toContain(
        'a unique NOT NULL key of columns that all rows were archived with (a, at)',
      )
      expect(
        refused.stderr.match(/ops db archive restore shop \S+ --shape \w{8} --into keyed\.again_/g),
      ).toHaveLength(2)
    }
    expect(await mariadb('SELECT COUNT(*) FROM keyed.again')).toBe('0\n')
    await mariadb('ALTER TABLE keyed.again ALTER id SET DEFAULT 0, ADD UNIQUE KEY (a, at)')
    expect(await archive('restore', 'keyed', '--into', 'keyed.again', '--yes')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await mariadb('SELECT a, id FROM keyed.again ORDER BY a, id')).toBe('1\t0\n1\t1\n1\t2\n2\t0\n')
  })

  test('a table that was converted between two runs comes back by the commands that the refusal names, and INSERT ... SELECT makes it one', async () => {
    await mariadb(`CREATE DATABASE turned; USE turned; CREATE TABLE \`t.x\` (k VARCHAR(9) PRIMARY KEY, at DATETIME, n INT, KEY (at)) CHARSET latin1;
      INSERT INTO \`t.x\` VALUES ('é', '2020-01-01', 1), ('ü', '2020-01-01', 2)`)
    expect((await archiveOld('turned.`t.x`', 'turned')).code).toBe(0)
    await mariadb(`ALTER TABLE turned.\`t.x\` CONVERT TO CHARACTER SET utf8mb4, MODIFY n BIGINT;
      INSERT INTO turned.\`t.x\` VALUES ('ü', '2020-02-02', 3), ('日', '2020-01-01', 4)`)
    expect((await archiveOld('turned.`t.x`', 'turned')).code).toBe(0)
    const refused = await archive('restore', 'turned', '--yes')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('holds text as utf8mb4, and was archived as latin1')
    const commands = refused.stderr.split('\n').filter(line => line.includes('--shape'))
    expect(commands).toHaveLength(2)
    const tables: string[] = []
    for (const line of commands) {
      const [ops, ...words] = line.trim().replaceAll("'", '').split(' ')
      expect(ops).toBe('ops')
      const done = await folder().answer([...words, '--yes', '-F', host().sshConfig])
      expect(done).toMatchObject({ code: 0, stderr: '' })
      tables.push(words.at(-1) ?? '')
    }
    const into = 'turned.`t.x`'
    for (const table of tables)
      await mariadb(`INSERT INTO ${into} SELECT * FROM ${table} s WHERE NOT EXISTS
        (SELECT 1 FROM ${into} t WHERE t.k = CONVERT(s.k USING utf8mb4))`)
    expect(await mariadb(`SELECT HEX(k), n FROM ${into} ORDER BY n`)).toBe('C3A9\t1\nC3BC\t3\nE697A5\t4\n')
    const unknown = await archive('restore', 'turned', '--shape', 'ffff', '--yes')
    expect(unknown.code).toBe(3)
    expect(unknown.stderr).toContain('Shapes that its table had: ')
  })

  test('a chunk whose rows were deleted and whose receipt is gone is broken, and what is left of it is kept', async () => {
    await mariadb(`CREATE DATABASE gone; USE gone; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2020-01-01' FROM seq_1_to_20`)
    expect((await archiveOld('gone.t', 'gone')).code).toBe(0)
    const [receipt = ''] = readdirSync(join(folder().path, 'gone/receipts'))
    const [rows = ''] = readdirSync(join(folder().path, 'gone/rows'))
    rmSync(join(folder().path, 'gone/receipts', receipt))
    const verified = await archive('verify', 'gone')
    expect(verified.code).toBe(1)
    expect(verified.stderr).toContain(
      '20 rows were deleted because this chunk had saved them, and its receipt is gone',
    )
    expect((await archive('restore', 'gone', '--into', 'gone.again', '--yes')).code).not.toBe(0)
    // The next run takes it for nothing left over.
    await mariadb("INSERT INTO gone.t VALUES (21, '2020-01-01')")
    expect((await archiveOld('gone.t', 'gone')).code).toBe(0)
    expect(readdirSync(join(folder().path, 'gone/rows'))).toContain(rows)
    const partly = await archive('restore', 'gone', '--into', 'gone.again', '--yes')
    expect(partly.code).toBe(1)
    expect(partly.stderr).toContain('20 archived rows in 1 chunk were not restored')
    expect(await mariadb('SELECT id FROM gone.again')).toBe('21\n')
  })

  test('a receipt that was copied from another archive is refused by all who read it, and so is one under another name', async () => {
    await mariadb(`CREATE DATABASE mine; USE mine; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE other LIKE t; INSERT INTO t VALUES (1, '2020-01-01'), (2, NOW()); INSERT INTO other VALUES (1, '2020-02-02')`)
    for (const table of ['t', 'other']) expect((await archiveOld(`mine.${table}`, table)).code).toBe(0)
    const [foreign, own] = ['other', 't'].map(
      from => readdirSync(join(folder().path, from, 'receipts'))[0] ?? '',
    )
    await mariadb(`INSERT INTO mine.t VALUES (3, '2020-03-03')`)
    const cases = [
      {
        from: 'other',
        name: foreign,
        to: foreign,
        says: 'is of mine.other, and was copied into this archive of mine.t',
      },
      { from: 't', name: own, to: own?.replace('000001', '000002'), says: 'is of the chunk ' },
    ] as const
    for (const { from, name, to, says } of cases) {
      const copy = join(folder().path, 't/receipts', to ?? '')
      writeFileSync(copy, readFileSync(join(folder().path, from, 'receipts', name ?? '')))
      const [verified, restored] = [
        await archive('verify', 't'),
        await archive('restore', 't', '--into', 'mine.again', '--yes'),
      ]
      for (const refused of [verified, restored, await archiveOld('mine.t', 't')]) {
        expect(refused.code).toBe(1)
        expect(refused.stderr).toContain(says)
      }
      rmSync(copy)
    }
    expect(await mariadb('SELECT COUNT(*) FROM mine.t')).toBe('2\n')
    expect((await archiveOld('mine.t', 't')).code).toBe(0)
  })

  test('an object that is not what its receipt says is named, and nothing is restored of it', async () => {
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE t (id INT PRIMARY KEY, at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, '2020-01-01' FROM seq_1_to_50`)
    expect((await archiveOld('app.t', 'app')).code).toBe(0)
    const rows = join(folder().path, 'app/rows')
    const [first = ''] = readdirSync(rows)
    truncateSync(join(rows, first), 100)
    const verified = await archive('verify', 'app')
    expect(verified.code).toBe(1)
    expect(verified.stderr).toContain('does not hold what was stored')
    const told = new RegExp(
      String.raw`next\s+Bring rows/${first} back from .*\. It holds \S+ rows of app\.t, \(.+\) from \(.+\) to \(.+\), which were deleted`,
    )
    expect(verified.stderr).toMatch(told)
    const restored = await archive('restore', 'app', '--into', 'app.again', '--yes')
    expect(restored.code).toBe(1)
    expect(restored.stderr).toMatch(told)
    expect(verified.stderr + restored.stderr).not.toContain('Nothing was deleted')
    expect(await mariadb('SHOW TABLES FROM app')).toBe('t\n')
  })

  test('a restore tells of a trigger that fires, and how to get past a unique key', async () => {
    await mariadb(`CREATE DATABASE twice; USE twice; CREATE TABLE t (id INT PRIMARY KEY, mail VARCHAR(9), at DATETIME, UNIQUE (mail), KEY (at));
      CREATE TABLE seen (id INT); CREATE TRIGGER fires AFTER INSERT ON t FOR EACH ROW INSERT INTO seen VALUES (NEW.id)`)
    for (const id of [1, 2]) {
      await mariadb(`INSERT INTO twice.t VALUES (${id}, 'same', '2020-01-01')`)
      expect((await archiveOld('twice.t', 'twice')).code).toBe(0)
    }
    const stopped = await archive('restore', 'twice', '--yes')
    expect(stopped.stdout).toContain('the trigger fires of the table fires with each restored row')
    expect(stopped.stderr).toContain('ALTER TABLE ... DROP INDEX')
    expect(stopped.code).toBe(1)
    await mariadb('ALTER TABLE twice.t DROP INDEX mail')
    expect((await archive('restore', 'twice', '--yes')).code).toBe(0)
    expect(await mariadb('SELECT id, mail FROM twice.t ORDER BY id')).toBe('1\tsame\n2\tsame\n')
    const old = ['--older-than', '60y', '--by', 'at', '--to', 'twice', '--plan']
    expect((await archive('shop', 'twice.t', ...old)).stdout).toMatch(/at < 19\d\d-\d\d-\d\d \d\d:/)
  })

  test('rows that a CHECK of their own table refuses come back into a table without it, as the refusal says', async () => {
    await mariadb(`CREATE DATABASE ruled; USE ruled; SET check_constraint_checks = 0;
      CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME, KEY (at), CONSTRAINT small CHECK (v < 10));
      INSERT INTO t VALUES (1, 1, '2020-01-01'), (2, 500, '2020-01-01')`)
    expect((await archiveOld('ruled.t', 'ruled', '--no-delete')).code).toBe(0)
    const refused = await archive('restore', 'ruled', '--into', 'ruled.again', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('Nothing of this batch was restored. The row is older than that CHECK')
    await mariadb('USE ruled; CREATE TABLE free LIKE again; ALTER TABLE free DROP CONSTRAINT small')
    expect(await archive('restore', 'ruled', '--into', 'ruled.free', '--yes')).toMatchObject({ code: 0 })
    expect(await mariadb('SELECT id, v FROM ruled.free')).toBe('1\t1\n2\t500\n')
    truncateSync(
      join(folder().path, 'ruled/rows', readdirSync(join(folder().path, 'ruled/rows'))[0] ?? ''),
      5,
    )
    const verified = await archive('verify', 'ruled')
    expect(verified.stderr).toContain('its run left in the table')
    expect(verified.stderr).toContain('No row was deleted for them.')
  })
})
