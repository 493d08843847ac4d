/** `ops db drift` on real servers: each change judged with the rows that suffer, and nothing seen where nothing changed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { openEyes } from '../../mysql/eyes.ts'
import { startMysql56, whyNoMysql56 } from '../../mysql/mysql-56.ts'
import { runWhileItWaits } from '../while-it-waits.ts'

/** Far more than a test takes: machines may be busy. */
vi.setConfig({ testTimeout: 600_000 })

/** A column: as it was, as it is, its verdict, the rows that do not fit. Of five rows the last one holds what is told. */
const changes: readonly (readonly [was: string, is: string, last: string, verdict: string, rows?: number])[] =
  [
    ['INT', 'BIGINT', '5000000000', 'breaks', 1],
    ['INT', 'BIGINT', '5', 'widens', 0],
    ['BIGINT', 'INT', '5', 'harmless'],
    ['INT', 'INT UNSIGNED', '4000000000', 'breaks', 1],
    ['INT UNSIGNED', 'INT', '-1', 'breaks', 1],
    ['TINYINT UNSIGNED', 'SMALLINT', '255', 'widens', 0],
    ['INT(5)', 'INT(9)', '5', 'none'],
    ['INT', 'DECIMAL(12,2)', '1.5', 'breaks', 1],
    ['INT', 'DOUBLE', '1', 'breaks', 5],
    ['DECIMAL(10,2)', 'DECIMAL(12,2)', '1234567890.12', 'breaks', 1],
    ['DECIMAL(10,2)', 'DECIMAL(12,4)', '1.2345', 'breaks', 1],
    ['DECIMAL(10,2)', 'DECIMAL(12,4)', '1.23', 'widens', 0],
    ['DECIMAL(10,2)', 'DECIMAL(8,1)', '1.2', 'harmless'],
    ['DECIMAL(5,2) UNSIGNED', 'DECIMAL(5,2)', '-1', 'breaks', 1],
    ['DECIMAL(5,2)', 'DECIMAL(5,2) UNSIGNED', '1', 'harmless'],
    ['FLOAT UNSIGNED', 'FLOAT', '-1', 'breaks', 1],
    ['DOUBLE(5,2)', 'DOUBLE', '1', 'widens'],
    ['FLOAT', 'DOUBLE', '1', 'widens'],
    ['DOUBLE', 'FLOAT', '1', 'harmless'],
    ['VARCHAR(10)', 'VARCHAR(20)', "'fourteen marks'", 'breaks', 1],
    ['VARCHAR(10)', 'VARCHAR(20)', "'äöüäöüäöü'", 'widens', 0],
    ['VARCHAR(20)', 'VARCHAR(10)', "'x'", 'harmless'],
    ['VARCHAR(10)', 'CHAR(10)', "'x'", 'none'],
    ['VARCHAR(10)', 'TEXT', "'fourteen marks'", 'breaks', 1],
    ['TEXT', 'VARCHAR(100)', "'x'", 'harmless'],
    ['TEXT', 'MEDIUMTEXT', "REPEAT('x', 70000)", 'breaks', 1],
    ['VARCHAR(10)', 'INT', '1', 'breaks', 5],
    ['VARCHAR(10) CHARACTER SET latin1', 'VARCHAR(10) CHARACTER SET utf8mb4', "'\u6f22'", 'breaks', 1],
    ['VARCHAR(10) CHARACTER SET latin1', 'VARCHAR(10) CHARACTER SET utf8mb4', "'ä'", 'widens', 0],
    ['VARCHAR(10) CHARACTER SET utf8mb4', 'VARCHAR(10) CHARACTER SET latin1', "'ä'", 'harmless'],
    ['VARCHAR(10) CHARACTER SET utf8mb3', 'VARCHAR(10) CHARACTER SET utf8mb4', "'\u{1f600}'", 'breaks', 1],
    ['VARCHAR(10) COLLATE utf8mb4_bin', 'VARCHAR(10) COLLATE utf8mb4_general_ci', "'x'", 'widens'],
    ['BINARY(4)', 'VARBINARY(8)', "'12345678'", 'breaks', 1],
    ['VARBINARY(4)', 'BINARY(4)', "'x'", 'breaks', 5],
    ['BINARY(4)', 'VARBINARY(4)', "'x'", 'harmless'],
    ['BLOB', 'VARBINARY(50)', "'x'", 'harmless'],
    ['DATETIME', 'DATETIME(6)', "'2026-01-01 00:00:00.000001'", 'breaks', 1],
    ['DATETIME(6)', 'DATETIME(3)', "'2026-01-01 00:00:00.001'", 'harmless'],
    ['DATETIME', 'TIMESTAMP NULL', "'2026-01-01'", 'breaks', 5],
    ['DATE', 'DATETIME', "'2026-01-01'", 'breaks', 5],
    ['TIME', 'TIME(2)', "'10:00:00'", 'widens', 0],
    ["ENUM('1','b')", "ENUM('1','b','c')", "'c'", 'breaks', 1],
    ["ENUM('1','b')", "ENUM('c','1','b')", "'b'", 'widens', 0],
    ["ENUM('1','b','it''s')", "ENUM('1','b')", "'b'", 'harmless'],
    ["ENUM('1','b')", 'VARCHAR(5)', "'c'", 'breaks', 1],
    ["SET('1','b')", "SET('1','b','c')", "'1,c'", 'breaks', 1],
    ['BIT(4)', 'BIT(8)', '200', 'breaks', 1],
    ['INT NOT NULL', 'INT', 'NULL', 'breaks', 1],
    ['INT NOT NULL', 'INT', '5', 'widens', 0],
    ['INT', 'INT NOT NULL', '5', 'harmless'],
    ["INT DEFAULT 5 COMMENT 'x'", "INT DEFAULT 6 COMMENT 'y'", '5', 'widens'],
    ["INT DEFAULT 5 COMMENT 'x'", "INT DEFAULT 5 COMMENT 'y'", '5', 'none'],
  ]

