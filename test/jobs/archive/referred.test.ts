/** `ops db archive` of rows that rows of other tables refer to, which do not go along. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { older, useArchive } from './use-archive.ts'

describeReal('an archive of rows that others refer to', () => {
  const { folder, mariadb, archive, archiveOld } = useArchive()

  /** Runs it with the server's log of statements on; answers with how many there were of a kind as well. */
  async function counted<Answer>(
    kind: string,
    work: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly statements: number }> {
    await mariadb("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = 1")
    const answer = await work()
    await mariadb('SET GLOBAL general_log = 0')
    const found = await mariadb(
      `SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE '${kind}' AND argument NOT LIKE '%general_log%'`,
    )
    return { answer, statements: Number(found) }
  }
  const locks = 'SELECT%FOR UPDATE%'

  test('rows that stay are found by one short read for many, before they are saved, and none is tried to be deleted', async () => {
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE fp (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE fc (id INT PRIMARY KEY, pid INT, CONSTRAINT of_fp FOREIGN KEY (pid) REFERENCES fp (id));
      INSERT INTO fp SELECT seq, '2020-01-01' FROM seq_1_to_2000; INSERT INTO fc SELECT seq, seq FROM seq_1_to_2000`)
    const { answer: run, statements } = await counted(locks, () => archiveOld('app.fp', 'app'))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(
      '! rows that app.fc refers to stay (of_fp); they are not saved: --with app.fc lets its rows go along',
    )
    expect(run.stdout).toMatch(/time +at least 1 s/)
    expect(run.stdout).toMatch(/saved +0 rows in 0 chunks/)
    expect(run.stdout).toContain('2,000 rows stay: rows of app.fc refer to them')
    expect(statements).toBe(0)
    const reads = await counted('SELECT%ops_referred%', () => archiveOld('app.fp', 'app'))
    expect(reads.statements).toBeLessThan(30)
    expect((await archive('verify', 'app')).stdout).toContain('0 rows')
    // Those that nothing refers to any more go the next time, and only they.
    await mariadb('DELETE FROM app.fc WHERE id % 2; UPDATE app.fc SET pid = NULL WHERE id = 2')
    const next = await archiveOld('app.fp', 'app')
    expect(next.stdout).toMatch(/saved +1,001 rows/)
    expect(next.stdout).toContain('deleted  1,001 rows')
    expect(next.stdout).toContain('999 rows stay: rows of app.fc refer to them')
    expect(await mariadb('SELECT COUNT(*), MIN(id) FROM app.fp')).toBe('999\t4\n')
    expect((await archive('verify', 'app')).code).toBe(0)
  })

  test('several tables, one in another database by a key of two columns with NULLs and texts without case, each keep their own', async () => {
    await mariadb(`CREATE DATABASE two; CREATE DATABASE beside; USE two;
      CREATE TABLE p (area INT, code VARCHAR(20), at DATETIME NOT NULL, PRIMARY KEY (area, code), KEY (at)) COLLATE utf8mb4_general_ci;
      CREATE TABLE beside.c (id INT PRIMARY KEY, code VARCHAR(20), area INT,
        FOREIGN KEY (area, code) REFERENCES two.p (area, code)) COLLATE utf8mb4_general_ci;
      CREATE TABLE d (area INT NOT NULL, code VARCHAR(20), FOREIGN KEY (area, code) REFERENCES p (area, code)) COLLATE utf8mb4_general_ci;
      INSERT INTO p SELECT seq % 3, CONCAT('Wert ', seq), '2020-01-01' FROM seq_1_to_300;
      INSERT INTO beside.c VALUES (1, 'WERT 4', 1), (2, 'WERT 5', NULL), (3, NULL, 0), (4, 'wert 7', 1);
      INSERT INTO d VALUES (1, 'wert 7'), (2, 'wert 8'), (2, NULL), (2, 'wert 8')`)
    const { answer: run, statements } = await counted('ROLLBACK%', () => archiveOld('two.p', 'two'))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/! rows that beside\.c refers to stay/)
    expect(run.stdout).toMatch(/! rows that two\.d refers to stay/)
    expect(run.stdout).toContain('deleted  297 rows')
    expect(run.stdout).toMatch(/! \d rows? stays?: rows of beside\.c refer to them/)
    expect(run.stdout).toMatch(/! \d rows? stays?: rows of two\.d refer to them/)
    expect(statements).toBe(0)
    expect(await mariadb('SELECT GROUP_CONCAT(code ORDER BY code) FROM two.p')).toBe('Wert 4,Wert 7,Wert 8\n')
  })

  test('with a child that goes along, the plan names who refers to that, and what it keeps stays whole', async () => {
    await mariadb(`CREATE DATABASE deep; USE deep; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE ch (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id));
      CREATE TABLE gc (id INT PRIMARY KEY, ch INT, CONSTRAINT of_ch FOREIGN KEY (ch) REFERENCES ch (id));
      INSERT INTO p SELECT seq, '2020-01-01' FROM seq_1_to_1000; INSERT INTO ch SELECT seq, seq DIV 2 FROM seq_2_to_2001;
      INSERT INTO gc SELECT seq, seq * 10 FROM seq_1_to_200`)
    const { answer: run, statements } = await counted('ROLLBACK%', () =>
      archiveOld('deep.p', 'deep', '--with', 'deep.ch'),
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(
      '! rows of deep.ch that deep.gc refers to stay (of_ch), and so does what they refer to; they are not saved',
    )
    expect(run.stdout).toContain('deleted  800 rows, 1,600 of deep.ch')
    expect(run.stdout).toContain('200 rows stay: rows of deep.gc refer to their rows of deep.ch')
    expect(statements).toBe(0)
    expect(await mariadb('SELECT COUNT(*), SUM(id % 5 = 0) FROM deep.p')).toBe('200\t200\n')
    expect(await mariadb('SELECT COUNT(*), SUM(p % 5 = 0) FROM deep.ch')).toBe('400\t400\n')
    expect((await archive('verify', 'deep')).code).toBe(0)
    expect((await archive('restore', 'deep', '--yes')).code).toBe(0)
    expect(await mariadb('SELECT COUNT(*) FROM deep.p UNION ALL SELECT COUNT(*) FROM deep.ch')).toBe(
      '1000\n2000\n',
    )
  })

  test('a table that refers to itself: what new rows refer to, or a row itself, stays unsaved, and old ones go from the last to the first', async () => {
    await mariadb(`CREATE DATABASE self; USE self; CREATE TABLE t (id INT PRIMARY KEY, up INT, at DATETIME NOT NULL, KEY (at),
        CONSTRAINT to_up FOREIGN KEY (up) REFERENCES t (id));
      INSERT INTO t SELECT seq, IF(seq % 4 = 1, NULL, seq - 1), '2020-01-01' FROM seq_1_to_400;
      UPDATE t SET up = id WHERE id = 1; INSERT INTO t VALUES (1001, 8, NOW()), (1002, 1001, NOW())`)
    const { answer: run, statements } = await counted(locks, () => archiveOld('self.t', 'self'))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('! rows that self.t refers to stay (to_up); a run may save them anew')
    expect(run.stdout).toContain('2 rows stay: rows of self.t refer to them')
    // The server lets nobody delete a row that refers to itself. 8 stays, and with it the way up from there.
    expect(await mariadb('SELECT GROUP_CONCAT(id ORDER BY id) FROM self.t')).toBe('1,5,6,7,8,1001,1002\n')
    expect(statements).toBeLessThan(20)
    expect((await archive('verify', 'self')).code).toBe(0)
    await mariadb(
      'DELETE FROM self.t WHERE id > 400 ORDER BY id DESC; UPDATE self.t SET up = NULL WHERE id = 1',
    )
    await archiveOld('self.t', 'self')
    expect(await mariadb('SELECT COUNT(*) FROM self.t')).toBe('0\n')
  })

  test('rows that others refer to since they were saved are told apart by one read, and the rest goes together', async () => {
    await mariadb(`CREATE DATABASE since; USE since; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id)); INSERT INTO p SELECT seq, '2020-01-01' FROM seq_1_to_400`)
    expect((await archiveOld('since.p', 'since')).code).toBe(0)
    expect((await archive('restore', 'since', '--yes')).code).toBe(0)
    // As after a kill between saving and deleting.
    const done = join(folder().path, 'since/done')
    for (const name of readdirSync(done)) rmSync(join(done, name))
    await mariadb('USE since; INSERT INTO c SELECT seq, seq * 10 FROM seq_1_to_40')
    const { answer: run, statements } = await counted(locks, () => archiveOld('since.p', 'since'))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/deleted +360 rows/)
    expect(run.stdout.match(/\d+ rows? stays?: .*/g)).toEqual(['40 rows stay: rows of since.c refer to them'])
    expect(statements).toBeLessThan(10)
    expect(await mariadb('SELECT COUNT(*), SUM(id % 10 = 0) FROM since.p')).toBe('40\t40\n')
    expect((await archive('verify', 'since')).code).toBe(0)
  })

  test('an account that may not read the other table finds by deleting what stays, and its plan says so', async () => {
    await mariadb(`CREATE DATABASE dark; USE dark; CREATE TABLE p (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at));
      CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p (id));
      INSERT INTO p SELECT seq, '2020-01-01' FROM seq_1_to_40; INSERT INTO c VALUES (1, 7), (2, 8);
      CREATE USER weak@localhost IDENTIFIED BY 'hidden words'; GRANT SELECT, DELETE ON dark.p TO weak@localhost;
      GRANT REFERENCES, TRIGGER ON *.* TO weak@localhost`)
    writeFileSync(join(folder().path, 'password'), 'hidden words\n', { mode: 0o600 })
    writeFileSync(
      join(folder().path, 'ops.ini'),
      '[db shop]\nhost = db1\n\n[db weak]\nhost = db1\nuser = weak\npassword = @password\n',
    )
    const run = await archive('weak', 'dark.p', ...older('6mo', 'dark'))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('! rows that dark.c refers to stay (c_ibfk_1); each run saves them anew')
    expect(run.stdout).toContain('2 rows stay: rows of other tables refer to them')
    expect(await mariadb('SELECT GROUP_CONCAT(id) FROM dark.p')).toBe('7,8\n')
  })
})
