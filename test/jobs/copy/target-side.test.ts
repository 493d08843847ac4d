/** What the PostgreSQL that `ops db copy` writes to does by itself meanwhile: it ends, it fires triggers, it follows foreign keys. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { makeLab, reports } from '../lab-of-postgres.ts'
import { runWhileItWaits } from '../while-it-waits.ts'

describeReal('the target of ops db copy', () => {
  const hosts = useHosts({ names: ['both1'], withPackages: ['mariadb-server', 'postgresql'] })
  const host = (): Host => hosts()[0] as Host
  let folder: Folder
  beforeAll(async () => {
    const small = '[db small]\nhost = both1\nuser = few\npassword = @few.password\n\n'
    folder = folderWith({
      'ops.ini': `[db shop]\nhost = both1\n\n${small}${reports.section}`,
      ...reports.files,
      'few.password': 'few\n',
    })
    await makeLab(host())
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const psql = (statements: string): Promise<string> =>
    host().read('psql -X -q -At -v ON_ERROR_STOP=1 lab', { input: statements })
  const words = (table: string, as: string, ...argv: string[]): string[] => [
    ...['copy', 'shop', table, '--to', 'reports', '--as', as, ...argv],
  ]
  const copy = (table: string, as: string, ...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', ...words(table, as, ...argv), '--yes', '-F', host().sshConfig])

  test('a run whose target is restarted ends at once, says that nothing was copied, and the same command brings all', async () => {
    await mariadb(`CREATE DATABASE ends; USE ends; CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, '2026-01-01' FROM seq_1_to_5000`)
    const lost = await runWhileItWaits(
      host(),
      folder,
      words('ends.t', 'staging.ends', '--by', 'at'),
      async () => {
        const copies = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ops' AND query LIKE 'COPY%'`
        while ((await psql(copies)) !== '1\n') await pause(50)
        await host().read('systemctl restart postgresql')
      },
    )
    expect(lost.code).toBe(5)
    const error = lost.stdout.split('\n').find(line => line.includes('"error"')) ?? ''
    expect(lost.stdout + lost.stderr).toContain('the connection was lost')
    expect(error).toContain('"changed":"no"')
    expect(await psql(`SELECT count(*) FROM pg_tables WHERE tablename = 'ends'`)).toBe('0\n')
    expect(await copy('ends.t', 'staging.ends', '--by', 'at')).toMatchObject({ code: 0, stderr: '' })
    expect(await psql('SELECT count(*) FROM staging.ends')).toBe('5000\n')
  }, 120_000)

  test('a run whose source lets it open no further session ends at once, and the target is as it was', async () => {
    await mariadb(`CREATE DATABASE few; USE few; CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t VALUES (1, '2026-01-01');
      GRANT SELECT, PROCESS ON *.* TO few@localhost IDENTIFIED BY 'few' WITH MAX_USER_CONNECTIONS 2`)
    const refused = await folder.answer([
      ...['db', 'copy', 'small', 'few.t', '--to', 'reports', '--as', 'staging.few', '--by', 'at', '--yes'],
      ...['-F', host().sshConfig],
    ])
    expect(refused.stderr).toContain('max_user_connections')
    expect(refused.code).toBe(4)
    expect(await psql(`SELECT count(*) FROM pg_tables WHERE tablename = 'few'`)).toBe('0\n')
    expect(await psql(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`)).toBe('0\n')
  }, 120_000)

  test('what a deferred trigger of the target makes of a row, or brings back, is seen before the commit', async () => {
    await mariadb(`CREATE DATABASE late; USE late; CREATE TABLE t (id INT PRIMARY KEY, nm VARCHAR(20), at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, 'a', '2026-01-01' FROM seq_1_to_9`)
    const run = (...argv: string[]) => copy('late.t', 'late.t', '--by', 'at', ...argv)
    expect((await run()).stderr).toBe('')
    await psql(`CREATE FUNCTION late.df() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE late.t SET nm = 'DEFERRED' WHERE id = NEW.id; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER dfr AFTER UPDATE ON late.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.nm IS DISTINCT FROM 'DEFERRED') EXECUTE FUNCTION late.df();
      CREATE FUNCTION late.back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO late.t VALUES (OLD.*); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER back AFTER DELETE ON late.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late.back()`)
    const rows = 'SELECT id, nm FROM late.t ORDER BY id'
    const before = await psql(rows)
    await mariadb(`UPDATE late.t SET nm = 'b', at = NOW() WHERE id = 2`)
    for (const argv of [[], ['--full']]) {
      const refused = await run(...argv)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('1 row of late.t is not as the source has it')
      expect(refused.stdout).toContain('in other rows it is found by `ops db copy audit` alone')
      expect(await psql(rows)).toBe(before)
    }
    await psql('DROP TRIGGER dfr ON late.t')
    await mariadb(
      `UPDATE late.t SET nm = 'a', at = '2026-01-01' WHERE id = 2; DELETE FROM late.t WHERE id = 9`,
    )
    for (const argv of [['--deletes', 'hard'], ['--full']]) {
      const refused = await run(...argv)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('1 row of late.t is not as the source has it')
    }
    const mended = await folder.answer([
      ...['db', 'copy', 'audit', 'shop', 'late.t', '--to', 'reports', '--as', 'late.t', '--by', 'at'],
      ...['--repair', '--yes', '-F', host().sshConfig],
    ])
    expect(mended.code).toBe(1)
    expect(mended.stderr).toContain('1 row of late.t is not as the source has it')
    expect(await psql(rows)).toBe(before)
    await psql('DROP TRIGGER back ON late.t')
    expect((await run('--deletes', 'hard')).stderr).toBe('')
    expect(await psql('SELECT count(*) FROM late.t')).toBe('8\n')
  })

  test('the plan tells of foreign keys that change rows of other tables where a column that the copy writes changes', async () => {
    await mariadb(`CREATE DATABASE lead; USE lead; CREATE TABLE t (id INT PRIMARY KEY, code VARCHAR(9), at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t VALUES (1, 'a', '2026-01-01')`)
    const run = (...argv: string[]) => copy('lead.t', 'lead.t', '--by', 'at', ...argv)
    expect((await run()).stderr).toBe('')
    await psql(`ALTER TABLE lead.t ADD CONSTRAINT one_code UNIQUE (code);
      CREATE TABLE lead.by_code (code varchar(9) CONSTRAINT of_code REFERENCES lead.t (code) ON UPDATE CASCADE);
      CREATE TABLE lead.by_id (t int CONSTRAINT of_id REFERENCES lead.t ON UPDATE CASCADE); INSERT INTO lead.by_code VALUES ('a')`)
    await mariadb(`UPDATE lead.t SET code = 'b', at = NOW()`)
    const planned = await run('--plan')
    expect(planned.stdout).toContain(
      'where the run changes code of a row of lead.t, rows of lead.by_code that refer to it change too: its foreign key of_code is ON UPDATE CASCADE',
    )
    // No copy changes the key by which it finds its rows.
    expect(planned.stdout).not.toContain('of_id')
    expect((await run('--deletes', 'hard')).stderr).toBe('')
    expect(await psql('SELECT code FROM lead.by_code')).toBe('b\n')
  })

  test('a trigger that makes others wait for the commit escapes no proof: what they write is seen in the commit, which is taken back', async () => {
    await mariadb(`CREATE DATABASE evade; USE evade; CREATE TABLE t (id INT PRIMARY KEY, nm VARCHAR(20), at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, 'a', '2026-01-01' FROM seq_1_to_9`)
    const run = (...argv: string[]) => copy('evade.t', 'evade.t', '--by', 'at', ...argv)
    expect((await run()).stderr).toBe('')
    // The second of three triggers waits behind whatever the first is fired by, and the third behind that.
    await psql(`CREATE TABLE evade.one (id int); CREATE TABLE evade.two (id int);
      CREATE FUNCTION evade.a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' AND NEW.nm = 'LATE' THEN RETURN NULL; END IF;
        SET CONSTRAINTS ALL DEFERRED; INSERT INTO evade.one VALUES (OLD.id); RETURN NULL; END $$;
      CREATE FUNCTION evade.b() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        SET CONSTRAINTS ALL DEFERRED; INSERT INTO evade.two VALUES (NEW.id); RETURN NULL; END $$;
      CREATE FUNCTION evade.c() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE evade.t SET nm = 'LATE' WHERE id = NEW.id;
        IF NOT FOUND THEN INSERT INTO evade.t VALUES (NEW.id, 'LATE', now()); END IF; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER a AFTER UPDATE OR DELETE ON evade.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evade.a();
      CREATE CONSTRAINT TRIGGER b AFTER INSERT ON evade.one DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evade.b();
      CREATE CONSTRAINT TRIGGER c AFTER INSERT ON evade.two DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evade.c()`)
    const rows = 'SELECT id, nm FROM evade.t ORDER BY id'
    const before = await psql(rows)
    const audit = (): Promise<Outcome> =>
      folder.ops([
        ...['db', 'copy', 'audit', 'shop', 'evade.t', '--to', 'reports', '--as', 'evade.t', '--by', 'at'],
        ...['--repair', '--yes', '-F', host().sshConfig],
      ])
    const mark = 'SELECT watermark FROM evade.ops_copy'
    const marked = await psql(mark)
    const expectRefused = (refused: Outcome): void => {
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('1 row of evade.t is not as the source has it: a trigger there')
      expect(refused.stderr).toContain('Nothing was copied')
    }
    await mariadb(`UPDATE evade.t SET nm = 'b', at = NOW() WHERE id = 2`)
    for (const argv of [[], ['--full']]) expectRefused(await run(...argv))
    await mariadb(
      `UPDATE evade.t SET nm = 'a', at = '2026-01-01' WHERE id = 2; DELETE FROM evade.t WHERE id = 9`,
    )
    expectRefused(await run('--deletes', 'hard'))
    expectRefused(await audit())
    expect(await psql(rows)).toBe(before)
    expect(await psql(mark)).toBe(marked)
    await psql('DROP TRIGGER c ON evade.two')
    expect(await run('--deletes', 'hard')).toMatchObject({ code: 0, stderr: '' })
    expect(await psql('SELECT count(*) FROM evade.t')).toBe('8\n')
  })

  test('deletes that would reach rows of other tables through their foreign keys are refused with the names of both', async () => {
    await mariadb(`CREATE DATABASE led; USE led; CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, '2026-01-01' FROM seq_1_to_9`)
    const run = (...argv: string[]) => copy('led.t', 'led.t', '--by', 'at', ...argv)
    expect((await run()).stderr).toBe('')
    await psql(`CREATE TABLE led.orders (t int CONSTRAINT of_t REFERENCES led.t ON DELETE CASCADE) PARTITION BY LIST (t);
      CREATE TABLE led.orders_all PARTITION OF led.orders DEFAULT;
      CREATE TABLE led."No tes" (t int CONSTRAINT on_t REFERENCES led.t ON DELETE SET NULL);
      CREATE TABLE led.kept (t int REFERENCES led.t);
      INSERT INTO led.orders VALUES (9); INSERT INTO led."No tes" VALUES (9)`)
    await mariadb('DELETE FROM led.t WHERE id = 9')
    const audit = (...argv: string[]): Promise<Outcome> =>
      folder.answer([
        ...['db', 'copy', 'audit', 'shop', 'led.t', '--to', 'reports', '--as', 'led.t', '--by', 'at'],
        ...[...argv, '--yes', '-F', host().sshConfig],
      ])
    for (const refused of [
      await run('--deletes', 'hard', '--plan'),
      await run('--deletes', 'hard'),
      await run('--full'),
      await audit('--repair'),
    ]) {
      expect(refused.code).toBe(3)
      expect(refused.stderr.match(/deleting from .*/g)).toEqual([
        'deleting from led.t would change rows of led."No tes" too: its foreign key on_t is ON DELETE SET NULL',
        'deleting from led.t would delete rows of led.orders too: its foreign key of_t is ON DELETE CASCADE',
      ])
    }
    expect((await audit()).code).toBe(2)
    expect((await run()).code).toBe(0)
    await psql('ALTER TABLE led.orders DROP CONSTRAINT of_t; ALTER TABLE led."No tes" DROP CONSTRAINT on_t')
    expect((await run('--deletes', 'hard')).stderr).toBe('')
    expect(await psql('SELECT (SELECT count(*) FROM led.orders), (SELECT count(t) FROM led."No tes")')).toBe(
      '1|1\n',
    )
    expect(await psql('SELECT count(*) FROM led.t')).toBe('8\n')
  })
})
