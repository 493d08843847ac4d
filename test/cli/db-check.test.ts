/** `ops db check` on a real MariaDB through SSH: 1 or 0, in time, whatever the server does; seen by the host's own client. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { oneSelect } from '../../src/params/one-select.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { measured } from '../machine-unit.ts'
import { type Folder, folderWith, type Outcome } from './run-ops.ts'

/** What an answer needs, it may take here, however busy the machine is. */
const patient = ['--within', '60']
/** Unless told otherwise: by then it has printed something and begins to end. */
const patienceMs = 2_500

describe('what is one SELECT', () => {
  test.each([
    'SELECT 1',
    '  (select 1) union (select 2) ; -- done',
    'SELECT \'a;b\', `into`, "FOR UPDATE" # DELETE\nFROM t',
    'WITH a AS (SELECT 1), b (x) AS (SELECT 2) SELECT REPLACE(x, 1, 2) FROM b',
    "SELECT 'it''s', 'it\\'s' /* INTO */ FROM t",
  ])('%j is', text => expect(oneSelect(text)).toHaveProperty('select'))

  test('it is kept to its last quote, without what ends it', () => {
    expect(oneSelect("SELECT 1 WHERE 'a' = 'ä' ; -- ;")).toEqual({ select: "SELECT 1 WHERE 'a' = 'ä' " })
    expect(oneSelect("SELECT 1 WHERE 'a' = 'ä'")).toEqual({ select: "SELECT 1 WHERE 'a' = 'ä'" })
  })

  test.each([
    ['DELETE FROM t', 'it is DELETE, no SELECT'],
    ['WITH a AS (SELECT 1) DELETE FROM t', 'it is DELETE, no SELECT'],
    ['SELECT 1; DROP TABLE t', 'it is more than one statement'],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 'INTO writes'],
    ["SELECT'x'INTO @a", 'INTO writes'],
    ['SELECT 1 FROM t FOR UPDATE', 'it locks rows'],
    ['SELECT 1 FROM t LOCK IN SHARE MODE', 'it locks rows'],
    ['SELECT 1 /*! INTO @a */', 'the server executes what stands in /*! */'],
    ['SELECT 1 /*M!100000 INTO @a */', 'the server executes what stands in /*! */'],
    ["SELECT 'open", "what begins with ' is not closed"],
    ['SELECT 1 /* open', 'what begins with /* is not closed'],
    [' ; ', 'it is empty'],
    ['-- nothing', 'it is empty'],
  ])('%j is not: %s', (text, problem) => expect(oneSelect(text)).toEqual({ problem }))
})

