/** `ops db archive --with`: rows that refer to the archived ones go with them, and come back with them. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { runWhileItWaits } from '../while-it-waits.ts'

describeReal('ops db archive --with', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = db1\n' })
  })
  afterAll(() => folder?.remove())
  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const archive = (...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', 'archive', ...argv, ...(argv[0] === 'verify' ? [] : ['-F', host().sshConfig])])
  const archiveOld = (table: string, to: string, ...argv: string[]): Promise<Outcome> =>
    archive('shop', table, '--older-than', '6mo', '--by', 'at', '--to', to, '--yes', ...argv)

  /** Orders whose code the server compares without regard to case, each with three items; half of the orders are old. */
  const shop = (database: string, rule = 'CASCADE'): Promise<string> =>
    mariadb(`CREATE DATABASE ${database}; USE ${database};
      CREATE TABLE orders (area INT, code VARCHAR(20) COLLATE utf8mb4_general_ci, at DATETIME NOT NULL, v INT,
        PRIMARY KEY (area, code), KEY (at)) CHARACTER SET utf8mb4;
      CREATE TABLE items (id BIGINT UNSIGNED PRIMARY KEY, area INT, code VARCHAR(20) COLLATE utf8mb4_general_ci, text BLOB,
        CONSTRAINT of_order FOREIGN KEY (area, code) REFERENCES orders (area, code) ON DELETE ${rule}) CHARACTER SET utf8mb4;
      INSERT INTO orders SELECT seq % 7, CONCAT('Bestellung ', seq), IF(seq % 2, '2020-02-29 12:00:00', NOW()), seq FROM seq_1_to_1200;
      INSERT INTO items SELECT seq, (seq DIV 3 + 1) % 7, CONCAT('BESTELLUNG ', seq DIV 3 + 1), CONCAT(seq, '\\0\\t\\n\\\\') FROM seq_0_to_3599`)
  const sums = (database: string): Promise<string> =>
    mariadb(`CHECKSUM TABLE ${database}.orders, ${database}.items EXTENDED`)
  const counts = (database: string): Promise<string> =>
    mariadb(`SELECT (SELECT COUNT(*) FROM ${database}.orders), (SELECT COUNT(*) FROM ${database}.items)`)

  test('rows of a child go in the transaction of their parents, and both come back byte for byte', async () => {
    await shop('app')
    const before = await sums('app')
    const refused = await archiveOld('app.orders', 'app')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--with app.items')

    const saved = await archiveOld('app.orders', 'app', '--with', 'app.items')
    expect(saved).toMatchObject({ code: 0, stderr: '' })
    expect(saved.stdout).toContain('the rows of app.items that refer to them by area, code (of_order)')
    expect(saved.stdout).toContain('deleted  600 rows, 1,800 of app.items')
    expect(await counts('app')).toBe('600\t1800\n')
    const verified = await archive('verify', 'app')
    expect(verified.code).toBe(0)
    expect(verified.stdout).toContain('1,800 rows of app.items')

    const restored = await archive('restore', 'app', '--yes')
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(await sums('app')).toBe(before)

    const apart = await archive('restore', 'app', '--into', 'app.apart', '--yes')
    expect(apart.stdout).toContain('the rows of app.items that went with them are not restored with --into')

    // The child alone, into a table that is made: under its own foreign key's name there could be no second one.
    const alone = await archive('restore', 'app', '--only', 'app.items', '--into', 'app.again', '--yes')
    expect(alone).toMatchObject({ code: 0, stderr: '' })
    expect(alone.stdout).toContain('without its foreign key: CONSTRAINT `of_order`')
    expect(
      await mariadb('SELECT COUNT(*), SUM(a.text = i.text) FROM app.again a JOIN app.items i USING (id)'),
    ).toBe('1800\t1800\n')
  })

  test('the time in a plan counts the rows that go along, and the bytes of long rows', async () => {
    await mariadb(`CREATE DATABASE timed; USE timed; CREATE TABLE orders (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE items (id INT PRIMARY KEY, o INT, CONSTRAINT of_order FOREIGN KEY (o) REFERENCES orders (id));
      INSERT INTO orders SELECT seq, IF(seq % 2, '2020-01-01', NOW()) FROM seq_1_to_1000;
      INSERT INTO items SELECT seq, seq % 1000 + 1 FROM seq_1_to_400000;
      CREATE TABLE texts (id INT PRIMARY KEY, at DATETIME, text MEDIUMTEXT, KEY (at));
      INSERT INTO texts SELECT seq, '2020-01-01', REPEAT('long', 250000) FROM seq_1_to_100; ANALYZE TABLE orders, items, texts`)
    const plan = async (table: string, ...argv: string[]) => {
      const { stdout } = await archiveOld(`timed.${table}`, 'timed', '--plan', ...argv)
      return { stdout, seconds: Number(/time +(?:about|at least) (\d+) s/.exec(stdout)?.[1]) }
    }
    const along = await plan('orders', '--with', 'timed.items')
    expect(along.stdout).toMatch(
      /rows of timed\.items .*: about (1[89]\d|2[01]\d),\d{3}, if each old row has as many as the others/,
    )
    // 200,000 rows at 20,000 a second.
    expect(along.seconds).toBeGreaterThanOrEqual(9)
    expect((await plan('orders')).seconds).toBe(1)
    expect((await plan('texts')).seconds).toBeGreaterThanOrEqual(4)
  })

  test('a parent stays where a row that refers to it was not saved as it is now; the same run saves it anew', async () => {
    await shop('late', 'RESTRICT')
    expect((await archiveOld('late.orders', 'late', '--with', 'late.items')).code).toBe(0)
    expect((await archive('restore', 'late', '--yes')).code).toBe(0)
    // As after a kill between saving and deleting; then somebody changes a child, adds one, moves one and deletes one.
    for (const name of readdirSync(join(folder.path, 'late/done')))
      rmSync(join(folder.path, 'late/done', name))
    await mariadb(`USE late;
      UPDATE items SET text = 'newer' WHERE id = 0;
      INSERT INTO items VALUES (90001, 3, 'bestellung 3', 'added');
      UPDATE items SET area = 2, code = 'Bestellung 2' WHERE id = 12;
      DELETE FROM items WHERE id = 18`)
    const before = await sums('late')
    const again = await archiveOld('late.orders', 'late', '--with', 'late.items')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    // Those that stayed when the old chunks were finished.
    expect(again.stdout).toMatch(/saved +2 rows in 1 chunk/)
    expect(again.stdout).toMatch(/deleted +600 rows/)
    expect(again.stdout).not.toContain('stay:')
    expect(await counts('late')).toBe('600\t1801\n')
    expect((await archive('verify', 'late')).code).toBe(0)
    expect((await archive('restore', 'late', '--yes')).code).toBe(0)
    // What somebody deleted before its turn came is in the archive as it was saved; nothing else differs.
    await mariadb('DELETE FROM late.items WHERE id = 18')
    expect(await sums('late')).toBe(before)
  })

  test('where the key of a child was given to other columns since, no row that bears an old key of another is deleted', async () => {
    await mariadb(`CREATE DATABASE swapped; USE swapped; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE c (id INT PRIMARY KEY, n INT NOT NULL, p INT, FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE);
      INSERT INTO p SELECT seq, '2020-01-01' FROM seq_1_to_20; INSERT INTO c SELECT seq, seq, seq FROM seq_1_to_20`)
    expect((await archiveOld('swapped.p', 'swapped', '--with', 'swapped.c')).code).toBe(0)
    expect((await archive('restore', 'swapped', '--yes')).code).toBe(0)
    // As after a kill that came when the first five were deleted.
    for (const name of readdirSync(join(folder.path, 'swapped/done')))
      rmSync(join(folder.path, 'swapped/done', name))
    await mariadb(`USE swapped; DELETE FROM p WHERE id <= 5; ALTER TABLE c DROP PRIMARY KEY, ADD PRIMARY KEY (n);
      INSERT INTO p VALUES (99, NOW()); INSERT INTO c VALUES (3, -3, 99), (7, -7, 99)`)
    expect(await archiveOld('swapped.p', 'swapped', '--with', 'swapped.c')).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await mariadb('SELECT id, n, p FROM swapped.c ORDER BY id')).toBe('3\t-3\t99\n7\t-7\t99\n')
    expect(await mariadb('SELECT id FROM swapped.p')).toBe('99\n')
    expect((await archive('verify', 'swapped')).code).toBe(0)
    expect(await archive('restore', 'swapped', '--yes')).toMatchObject({ code: 0, stderr: '' })
    expect(await mariadb('SELECT COUNT(*), SUM(id), SUM(n = p) FROM swapped.c WHERE n > 0')).toBe(
      '20\t210\t20\n',
    )
  })

  test('a parent whose key was given again is left out: its children come back all the same, and the run ends with 1 and says under whom', async () => {
    await shop('again', 'RESTRICT')
    expect((await archiveOld('again.orders', 'again', '--with', 'again.items')).code).toBe(0)
    await mariadb("INSERT INTO again.orders (area, code, at) VALUES (3, 'bestellung 3', NOW())")
    const run = await archive('restore', 'again', '--yes')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('again.orders: 1 saved row was left out, deleted when it was archived')
    expect(run.stderr).toContain('rows of again.items are restored under the keys that they refer to')
    expect(await counts('again')).toBe('1200\t3600\n')
  })

  test('a restore that fails in a later table tells which others are whole, what those left out, and which were not begun', async () => {
    await mariadb(`CREATE DATABASE several; USE several; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE a (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id)); CREATE TABLE b LIKE a; CREATE TABLE c LIKE a;
      ALTER TABLE b ADD FOREIGN KEY (p) REFERENCES p (id); ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p (id);
      INSERT INTO p SELECT seq, '2020-01-01' FROM seq_1_to_9; INSERT INTO a SELECT id, id FROM p; INSERT INTO b SELECT * FROM a; INSERT INTO c SELECT * FROM a`)
    const along = ['a', 'b', 'c'].flatMap(table => ['--with', `several.${table}`])
    expect((await archiveOld('several.p', 'several', ...along)).code).toBe(0)
    await mariadb(`USE several; INSERT INTO p VALUES (3, NOW());
      CREATE TRIGGER stops BEFORE INSERT ON b FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'`)
    const failed = await archive('restore', 'several', '--yes')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('not now')
    expect(failed.stderr).toContain('Restored before that, to the end: several.p, several.a.')
    expect(failed.stderr).toContain('several.p: 1 saved row was left out')
    expect(failed.stderr).toContain('Not begun: several.c.')
    expect(failed.stderr).toMatch(/changed +yes/)
    await mariadb('DROP TRIGGER several.stops')
    const again = await archive('restore', 'several', '--yes')
    expect(again.code).toBe(1)
    expect(await mariadb('SELECT COUNT(*) FROM several.c')).toBe('9\n')
  })

  test('a child that was converted between two runs comes back by the commands that the refusal names, its parents too', async () => {
    await mariadb(`CREATE DATABASE turned; USE turned; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME, KEY (at));
      CREATE TABLE c (id INT PRIMARY KEY, p INT, name VARCHAR(9), CONSTRAINT of_p FOREIGN KEY (p) REFERENCES p (id)) CHARSET latin1;
      INSERT INTO p VALUES (1, '2020-01-01'); INSERT INTO c VALUES (1, 1, 'é')`)
    expect((await archiveOld('turned.p', 'turned', '--with', 'turned.c')).code).toBe(0)
    await mariadb(`USE turned; ALTER TABLE c CONVERT TO CHARACTER SET utf8mb4;
      INSERT INTO p VALUES (2, '2020-01-01'); INSERT INTO c VALUES (2, 2, '日')`)
    expect((await archiveOld('turned.p', 'turned', '--with', 'turned.c')).code).toBe(0)
    const refused = await archive('restore', 'turned', '--yes')
    expect(refused.code).toBe(3)
    const commands = refused.stderr
      .split('\n')
      .flatMap(line => / {2}ops (db archive restore .*)/.exec(line)?.[1] ?? [])
    expect(commands).toHaveLength(3)
    for (const words of commands) {
      const done = await folder.ops([...words.split(' '), '--yes', '-F', host().sshConfig])
      expect(done).toMatchObject({ code: 0, stderr: '' })
    }
    const shapes = commands.flatMap(words =>
      words.includes('--shape') ? (words.split(' ').at(-1) ?? '') : [],
    )
    for (const table of shapes) await mariadb(`INSERT INTO turned.c SELECT * FROM ${table}`)
    expect(
      await mariadb('SELECT p.id, c.id, HEX(name) FROM turned.p JOIN turned.c ON c.p = p.id ORDER BY 1'),
    ).toBe('1\t1\tC3A9\n2\t2\tE697A5\n')
  })

  test('a restore of a child alone is kept from it while an archive of its parents takes rows along', async () => {
    await shop('beside')
    const saved = await archiveOld('beside.orders', 'beside', '--with', 'beside.items', '--no-delete')
    expect(saved).toMatchObject({ code: 0, stderr: '' })
    let restored: Outcome | undefined
    const argv = ['archive', 'shop', 'beside.orders', '--older-than', '6mo', '--by', 'at', '--to', 'beside']
    const run = await runWhileItWaits(host(), folder, [...argv, '--with', 'beside.items'], async () => {
      restored = await archive('restore', 'beside', '--only', 'beside.items', '--yes')
    })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(restored).toMatchObject({ code: 6 })
    expect(restored?.stderr).toContain('another run holds archive --with beside.items, which brings rows')
    expect(await counts('beside')).toBe('600\t1800\n')
  })

  test('what cannot go along is refused by its reason before anything moves', async () => {
    await shop('odd')
    const before = await sums('odd')
    const refusal = async (...argv: string[]): Promise<string> => {
      const refused = await archiveOld('odd.orders', 'odd', ...argv)
      expect(refused.code).toBe(3)
      return refused.stderr
    }
    expect(await refusal('--with', 'odd.item')).toContain('Did you mean odd.items?')
    await mariadb(`USE odd; CREATE TABLE notes (id INT PRIMARY KEY, item BIGINT UNSIGNED,
      FOREIGN KEY (item) REFERENCES items (id) ON DELETE CASCADE)`)
    expect(await refusal('--with', 'odd.items')).toContain('would change odd.notes too')
    await mariadb(
      'DROP TABLE odd.notes; CREATE TRIGGER odd.fires AFTER DELETE ON odd.items FOR EACH ROW SET @a = 1',
    )
    expect(await refusal('--with', 'odd.items')).toContain('the trigger fires of odd.items')
    await mariadb(`DROP TRIGGER odd.fires; ALTER TABLE odd.items ADD other_area INT, ADD other_code VARCHAR(20) COLLATE utf8mb4_general_ci,
      ADD FOREIGN KEY (other_area, other_code) REFERENCES odd.orders (area, code)`)
    expect(await refusal('--with', 'odd.items')).toContain('several foreign keys')
    await mariadb(
      'ALTER TABLE odd.items DROP FOREIGN KEY items_ibfk_1, DROP COLUMN other_area, DROP COLUMN other_code',
    )
    expect(await sums('odd')).toBe(before)
    expect(readdirSync(folder.path)).not.toContain('odd')
  })

  test.each([
    [
      'a column of the table',
      'ALTER TABLE DB.orders ADD note VARCHAR(20); UPDATE DB.orders SET note = "precious"',
      'it has the new column note',
    ],
    [
      'a column of a child',
      'ALTER TABLE DB.items ADD note VARCHAR(20); UPDATE DB.items SET note = "precious"',
      'it has the new column note',
    ],
    [
      'a second child',
      `CREATE TABLE DB.precious (id INT PRIMARY KEY, area INT, code VARCHAR(20) COLLATE utf8mb4_general_ci,
        FOREIGN KEY (area, code) REFERENCES DB.orders (area, code) ON DELETE CASCADE) CHARACTER SET utf8mb4;
        INSERT INTO DB.precious SELECT v, area, code FROM DB.orders`,
      'refers to it now by precious_ibfk_1',
    ],
    [
      'a trigger',
      'CREATE TRIGGER DB.fires AFTER DELETE ON DB.items FOR EACH ROW SET @a = 1',
      'the trigger fires came',
    ],
  ])('%s that comes after the plan is told, and nothing goes unsaved', async (_what, statements, text) => {
    const database = `moved_${text.length}${statements.length}`
    await shop(database)
    const argv = ['archive', 'shop', `${database}.orders`, '--older-than', '6mo', '--by', 'at']
    argv.push('--to', database, '--with', `${database}.items`)
    const run = await runWhileItWaits(host(), folder, argv, () =>
      mariadb(statements.replaceAll('DB.', `${database}.`)),
    )
    expect(run.stdout + run.stderr).toContain(text)
    expect(run.code).toBe(8)
    expect(await counts(database)).toBe('1200\t3600\n')
    if (statements.includes('precious'))
      expect(
        await mariadb(
          `SELECT COUNT(*) FROM ${database}.${/ALTER TABLE DB.(\w+)/.exec(statements)?.[1] ?? 'precious'}`,
        ),
      ).not.toBe('0\n')
  })
})