describeReal('ops db drift', () => {
  const host = useHost({ name: 'drift1', withPackages: ['mariadb-server'] })
  const newer = useHost({ name: 'drift2', release: 'trixie', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string, on: Host = host()): Promise<string> =>
    on.read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const drift = (
    table: string,
    file: string,
    argv: readonly string[] = [],
    on: Host = host(),
  ): Promise<Outcome> =>
    folder.answer(['db', 'drift', on.name, table, '--contract', file, ...argv, '-F', on.sshConfig])
  const told = async (table: string, file: string): Promise<readonly Record<string, unknown>[]> =>
    (await drift(table, file, ['--json'])).stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(each => each.event === 'change')

  test('each change is judged, with the rows that do not fit', async () => {
    const columns = (at: 0 | 1): string =>
      changes.map((change, index) => `c${index} ${change[at]}`).join(', ')
    const values = changes.map(each => each[2]).join(', ')
    const first = changes.map(([was]) =>
      /DATE|TIMESTAMP/.test(was) ? "'2026-01-01'" : /^TIME/.test(was) ? "'10:00:00'" : '1',
    )
    await mariadb(`CREATE DATABASE app CHARACTER SET utf8mb4; SET sql_mode = ''; USE app; CREATE TABLE t (id INT PRIMARY KEY, ${columns(0)}) ROW_FORMAT=DYNAMIC;
      INSERT INTO t SELECT seq, ${first.join(', ')} FROM seq_1_to_4`)
    expect((await drift('app.t', 't.json', ['--pin', '--consumer', 'reports'])).code).toBe(0)
    expect((await drift('app.t', 't.json')).stdout).toMatch(/changes +none/)
    await mariadb(`SET sql_mode = ''; USE app; ALTER TABLE t ${changes.map((change, index) => `MODIFY c${index} ${change[1]}`).join(', ')};
      INSERT INTO t VALUES (5, ${values})`)
    const found = await told('app.t', 't.json')
    const verdicts = changes.map(([was, is, last], index) => {
      const change = found.find(each => each.column === `c${index}`)
      const rows = change?.rows === undefined ? [] : [change.rows]
      return [was, is, last, change?.verdict ?? 'none', ...rows]
    })
    expect(verdicts).toEqual(changes)
    expect((await drift('app.t', 't.json')).code).toBe(2)
  })

  test('columns that go, come or change their name, and a key that is none any more', async () => {
    await mariadb(`USE app; CREATE TABLE u (id INT PRIMARY KEY, customer_name VARCHAR(50), amount DECIMAL(10,2), note TEXT, internal INT);
      INSERT INTO u (id) SELECT seq FROM seq_1_to_7`)
    await drift('app.u', 'u.json', ['--pin', '--consumer', 'billing'])
    const contract = JSON.parse(readFileSync(join(folder.path, 'u.json'), 'utf8'))
    delete contract.columns.internal
    writeFileSync(join(folder.path, 'u.json'), JSON.stringify({ ...contract, others: ['internal'] }))
    await mariadb(`USE app; ALTER TABLE u CHANGE customer_name client_name VARCHAR(50), DROP note, DROP internal, ADD extra INT NOT NULL,
      DROP PRIMARY KEY; INSERT INTO u (id, extra) VALUES (1, 1)`)
    const run = await drift('app.u', 'u.json')
    expect(run.stdout).toContain(
      'breaks: customer_name: it is gone, renamed to client_name it seems: it is new and varchar(50) as well, it stands after id as well, its name is alike',
    )
    expect(run.stdout).toContain('breaks: note: it is gone (8 rows do not fit)')
    // What does no harm stands below the marks.
    expect(run.stdout).toContain('  - harmless: extra: it is new (int not null)')
    expect(run.stdout).toContain('breaks: id: no unique key names a row by id any more (2 rows do not fit)')
    expect(run.stdout).not.toContain('internal')
    expect(run.code).toBe(2)
    writeFileSync(join(folder.path, 'w.json'), JSON.stringify({ ...contract, writes: true }))
    expect((await drift('app.u', 'w.json')).stdout).toContain(
      'breaks: extra: it is new (int not null), and demands a value',
    )
    await mariadb(
      `USE app; CREATE TABLE given (id INT AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL DEFAULT 5, b VARCHAR(9), c INT)`,
    )
    await drift('app.given', 'given.json', ['--pin'])
    const given = JSON.parse(readFileSync(join(folder.path, 'given.json'), 'utf8'))
    const writer = { ...given, writes: true, columns: { c: given.columns.c }, others: ['id', 'a', 'b'] }
    writeFileSync(join(folder.path, 'given.json'), JSON.stringify(writer))
    expect((await drift('app.given', 'given.json')).code).toBe(0)
    await mariadb(
      `USE app; ALTER TABLE given ALTER a DROP DEFAULT, MODIFY b VARCHAR(9) NOT NULL, MODIFY id INT, ADD UNIQUE (c)`,
    )
    const demanding = await told('app.given', 'given.json')
    expect(demanding.map(({ column, verdict }) => [column, verdict])).toEqual(
      ['id', 'a', 'b', 'c'].map(column => [column, 'breaks']),
    )
    expect((await drift('app.u', 'u.json', ['--pin'])).code).toBe(0)
    const after = await drift('app.u', 'u.json')
    expect(after.code).toBe(0)
    expect(JSON.parse(readFileSync(join(folder.path, 'u.json'), 'utf8')).consumer).toBe('billing')
  })

  test('an account that may not see triggers is told so, and the same in a contract that it writes', async () => {
    await mariadb(`CREATE DATABASE blind; CREATE TABLE blind.t (id INT PRIMARY KEY, n INT, at DATETIME, KEY (at)); INSERT INTO blind.t VALUES (1, 1, '2020-01-01');
      CREATE USER few@localhost IDENTIFIED BY 'hidden words'; GRANT SELECT ON blind.t TO few@localhost`)
    writeFileSync(join(folder.path, 'password'), 'hidden words\n')
    const few = `[db few]\nhost = ${host().name}\nuser = few\npassword = @password\n`
    writeFileSync(join(folder.path, 'ops.ini'), few)
    const asFew = (file: string, ...argv: string[]): Promise<Outcome> =>
      folder.ops(['db', 'drift', 'few', 'blind.t', '--contract', file, ...argv, '-F', host().sshConfig])
    expect((await drift('blind.t', 'seen.json', ['--pin'])).stdout).not.toContain('triggers')
    await mariadb('CREATE TRIGGER blind.fires BEFORE INSERT ON blind.t FOR EACH ROW SET NEW.n = 1')
    const compared = await asFew('seen.json')
    expect(compared.code).toBe(0)
    expect(compared.stdout).toMatch(/changes +none in what the account may see/)
    expect(compared.stdout).toContain('triggers were not compared: the account may not see those of blind.t')
    const lines = (await asFew('seen.json', '--json')).stdout.trim().split('\n')
    const data = lines.map(line => JSON.parse(line)).find(each => each.event === 'drift')
    expect(data).toMatchObject({ event: 'drift', changes: 0, drift: false, notCompared: ['triggers'] })
    expect((await asFew('unseen.json', '--pin')).stdout).toContain('triggers were not written')
    // Who does not mind them is told nothing.
    expect((await asFew('unseen.json')).stdout).not.toContain('triggers')
    expect(await told('blind.t', 'seen.json')).toMatchObject([{ column: 'TRIGGER fires' }])
    const dumped = await folder.ops([
      ...[
        'db',
        'dump',
        'few',
        'blind.t',
        '--by',
        'at',
        '--tz',
        'UTC',
        '--to',
        'days',
        '--unwatched',
        '--plan',
      ],
      ...['--contract', 'seen.json', '-F', host().sshConfig],
    ])
    expect(dumped.stdout).toContain('triggers were not compared')
    // So it is told by jobs that would tell of triggers which fire.
    writeFileSync(join(folder.path, 'blind.csv'), 'id,n\n2,1\n')
    await mariadb('GRANT INSERT, UPDATE, DELETE ON blind.t TO few@localhost')
    const loaded = await folder.ops([
      ...['db', 'load', 'few', 'blind.t', 'blind.csv', '--plan', '-F', host().sshConfig],
    ])
    expect(loaded.stdout).toContain('whether blind.t has triggers cannot be seen')
    expect((await drift('blind.t', 'seen.json')).stdout).not.toContain('cannot be seen')
    await mariadb('GRANT TRIGGER ON blind.t TO few@localhost')
    expect((await asFew('seen.json')).stdout).toContain('TRIGGER fires: it is new')
  })

  test('another release of the server is no change', async () => {
    const types = [
      'INT',
      'INT UNSIGNED',
      'TINYINT(1)',
      'BIGINT(20) UNSIGNED ZEROFILL',
      'YEAR',
      'DATETIME(3)',
      'TIMESTAMP NULL',
      'JSON',
      'BIT',
      'DOUBLE',
      'FLOAT',
      'DECIMAL(10)',
      "ENUM('a','b,c')",
      "SET('x','it''s')",
      'CHAR(3) CHARACTER SET utf8',
      'TEXT CHARACTER SET latin1',
      'VARBINARY(9)',
      'LONGBLOB',
      'GEOMETRY',
      'TIME(1)',
      'DATE',
      "VARCHAR(5) DEFAULT 'x'",
      'INT DEFAULT 5',
      'BOOLEAN',
    ]
    const table = (some: readonly string[]): string =>
      `CREATE DATABASE far CHARACTER SET utf8mb4; CREATE TABLE far.v (id INT PRIMARY KEY, ${some.map((type, index) => `c${index} ${type}`).join(', ')}, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`
    await mariadb(table(types))
    await mariadb(table(types), newer())
    expect((await drift('far.v', 'v.json', ['--pin'])).code).toBe(0)
    const run = await drift('far.v', 'v.json', [], newer())
    expect(run.stdout).toMatch(/changes +none/)
    expect(run.code).toBe(0)
  })

  test.skipIf(whyNoMysql56() !== undefined)('nor is MySQL 5.6', async () => {
    const server = await startMysql56()
    try {
      const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
      const eyes = await openEyes(await local.forwardSocket(server.socket))
      const table = `CREATE TABLE old.v (id INT(11) PRIMARY KEY, a BIGINT UNSIGNED NOT NULL, b TINYINT(1), y YEAR, d DATETIME(3), s TIMESTAMP NULL, k BIT,
        n DECIMAL(10,2) DEFAULT '0.00', e ENUM('a','b,c'), c CHAR(3) CHARACTER SET utf8, t TEXT CHARACTER SET latin1, l LONGBLOB, v VARCHAR(5) DEFAULT 'x')`
      await eyes.run(`CREATE DATABASE old CHARACTER SET utf8mb4; ${table}`)
      await eyes.close()
      await mariadb(`CREATE DATABASE old CHARACTER SET utf8mb4; ${table}`)
      expect((await drift('old.v', 'o.json', ['--pin'])).code).toBe(0)
      writeFileSync(join(folder.path, 'ops.ini'), `[db old]\nsocket = ${server.socket}\nuser = root\n`)
      const run = await folder.answer(['db', 'drift', 'old', 'old.v', '--contract', 'o.json'])
      expect(run.stdout).toMatch(/changes +none/)
      expect(run.code).toBe(0)
    } finally {
      await server.stop()
    }
  })

  test('an archive begins only while the contracts hold, and says which one does not', async () => {
    await mariadb(
      `USE app; CREATE TABLE w (id INT PRIMARY KEY, v INT, at DATETIME NOT NULL, n INT NOT NULL DEFAULT 5, KEY (at)); INSERT INTO w (id, v, at) VALUES (1, 1, '2020-01-01')`,
    )
    await drift('app.w', 'w1.json', ['--pin', '--consumer', 'reports'])
    const archive = (...argv: string[]): Promise<Outcome> =>
      folder.answer([
        'db',
        'archive',
        'drift1',
        'app.w',
        '--older-than',
        '1y',
        '--by',
        'at',
        '--to',
        'w',
        '--contract',
        'w1.json',
        ...argv,
        '-F',
        host().sshConfig,
      ])
    await mariadb('USE app; ALTER TABLE w MODIFY v SMALLINT')
    const narrower = await archive('--plan')
    expect(narrower.stdout).toContain(
      '  - contract of reports: harmless: v: its type was int and is smallint',
    )
    expect(narrower.code).toBe(0)
    await mariadb('USE app; ALTER TABLE w MODIFY v BIGINT')
    const widened = await archive('--plan')
    expect(widened.stdout).toContain('contract of reports: widens: v: its type was int and is bigint')
    expect(widened.code).toBe(0)
    await mariadb('USE app; ALTER TABLE w ALTER n DROP DEFAULT, DROP INDEX at, ADD INDEX (at, v)')
    const lost = await archive('--plan')
    expect(lost.stdout).toContain(
      '! contract of reports: widens: n: its default 5 is gone, and it demands a value',
    )
    expect(lost.code).toBe(0)
    await mariadb('USE app; UPDATE w SET v = 5000000000')
    const broken = await archive('--yes')
    expect(broken.stderr).toContain(
      'the contract of reports is broken: v: its type was int and is bigint(20) (1 row does not fit)',
    )
    expect(broken.code).toBe(3)
    expect((await mariadb('SELECT COUNT(*) FROM app.w')).trim()).toBe('1')
  })

  const whileItWaits = (argv: readonly string[], statements: string): Promise<Outcome> =>
    runWhileItWaits(host(), folder, argv, () => mariadb(statements))

  test('a job waits while two others are at work; a column that is dropped meanwhile is told as that, and no row goes', async () => {
    await mariadb(`USE app; CREATE TABLE m (id INT PRIMARY KEY, v INT, at DATETIME NOT NULL, KEY (at));
      INSERT INTO m SELECT seq, seq, '2020-01-01' FROM seq_1_to_100`)
    await drift('app.m', 'm.json', ['--pin', '--consumer', 'reports'])
    const archive = ['archive', 'drift1', 'app.m', '--older-than', '1y', '--by', 'at', '--to', 'm']
    const dropped = await whileItWaits(archive, 'ALTER TABLE app.m DROP COLUMN v')
    expect(dropped.stdout).toMatch(/app\.m is not what it was when this began.*its column v is gone/)
    expect(dropped.stdout).not.toContain('Unknown column')
    expect(dropped.code).toBe(8)
    await mariadb('ALTER TABLE app.m ADD COLUMN v INT AFTER id')
    const dump = ['dump', 'drift1', 'app.m', '--by', 'at', '--tz', 'UTC', '--to', 'd', '--contract', 'm.json']
    const broken = await whileItWaits(dump, 'ALTER TABLE app.m DROP COLUMN v')
    expect(broken.stdout).toContain('the contract of reports is broken: v: it is gone')
    expect(broken.code).toBe(3)
    expect((await mariadb('SELECT COUNT(*) FROM app.m')).trim()).toBe('100')
    // A restore writes, and waits as well.
    const whole = dump.slice(0, -2)
    expect((await folder.answer(['db', ...whole, '--yes', '-F', host().sshConfig])).code).toBe(0)
    const restored = await whileItWaits(['restore', './d', '--into', 'app.again'], 'SELECT 1')
    expect(restored.stdout).toContain('2 other jobs of ops are at work on this server')
    expect(restored.code).toBe(0)
    expect((await mariadb('SELECT COUNT(*) FROM app.again')).trim()).toBe('100')
  })

  test('a job whose table another run holds ends with 6, and touches nothing', async () => {
    writeFileSync(join(folder.path, 'x.csv'), 'id,at\n7,2020-01-01\n')
    await mariadb(
      'CREATE TABLE app.x (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at)); INSERT INTO app.x VALUES (1, NOW() - INTERVAL 1 YEAR)',
    )
    const jobs: Readonly<Record<string, readonly string[]>> = {
      load: ['x.csv'],
      dump: ['--by', 'at', '--tz', 'UTC', '--to', 'x'],
    }
    const held = Object.keys(jobs).map(job => `GET_LOCK('ops:${job} app.x', 600)`)
    const sleeper = host().exec(`mariadb -e "SELECT ${held.join(', ')}; DO SLEEP(1201)"`)
    const sleeping = "FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(1201)%'"
    while ((await mariadb(`SELECT COUNT(*) ${sleeping}`)).trim() !== '1') await pause(50)
    for (const [job, words] of Object.entries(jobs)) {
      const run = await folder.answer([
        'db',
        job,
        'drift1',
        'app.x',
        ...words,
        '--yes',
        '-F',
        host().sshConfig,
      ])
      expect([job, run.code, run.stderr]).toEqual([job, 6, expect.stringContaining('locked')])
    }
    await mariadb(`SELECT CONCAT('KILL ', ID) INTO @k ${sleeping}; EXECUTE IMMEDIATE @k`)
    await sleeper
    expect((await mariadb('SELECT COUNT(*) FROM app.x')).trim()).toBe('1')
  })

  test('a measure of the server that is switched off is told as not watched', async () => {
    await mariadb(
      `CREATE TABLE app.n (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at)); INSERT INTO app.n VALUES (1, '2020-01-01')`,
    )
    const argv = ['archive', 'drift1', 'app.n', '--older-than', '1y', '--by', 'at', '--to', 'n', '--plan']
    const plan = (): Promise<Outcome> => folder.answer(['db', ...argv, '-F', host().sshConfig])
    expect((await plan()).stdout).not.toContain('history list length')
    await mariadb("SET GLOBAL innodb_monitor_disable = 'trx_rseg_history_len'")
    const off = (await plan()).stdout
    await mariadb("SET GLOBAL innodb_monitor_enable = 'trx_rseg_history_len'")
    expect(off).toContain(
      'not watched: history list length (its metric is switched off: SET GLOBAL innodb_monitor_enable',
    )
  })

  test('a load begins only while the contracts hold, and loads nothing else', async () => {
    await mariadb('USE app; CREATE TABLE l (id INT PRIMARY KEY, v INT NOT NULL)')
    await drift('app.l', 'l.json', ['--pin', '--consumer', 'reports'])
    writeFileSync(join(folder.path, 'l.csv'), 'id,v\n1,2\n')
    const load = (): Promise<Outcome> =>
      folder.answer([
        'db',
        'load',
        'drift1',
        'app.l',
        'l.csv',
        '--contract',
        'l.json',
        '--yes',
        '-F',
        host().sshConfig,
      ])
    expect(await load()).toMatchObject({ code: 0, stderr: '' })
    await mariadb('ALTER TABLE app.l MODIFY v BIGINT NOT NULL; UPDATE app.l SET id = 7, v = 5000000000')
    const broken = await load()
    expect(broken.stderr).toContain('the contract of reports is broken: v: its type was int and is bigint')
    expect(broken.code).toBe(3)
    expect((await mariadb('SELECT id FROM app.l')).trim()).toBe('7')
  })

  test('a file that is none, or is about another table, is refused', async () => {
    writeFileSync(join(folder.path, 'bad.json'), '{"format":"ops-contract/1"}')
    expect((await drift('app.t', 'bad.json')).stderr).toContain('bad.json is no contract')
    expect((await drift('app.t', 'nowhere.json')).stderr).toContain('--pin')
    const other = await drift('app.t', 'u.json')
    expect(other.stderr).toContain('is a contract about app.u, not app.t')
    expect(other.code).toBe(3)
  })
})
