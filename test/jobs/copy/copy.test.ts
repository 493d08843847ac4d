/**
 * `ops db copy` from a real MariaDB into a real PostgreSQL, on two hosts that do not see each other: each is reached by an
 * SSH hop of its own. What came is read by the servers' own clients.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { hostileSql } from '../../mysql/eyes.ts'
import { runWhileItWaits } from '../while-it-waits.ts'

describeReal('ops db copy', () => {
  const hosts = useHosts({ names: ['db1', 'dw1'], withPackages: ['mariadb-server', 'postgresql'] })
  const source = (): Host => hosts()[0] as Host
  const target = (): Host => hosts()[1] as Host
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({
      'jobs/reports.ts': `import { copy } from 'ops-recipes/jobs'
export default copy({ source: 'shop', table: 'app.t', to: 'reports', as: 'staging.t', by: 'at' })
`,
      'ops.ini': '[db shop]\nhost = db1\n\n[db reports]\nengine = postgres\nhost = dw1\ndatabase = lab\n',
    })
    await source().read(`ip route add blackhole ${target().address}/32; systemctl stop postgresql`)
    await target().read(`ip route add blackhole ${source().address}/32; systemctl stop mariadb
      cd /; su postgres -c 'createuser -s root; createdb lab'`)
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    source().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const psql = (statements: string): Promise<string> =>
    target().read('psql -X -q -At -v ON_ERROR_STOP=1 lab', { input: statements })
  const words = (table: string, as: string, ...argv: string[]): string[] => [
    ...['db', 'copy', 'shop', table, '--to', 'reports', '--as', as, ...argv, '-F', source().sshConfig],
  ]
  const copy = (table: string, as: string, ...argv: string[]): Promise<Outcome> =>
    folder.answer(words(table, as, '--yes', ...argv))

  test('every value of a hostile table is there, or was counted as lost before the first row', async () => {
    await mariadb(`CREATE DATABASE lab; USE lab; ${hostileSql('mariadb')}`)
    const plan = await folder.answer(words('lab.hostile', 'staging.hostile', '--plan'))
    expect(plan.code).toBe(0)
    expect(plan.stdout).toMatch(/makes +staging\.ops_copy, staging\.ops_runs, the history of its runs\n/)
    expect(plan.stdout.match(/lost: .*/g)).toEqual([
      'lost: dt: 1 value with no day that exists (as 0000-00-00): NULL there',
      'lost: da: 2 values with no day that exists (as 0000-00-00): NULL there',
      'lost: x: 1 value with the character 0, which is left out',
    ])
    expect(await psql(`SELECT count(*) FROM pg_namespace WHERE nspname = 'staging'`)).toBe('0\n')
    const run = await copy('lab.hostile', 'staging.hostile')
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    const rows =
      await psql(`SELECT id, f, d, n, u, t1, b1, b9, y, dt, ts AT TIME ZONE 'UTC', da, ti, e, s, j, g, k, bl, c, l, m,
      encode(convert_to(x, 'UTF8'), 'hex'), gen, inv, "we""ird.co\`l", created_at FROM staging.hostile ORDER BY id`)
    const x = Buffer.from('\\N\\\r\n\t"\'😀').toString('hex')
    expect(rows.trimEnd().split('\n')).toEqual([
      `0|1.234567|0.1|0.000000000000000000000000000001|18446744073709551615|2|t|101010101|0||2026-10-25 01:30:00.000001||838:59:59.999999|||{"a":1,"a":2,"z":"\\u0000"}|\\x000000000101000000a0c8eb85f3cce17f0000000000000000|\\x00ff0d0a5c4e27220000000000000020|\\x1a000a0d5c4e|a|ä|é|${x}|10|7|-1|`,
      '18446744073709551614|1.6777216e+07|1.7976931348623157e+308|-1.000000000000000000000000000000|0|-128|f|000000000|2155|9999-12-31 23:59:59.999999|||-838:59:59||x,y|null|||\\x|||||0|7|0|2026-03-29 01:30:00',
    ])
    const ddl = await folder.answer(words('lab.hostile', 'ddl.hostile', '--ddl'))
    await psql(`CREATE SCHEMA ddl; ${ddl.stdout}`)
    const columnsOf = (schema: string): Promise<string> =>
      psql(`SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
        WHERE attrelid = '${schema}.hostile'::regclass AND attnum > 0 ORDER BY attnum`)
    expect(await columnsOf('ddl')).toBe(await columnsOf('staging'))
    expect((await copy('lab.hostile_key', 'staging.hostile_key')).code).toBe(0)
    const keys = 'SELECT a, b, v FROM'
    const sorted = (text: string): string[] => text.replaceAll('\t', '|').trimEnd().split('\n').sort()
    expect(sorted(await psql(`${keys} staging.hostile_key`))).toEqual(
      sorted(await mariadb(`${keys} lab.hostile_key`)),
    )
  })

  test('a later run brings what changed since, each row once; a plan brings nothing', async () => {
    await mariadb(`CREATE DATABASE app; USE app;
      CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), KEY (at));
      INSERT INTO t (id, v, at) SELECT seq, seq, NOW() - INTERVAL seq HOUR FROM seq_1_to_5000`)
    expect((await copy('app.t', 'staging.t', '--by', 'at')).stdout).toContain('5,000 new')
    await mariadb(
      `USE app; UPDATE t SET v = 'changed' WHERE id <= 3; INSERT INTO t (id, v) VALUES (9001, 'new')`,
    )
    const plan = await folder.answer(words('app.t', 'staging.t', '--by', 'at', '--plan'))
    expect(plan.stdout).toContain('4: those with at from')
    expect(plan.stdout).not.toContain('ops_copy')
    expect(await psql(`SELECT count(*) FROM staging.t WHERE v IN ('changed', 'new')`)).toBe('0\n')
    const logins = (host: Host): Promise<string> =>
      host.read('journalctl -q -u ssh | grep -c "Accepted publickey"')
    const before = await Promise.all(hosts().map(logins))
    const run = await copy('app.t', 'staging.t', '--by', 'at')
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/1 new, 3 changed, 0 as they were/)
    // Its many connections shared one login on each side (this test looks from within the hosts).
    const more = async (): Promise<readonly number[]> =>
      (await Promise.all(hosts().map(logins))).map((each, index) => Number(each) - Number(before[index]))
    while ((await more()).includes(0)) await pause(50)
    expect(await more()).toEqual([1, 1])
    const again = await copy('app.t', 'staging.t', '--by', 'at')
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/0 new, 0 changed, 4 as they were|nothing to do/)
    await mariadb(`UPDATE app.t SET v = 'by file' WHERE id = 4999`)
    const byFile = await folder.answer(['job', 'run', 'reports', '--yes', '-F', source().sshConfig])
    expect(byFile.stderr).toBe('')
    expect(await psql(`SELECT v FROM staging.t WHERE id = 4999`)).toBe('by file\n')
    const history = await folder.answer(['job', 'history', 'reports', '-F', source().sshConfig])
    expect(history.stderr).toBe('')
    const runs = history.stdout.split(/^ {2}(?=\d{4}-)/m).slice(1)
    expect(runs).toHaveLength(4)
    expect(runs[0]).toMatch(
      /UTC {2}done in .*: copy app\.t of shop[\s\S]*read +5,000 rows[\s\S]*written +5,000 new/,
    )
    expect(runs[3]).toMatch(/written +0 new, 1 changed/)
    expect(await psql(/log +(SELECT log .*)/.exec(runs[3] ?? '')?.[1] ?? '')).toContain('"event":"job-end"')
    expect(
      await psql(`SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE v = 'changed') FROM staging.t`),
    ).toBe('5001|5001|3\n')
  })

  test('a row that was stamped before a run and committed after it is there after the next one', async () => {
    await mariadb(`CREATE DATABASE late; USE late; CREATE TABLE t (id INT PRIMARY KEY, v INT,
      at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (at));
      INSERT INTO t (id, v, at) SELECT seq, 0, '2026-01-01' FROM seq_1_to_100`)
    const held = source().exec(
      'mariadb late -e "BEGIN; UPDATE t SET v = 1 WHERE id = 7; DO SLEEP(600); COMMIT"',
    )
    const sleeper = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP%'"
    while ((await mariadb(sleeper)).trim() === 'NULL') await pause(50)
    // Longer than the margin, so that only the open transaction can hold the watermark back.
    const waited =
      'SELECT UNIX_TIMESTAMP() - UNIX_TIMESTAMP(MIN(trx_started)) FROM information_schema.INNODB_TRX'
    while (Number(await mariadb(waited)) < 4) await pause(100)
    const first = await copy('late.t', 'staging.late', '--by', 'at', '--margin', '1s')
    expect(first.stdout).toMatch(/has a transaction open since/)
    await mariadb(`SELECT CONCAT('KILL QUERY ', (${sleeper})) INTO @k; EXECUTE IMMEDIATE @k`)
    await held
    while ((await mariadb('SELECT v FROM late.t WHERE id = 7')).trim() !== '1') await pause(50)
    expect(await psql('SELECT v FROM staging.late WHERE id = 7')).toBe('0\n')
    expect((await copy('late.t', 'staging.late', '--by', 'at', '--margin', '1s')).stdout).toContain(
      '1 changed',
    )
    expect(await psql('SELECT v FROM staging.late WHERE id = 7')).toBe('1\n')
  })

  test('so is one whose statement waited for the table: it was stamped before it had a transaction', async () => {
    await mariadb(`CREATE DATABASE waits; USE waits; CREATE TABLE t (id INT PRIMARY KEY, v INT,
      at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (at));
      INSERT INTO t SELECT seq, 0, '2026-01-01' FROM seq_1_to_100`)
    const holder = source().exec('mariadb waits -e "LOCK TABLES t READ; DO SLEEP(603)"')
    const sleeper = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(603)%'"
    while ((await mariadb(sleeper)).trim() === 'NULL') await pause(50)
    const waiter = source().exec('mariadb waits -e "UPDATE t SET v = 1 WHERE id = 7"')
    const waited =
      "SELECT MAX(TIME) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%' AND INFO LIKE 'UPDATE t%'"
    while (!(Number(await mariadb(waited)) >= 4)) await pause(100)
    await copy('waits.t', 'staging.waits', '--by', 'at', '--margin', '1s')
    await mariadb(`SELECT CONCAT('KILL ', (${sleeper})) INTO @k; EXECUTE IMMEDIATE @k`)
    await holder
    expect((await waiter).code).toBe(0)
    expect(await psql('SELECT v FROM staging.waits WHERE id = 7')).toBe('0\n')
    await copy('waits.t', 'staging.waits', '--by', 'at', '--margin', '1s')
    expect(await psql('SELECT v FROM staging.waits WHERE id = 7')).toBe('1\n')
    // As a replica that is further behind than last time brings it.
    await mariadb('USE waits; INSERT INTO t VALUES (1000, 0, NOW() - INTERVAL 30 MINUTE)')
    await copy('waits.t', 'staging.waits', '--by', 'at', '--margin', '1h')
    expect(await psql('SELECT v FROM staging.waits WHERE id = 1000')).toBe('0\n')
    await psql(`UPDATE staging.ops_copy SET watermark = '2099-01-01 00:00:00' WHERE target_table = 'waits'`)
    const back = await copy('waits.t', 'staging.waits', '--by', 'at')
    expect(back.stderr).toMatch(
      /clock of .* was put back.*2099-01-01[\s\S]*or --tz[\s\S]*bring them once with --full/,
    )
    expect(back.code).toBe(3)
    expect((await copy('waits.t', 'staging.waits', '--by', 'at', '--full')).code).toBe(0)
    expect((await copy('waits.t', 'staging.waits', '--by', 'at')).code).toBe(0)
  })

  test('10,000 rows of one stamp across the border come once each, though five runs were killed before their commit', async () => {
    await mariadb(`CREATE DATABASE border; USE border; CREATE TABLE t (id INT PRIMARY KEY, v INT, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, 0, '2026-01-01' FROM seq_1_to_100`)
    // An open transaction holds the watermark where it is, and so all of them lie just on it.
    const open = source().exec('mariadb border -e "BEGIN; UPDATE t SET v = 9 WHERE id = 1; DO SLEEP(602)"')
    const opened = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(602)%'"
    while ((await mariadb(opened)).trim() === 'NULL') await pause(50)
    await copy('border.t', 'staging.border', '--by', 'at')
    const kept = `SELECT watermark FROM staging.ops_copy WHERE target_table = 'border'`
    const stamp = (await psql(kept)).trim()
    const add = (from: number, to: number): Promise<string> =>
      mariadb(`USE border; INSERT INTO t SELECT seq, 1, '${stamp}' FROM seq_${from}_to_${to}`)
    await add(1001, 6000)
    // It lets plans read what ops keeps there, and none write it.
    const holder = target().exec(
      `psql -X lab -c "BEGIN; LOCK TABLE staging.ops_copy IN EXCLUSIVE MODE; SELECT pg_sleep(600)"`,
    )
    const waiting = `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity USING (pid) WHERE NOT granted AND application_name = 'ops'`
    const isHeld = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND wait_event = 'PgSleep'`
    while ((await psql(isHeld)).trim() !== '1') await pause(50)
    for (let kill = 0; kill < 5; kill++) {
      let isKilled = false
      while (!isKilled) {
        const child = spawn(
          process.execPath,
          [program, ...words('border.t', 'staging.border', '--by', 'at', '--yes')],
          {
            cwd: folder.path,
            env: { PATH: process.env.PATH, HOME: folder.path },
            stdio: 'ignore',
          },
        )
        const ended = once(child, 'exit')
        while ((await psql(waiting)).trim() === '0' && child.exitCode === null) await pause(20)
        // It ends by itself where the lock of the one before is held still.
        isKilled = child.exitCode === null
        child.kill('SIGKILL')
        await ended
        while ((await psql(waiting)).trim() !== '0') await pause(50)
      }
    }
    expect(await psql('SELECT count(*) FROM staging.border')).toBe('100\n')
    await psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`,
    )
    await holder
    await copy('border.t', 'staging.border', '--by', 'at')
    expect((await psql(kept)).trim()).toBe(stamp)
    await add(6001, 11_000)
    const last = await copy('border.t', 'staging.border', '--by', 'at')
    expect(last.stderr).toBe('')
    expect(last.stdout).toMatch(/5,000 new, 0 changed, 5,000 as they were/)
    await mariadb(`SELECT CONCAT('KILL ', (${opened})) INTO @k; EXECUTE IMMEDIATE @k`)
    await open
    expect(await psql('SELECT count(*), count(DISTINCT id), sum(id) FROM staging.border')).toBe(
      (await mariadb('SELECT COUNT(*), COUNT(DISTINCT id), SUM(id) FROM border.t')).replaceAll('\t', '|'),
    )
    const [db, copies, ...named] = words('border.t', 'staging.border', '--by', 'at')
    const audit = await folder.answer([db as string, copies as string, 'audit', ...named])
    expect(audit.stdout).toMatch(/differ +none/)
    expect(audit.code).toBe(0)
  }, 400_000)

  test('a table that is altered while it is copied arrives in one shape or not at all, and the contract of a consumer holds to the end', async () => {
    await mariadb(`CREATE DATABASE shapes; USE shapes; CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL);
      INSERT INTO t SELECT seq, seq FROM seq_1_to_100`)
    const argv = ['copy', 'shop', 'shapes.t', '--to', 'reports', '--as', 'shapes.t']
    const pin = [
      'db',
      'drift',
      'shop',
      'shapes.t',
      '--contract',
      'shapes.json',
      '--pin',
      '-F',
      source().sshConfig,
    ]
    expect((await folder.answer(pin)).code).toBe(0)
    const alter = (to: string) => () => mariadb(`ALTER TABLE shapes.t MODIFY v ${to} NOT NULL`)
    const moved = await runWhileItWaits(source(), folder, argv, alter('VARCHAR(20)'))
    expect(moved.stdout).toMatch(/shapes\.t is not what it was when this began, copying its rows: [^"]*v/)
    expect(moved.code).toBe(8)
    await alter('INT')()
    const held = await runWhileItWaits(
      source(),
      folder,
      [...argv, '--contract', 'shapes.json'],
      alter('VARCHAR(20)'),
    )
    expect(held.stdout).toContain('the contract of shapes is broken: v: its type was int and is varchar(20)')
    expect(held.code).toBe(3)
    expect(await psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'shapes' AND tablename = 't'")).toBe(
      '0\n',
    )
  })

  test('a table that the server never analyzes by itself is analyzed when it was filled', async () => {
    await mariadb(`CREATE DATABASE plain; USE plain; CREATE TABLE t (id INT PRIMARY KEY, v INT);
      INSERT INTO t SELECT seq, seq FROM seq_1_to_100`)
    await psql(`CREATE SCHEMA known; CREATE TABLE known.parted (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
      CREATE TABLE known.part PARTITION OF known.parted FOR VALUES FROM (0) TO (1000);
      CREATE TABLE known.leftout (id int PRIMARY KEY, v int) WITH (autovacuum_enabled = off)`)
    for (const table of ['parted', 'leftout']) {
      expect((await copy('plain.t', `known.${table}`)).stderr).toBe('')
      expect(
        await psql(`SELECT count(*) FROM pg_stats WHERE schemaname = 'known' AND tablename = '${table}'`),
      ).toBe('2\n')
    }
  })

  test('schema and table are two names, whatever is in them; one that PostgreSQL would cut is refused', async () => {
    await mariadb(
      'CREATE DATABASE odd; USE odd; CREATE TABLE t (id INT PRIMARY KEY, `A "b".c` INT, ops_number INT); INSERT INTO t VALUES (1, 2, 3)',
    )
    const name = (each: string): string => `"${each.replaceAll('"', '""')}"`
    for (const [schema = '', table = ''] of [
      ['users', 'public.users'],
      ['Sta.ging', 'a"; DROP SCHEMA staging; --'],
      ['ümläut', 'x'.repeat(63)],
    ]) {
      const run = await copy('odd.t', `${name(schema)}.${name(table)}`)
      expect(run.stderr).toBe('')
      const found = await psql(
        `SELECT count(*) FROM pg_tables WHERE schemaname = $a$${schema}$a$ AND tablename = $a$${table}$a$`,
      )
      expect(found).toBe('1\n')
      expect(await psql(`SELECT "A ""b"".c" FROM ${name(schema)}.${name(table)}`)).toBe('2\n')
    }
    // Over rows that are there they come by a table of ops, which has such a column as well.
    expect((await copy('odd.t', `${name('users')}.${name('public.users')}`)).stderr).toBe('')
    for (const as of [`staging.${'y'.repeat(70)}`, `${'é'.repeat(35)}.t`, 'users', 'a.b.c', '"".t']) {
      const refused = await copy('odd.t', as)
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain('--as')
    }
    expect(await psql(`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`)).toBe('0\n')
  })

  test('a table that is altered while it is copied is not copied by the columns that it had', async () => {
    await mariadb(
      'CREATE DATABASE moved; USE moved; CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, seq FROM seq_1_to_1000',
    )
    const [, ...argv] = words('moved.t', 'staging.moved')
    const run = await runWhileItWaits(source(), folder, argv, () =>
      mariadb('ALTER TABLE moved.t ADD note INT'),
    )
    expect(run.stdout + run.stderr).toContain('it has the new column note')
    expect(run.code).toBe(8)
    expect(await psql(`SELECT count(*) FROM pg_tables WHERE tablename = 'moved'`)).toBe('0\n')
    expect(await copy('moved.t', 'staging.moved')).toMatchObject({ code: 0, stderr: '' })
    expect(await psql('SELECT count(*), count(note) FROM staging.moved')).toBe('1000|0\n')
  })

  test('rows that a trigger of the target changes or keeps out are no copy: nothing is committed', async () => {
    await mariadb(`CREATE DATABASE fired; USE fired; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9), at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t VALUES (1, 'a', '2026-01-01'), (2, 'b', '2026-01-01')`)
    await psql(`CREATE SCHEMA fired; CREATE TABLE fired.t (id int PRIMARY KEY, v varchar(9), at timestamptz, seen int);
      CREATE FUNCTION fired.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.v = 'out' THEN RETURN NULL; END IF; NEW.seen := 1; NEW.v := replace(NEW.v, 'x', 'y'); RETURN NEW; END $$;
      CREATE TRIGGER own BEFORE INSERT OR UPDATE ON fired.t FOR EACH ROW EXECUTE FUNCTION fired.f()`)
    const run = () => copy('fired.t', 'fired.t', '--by', 'at')
    const first = await run()
    expect(first.stderr).toBe('')
    expect(first.stdout).toContain('triggers of fired.t fire: own')
    const watermark = await psql('SELECT watermark FROM fired.ops_copy')
    for (const v of ['out', 'x']) {
      await mariadb(`UPDATE fired.t SET v = '${v}', at = NOW() WHERE id = 2`)
      const refused = await run()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('1 row of fired.t is not as the source has it')
    }
    expect(await psql('SELECT id, v, seen FROM fired.t ORDER BY id')).toBe('1|a|1\n2|b|1\n')
    expect(await psql('SELECT watermark FROM fired.ops_copy')).toBe(watermark)
    await mariadb(`UPDATE fired.t SET v = 'c' WHERE id = 2`)
    expect((await run()).stderr).toBe('')
    expect(await psql('SELECT id, v FROM fired.t ORDER BY id')).toBe('1|a\n2|c\n')
  })

  test('a column that came to both sides is not left without its values, and what no stamp tells of is told', async () => {
    await mariadb(`CREATE DATABASE came; USE came; CREATE TABLE t (id INT PRIMARY KEY, v INT, at TIMESTAMP NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, seq, '2026-01-01' FROM seq_1_to_9`)
    const run = (...argv: string[]) => copy('came.t', 'staging.came', '--by', 'at', ...argv)
    expect((await run()).code).toBe(0)
    await psql('ALTER TABLE staging.came ADD note int')
    await mariadb(
      `ALTER TABLE came.t ADD note INT DEFAULT 7; INSERT INTO came.t VALUES (10, 1, '2026-02-02', 8)`,
    )
    const refused = await run()
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('note came to came.t since the last copy')
    expect((await run('--full')).stderr).toBe('')
    expect(await psql('SELECT sum(note) FROM staging.came')).toBe(`${9 * 7 + 8}\n`)
    await mariadb('ALTER TABLE came.t DROP v')
    const later = await run()
    expect(later.stderr).toBe('')
    expect(later.stdout).toContain('not in the source, so they stay as they are in staging.came: v')
  })

  test('rows that a policy of the target hides are not taken for rows that are not there', async () => {
    await mariadb(
      'CREATE DATABASE hid; USE hid; CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)',
    )
    await psql(`CREATE SCHEMA hid; CREATE TABLE hid.t (id int PRIMARY KEY); ALTER TABLE hid.t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY few ON hid.t USING (id < 2); CREATE ROLE deploy LOGIN; GRANT ALL ON SCHEMA hid TO deploy; GRANT ALL ON hid.t TO deploy`)
    const { stderr, code } = await folder.answer([
      ...['db', 'copy', 'shop', 'hid.t', '--as', 'hid.t', '--yes', '-F', source().sshConfig],
      ...['--to', 'postgres:///lab?via=dw1-deploy'],
    ])
    expect(stderr).toContain('row-level security')
    expect(code).not.toBe(0)
  })
})