describeReal('ops db check', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(async () => {
    const section = (name: string, ...lines: string[]): string => `[db ${name}]\n${lines.join('\n')}\n`
    folder = folderWith({
      word: 'right words\n',
      'ops.ini':
        section('shop', 'host = db1', 'database = app') +
        section('far', 'host = db1', 'address = 127.0.0.1', 'user = far', 'password = @word') +
        section('wrong', 'host = db1', 'address = 127.0.0.1', 'user = far', 'password = cmd:echo wrong') +
        section('asking', 'host = db1', 'address = 127.0.0.1', 'user = far', 'password = cmd:exec sleep 60') +
        section('refused', 'host = db1', 'address = 127.0.0.1:1', 'user = far', 'password = @word') +
        section('silent', 'host = nowhere', 'user = far', 'password = @word'),
      // An address of the documentation (RFC 5737), by a way that never says a word.
      ssh_config: `Host nowhere\n  HostName 192.0.2.1\n  ProxyCommand sleep 30\n`,
    })
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE t (id INT PRIMARY KEY, x VARCHAR(20), y LONGBLOB) DEFAULT CHARSET utf8mb4;
      INSERT INTO t VALUES (1, 'Ärger', REPEAT(0xFF00, 4000000)), (2, NULL, NULL), (3, 'b', 0x00);
      CREATE FUNCTION writes() RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN DELETE FROM t; RETURN 1; END;
      CREATE USER far@'127.0.0.1' IDENTIFIED BY 'right words'; GRANT ALL ON app.* TO far@'127.0.0.1';`)
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', {
      input: statements.replace(/(CREATE FUNCTION.*END;)/s, 'DELIMITER //\n$1//\nDELIMITER ;\n'),
    })
  const configOf = (source: string): string => (source === 'silent' ? 'ssh_config' : host().sshConfig)
  const check = async (source: string, query: string, ...more: string[]): Promise<Outcome> =>
    folder.ops(['db', 'check', source, query, '-F', configOf(source), ...more])
  /** The same for what has no answer: it is left in time. */
  const leftInTime = async (source: string, query: string, ...more: string[]): Promise<Outcome> => {
    const { value, tookMs, unitMs } = await measured(() => check(source, query, ...more))
    expect(tookMs).toBeLessThan(patienceMs + 10 * unitMs)
    return value
  }

  test.each([
    ['a row', 'SELECT 1', '1'],
    ['several rows', 'SELECT * FROM t', '1'],
    ['a NULL', 'SELECT NULL', '1'],
    ['a large blob', 'SELECT y FROM t WHERE id = 1', '1'],
    ['more rows than anybody reads', 'SELECT seq FROM app.seq_1_to_1000000000 LIMIT 1000000000', '1'],
    ['text as its column compares it', "SELECT 1 FROM t WHERE x = 'äRGER'", '1'],
    ['the day of the server', 'SELECT 1 WHERE NOW() = CONVERT_TZ(UTC_TIMESTAMP(), "+00:00", "+09:00");', '1'],
    ['no row', 'SELECT 1 FROM t WHERE id = 9', '0'],
    ['LIMIT 0', 'SELECT 1 FROM t LIMIT 0', '0'],
  ])('%s: the answer', async (_what, query, answer) => {
    if (query.includes('NOW()')) {
      await mariadb(`SET GLOBAL time_zone = '+09:00'`)
      onTestFinished(async () => void (await mariadb(`SET GLOBAL time_zone = 'SYSTEM'`)))
    }
    expect(await check('shop', query, ...patient)).toEqual({ code: 0, stdout: `${answer}\n`, stderr: '' })
  })

  test.each([
    ['a syntax error', 'shop', 'SELECT FROM WHERE', 1, 'syntax'],
    ['a table that is not there', 'shop', 'SELECT 1 FROM nothing', 1, "doesn't exist"],
    ['a function that writes', 'shop', 'SELECT writes()', 1, 'READ ONLY'],
    ['another statement', 'shop', 'DELETE FROM t', 3, 'it is DELETE, no SELECT'],
    ['a wrong password', 'wrong', 'SELECT 1', 4, 'does not let far in'],
    ['a port where nobody listens', 'refused', 'SELECT 1', 4, 'cannot connect to 127.0.0.1:1'],
    ['a host that is out of reach', 'silent', 'SELECT 1', 4, 'silent'],
  ])('%s is told on stderr, and the answer is 0 or nothing', async (_what, source, query, code, reason) => {
    // Nothing comes from there, however long it is waited for.
    const more = source === 'silent' ? [] : patient
    const zero = await check(source, query, ...more)
    const empty = await check(source, query, '--on-error', 'empty', ...more)
    expect(zero).toMatchObject({ code, stdout: '0\n', stderr: expect.stringContaining(reason) })
    expect(empty).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(reason) })
    expect(await mariadb('SELECT COUNT(*) FROM app.t')).toBe('3\n')
  })

  test('through a forwarded port, with a password', async () => {
    expect(await check('far', 'SELECT 1 FROM app.t', ...patient)).toEqual({
      code: 0,
      stdout: '1\n',
      stderr: '',
    })
  })

  test('words that are wrong are refused, the program of an agent still gets its 0', async () => {
    for (const more of [['--json'], ['--on-error', 'maybe'], ['--within', '2.5'], ['SELECT 2']]) {
      const run = await check('shop', 'SELECT 1', ...more)
      expect(run).toMatchObject({ code: 3, stdout: '0\n' })
    }
    const nameless = await check('', 'SELECT 1')
    expect(nameless).toMatchObject({
      code: 3,
      stdout: '0\n',
      stderr: expect.stringContaining('takes a source'),
    })
  })

  test.each(['SELECT SLEEP(10)', 'SELECT 1 FROM t WHERE SLEEP(10) = 1'])(
    'a slow query is left in time, and the server ends it: %s',
    async query => {
      const run = await leftInTime('shop', query)
      expect(run.stdout).toBe('0\n')
      // On a very busy machine the time is over before the login is.
      if (run.code !== 4)
        expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('the query was still running')])
      await expect
        .poll(() =>
          mariadb(`SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT%SLEEP(10)%'
            AND id <> CONNECTION_ID()`),
        )
        .toBe('0\n')
    },
  )

  test('a text that ends in a backslash is read as the server reads it, and never as a statement that follows', async () => {
    await mariadb(
      `SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES'; USE app; CREATE TABLE p (x VARCHAR(9)); INSERT INTO p VALUES (CONCAT('C:', CHAR(92)))`,
    )
    onTestFinished(async () => void (await mariadb('SET GLOBAL sql_mode = DEFAULT; DROP TABLE app.p')))
    const asked = async (query: string): Promise<string> => {
      const { code, stdout } = await check('shop', query, ...patient)
      return `${code} ${stdout}`
    }
    const [found, other] = [
      String.raw`SELECT 1 FROM p WHERE x = 'C:\'`,
      String.raw`SELECT 1 FROM p WHERE x = 'D:\'`,
    ]
    const two = String.raw`SELECT 1 FROM p WHERE x = 'C:\'; DROP TABLE p -- '`
    expect([await asked(found), await asked(other), await asked(two)]).toEqual(['0 1\n', '0 0\n', '3 0\n'])
    await mariadb('SET GLOBAL sql_mode = DEFAULT')
    // To this one the quote is not closed.
    expect(await asked(found)).toBe('3 0\n')
  })

  test('where the start took long, the end is given as much longer', async () => {
    writeFileSync(
      join(folder.path, 'slow.cjs'),
      'const until = Date.now() + 1000\nwhile (Date.now() < until);\n',
    )
    const { stdout, stderr } = await folder.ops(
      ['db', 'check', 'silent', 'SELECT 1', '-F', configOf('silent')],
      {
        env: { NODE_OPTIONS: `--require ${join(folder.path, 'slow.cjs')}` },
      },
    )
    expect(stdout).toBe('0\n')
    expect(Number(/no answer within (\S+) s/.exec(stderr)?.[1])).toBeLessThan(1.8)
    expect(stderr).toMatch(/The start of ops alone took \d+\.\d s: this machine is busy/)
  })

  test('a server that never answers is left in time', async () => {
    await host().read('systemctl kill --signal=STOP mariadb')
    onTestFinished(async () => void (await host().exec('systemctl kill --signal=CONT mariadb')))
    for (const source of ['shop', 'far']) {
      const run = await leftInTime(source, 'SELECT 1')
      expect(run).toMatchObject({ code: 4, stdout: '0\n', stderr: expect.stringContaining('no answer') })
    }
  })

  test('a password that does not come is not waited for, nor is the program that is asked for it', async () => {
    const run = await leftInTime('asking', 'SELECT 1')
    expect(run).toMatchObject({ code: 4, stdout: '0\n', stderr: expect.stringContaining('no answer') })
  })

  test('a server that is stopped is told', async () => {
    await host().read('systemctl stop mariadb')
    onTestFinished(async () => void (await host().read('systemctl start mariadb')))
    const run = await check('shop', 'SELECT 1', ...patient)
    expect(run).toMatchObject({
      code: 4,
      stdout: '0\n',
      stderr: expect.stringContaining('no database server'),
    })
  })
})
