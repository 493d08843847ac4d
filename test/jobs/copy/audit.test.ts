/** What `ops db copy` finds and mends beside stamped rows, and the ways to a PostgreSQL: both servers are on one real host. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { hostileSql, openEyes } from '../../mysql/eyes.ts'
import { startMysql56, whyNoMysql56 } from '../../mysql/mysql-56.ts'
import { startOwnMysql, whyNoOwnMysql } from '../../mysql/own-mysql.ts'

const password = 'hidden words of the target'

/** A column of each kind with values of all sizes. */
const everyType = `SET sql_mode='NO_UNSIGNED_SUBTRACTION'; CREATE DATABASE kinds; USE kinds;
CREATE TABLE t (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, f FLOAT, d DOUBLE, d2 DOUBLE(10,2), n DECIMAL(12,4), z INT(8) ZEROFILL,
  u BIGINT UNSIGNED, b1 BIT(1), b9 BIT(9), y YEAR, dt DATETIME(3), da DATE, ti TIME(2), e ENUM('a','B c'), k BINARY(16),
  l VARCHAR(40) CHARACTER SET latin1, m VARCHAR(60), x TEXT, lx LONGTEXT, g POINT) DEFAULT CHARSET=utf8mb4;
INSERT INTO t (f, d, d2, n, z, u, b1, b9, y, dt, da, ti, e, k, l, m, x, lx, g) SELECT RAND(seq) * POW(10, seq % 60 - 30),
  RAND(seq + 1) * POW(10, (seq * 7) % 600 - 300) * IF(seq % 2, 1, -1), seq / 7, seq / 13 - 500, seq, seq * 1844674407, seq % 2, seq % 512,
  1901 + seq % 250, '1970-01-01' + INTERVAL seq * 791900 SECOND + INTERVAL seq * 1000 MICROSECOND, '1900-01-01' + INTERVAL seq DAY,
  SEC_TO_TIME(seq * 61 - 100000), IF(seq % 3, 'a', 'B c'), UNHEX(MD5(seq)), CONCAT('ä', seq), CONCAT('Wört ', seq, ' 😀'),
  IF(seq % 5, REPEAT(CHAR(65 + seq % 26), seq % 50), NULL), CONCAT('long, ', seq), POINT(seq, -seq) FROM seq_1_to_5000;`

const own = (version: '5.7' | '8.0') => ({
  version,
  flavor: 'mysql' as const,
  why: whyNoOwnMysql(version),
  start: () => startOwnMysql(version),
})
const oracles = [
  { version: '5.6', flavor: 'mysql56' as const, why: whyNoMysql56(), start: () => startMysql56() },
  own('5.7'),
  own('8.0'),
]

describeReal('ops db copy, beside stamped rows', () => {
  const host = useHost({ name: 'both1', withPackages: ['mariadb-server', 'postgresql'] })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ word: `${password}\n` })
    await host().read(`cd /; su postgres -c 'createuser -s root; createdb lab'`)
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const psql = (statements: string): Promise<string> =>
    host().read('psql -X -q -At -v ON_ERROR_STOP=1 lab', { input: statements })
  const ops = (...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', 'copy', ...argv, '-F', host().sshConfig])
  const inLab = (table: string): string[] => [
    ...['both1', table, '--to', 'postgres:///lab?via=both1', '--as', `lab.${table.split('.')[0]}`],
  ]

  test('an audit of every type finds no difference where there is none, and reads nothing', async () => {
    await mariadb(everyType)
    const run = await ops(...inLab('kinds.t'), '--yes')
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('5,000 new')
    const audit = await ops('audit', ...inLab('kinds.t'))
    expect(audit.stderr).toBe('')
    expect(audit.stdout).toMatch(/differ +none/)
    expect(audit.stdout).toMatch(/read +0 rows/)
    expect(audit.code).toBe(0)
    // It would have seen one: each column is changed once, and each change is found.
    const columns = [
      'f = f * 1.0001',
      'd = -d',
      'n = n + 0.0001',
      'b1 = 1 - b1',
      'dt = dt + INTERVAL 1000 MICROSECOND',
      'ti = NULL',
      `x = ''`,
      `l = 'Ä'`,
      'g = NULL',
    ]
    await mariadb(
      `USE kinds; ${columns.map((each, index) => `UPDATE t SET ${each} WHERE id = ${index * 10 + 5};`).join('\n')}`,
    )
    const after = await ops('audit', ...inLab('kinds.t'))
    expect(after.stdout).toContain(`0 gone from the source, ${columns.length} changed, 0 missing`)
    expect(after.code).toBe(2)
  })

  test('12 deletes, 5 unstamped updates and a change of case are found by reading under 1 %, and mended, and nothing else is', async () => {
    await mariadb(`CREATE DATABASE audited; USE audited; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(40),
      at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY (at)) DEFAULT CHARSET=utf8mb4;
      INSERT INTO t SELECT seq, CONCAT('Name ', seq), '2026-01-01' FROM seq_1_to_60000; ANALYZE TABLE t`)
    const words = [...inLab('audited.t'), '--by', 'at']
    expect((await ops(...words, '--yes')).code).toBe(0)
    await mariadb(`USE audited; DELETE FROM t WHERE id % 5000 = 1; UPDATE t SET v = 'other', at = at WHERE id % 12000 = 2;
      UPDATE t SET v = UPPER(v), at = at WHERE id = 777; UPDATE t SET v = 'stamped' WHERE id = 5`)
    const found = await ops('audit', ...words, '--json')
    expect(found.code).toBe(2)
    const end = found.stdout.split('\n').find(line => line.includes('"job-end"')) ?? '{}'
    const { data } = JSON.parse(end) as { data: Record<string, number> }
    expect(data).toMatchObject({
      gone: 12,
      changed: 6,
      missing: 0,
      pending: 1,
      sourceRows: 59_988,
      targetRows: 60_000,
    })
    expect(data.readRows).toBeLessThan(1_200)
    const before = await psql(
      `SELECT xmin, id, v FROM lab.audited WHERE id % 5000 <> 1 AND id % 12000 <> 2 AND id NOT IN (777, 5) ORDER BY id`,
    )
    expect((await ops('audit', ...words, '--repair')).code).toBe(3)
    const repair = await ops('audit', ...words, '--repair', '--yes')
    expect(repair.stderr).toBe('')
    expect(repair.stdout).toMatch(/mended +12 deleted, 7 changed, 0 brought/)
    expect(
      await psql(
        `SELECT xmin, id, v FROM lab.audited WHERE id % 5000 <> 1 AND id % 12000 <> 2 AND id NOT IN (777, 5) ORDER BY id`,
      ),
    ).toBe(before)
    const all = 'SELECT id, v FROM'
    expect(await psql(`${all} lab.audited ORDER BY id`)).toBe(
      (await mariadb(`${all} audited.t ORDER BY id`)).replaceAll('\t', '|'),
    )
    expect((await ops('audit', ...words)).code).toBe(0)
  })

  test('a key that changed its case alone is another key in the target: the old one goes', async () => {
    await mariadb(`CREATE DATABASE cased; USE cased; CREATE TABLE t (k VARCHAR(9) PRIMARY KEY, v INT) COLLATE utf8mb4_general_ci;
      INSERT INTO t VALUES ('anna', 1), ('bert', 2)`)
    await ops(...inLab('cased.t'), '--yes')
    await mariadb(`UPDATE cased.t SET k = 'Anna' WHERE k = 'anna'`)
    expect((await ops('audit', ...inLab('cased.t'))).stdout).toContain(
      '1 gone from the source, 0 changed, 1 missing',
    )
    await ops('audit', ...inLab('cased.t'), '--repair', '--yes')
    expect(await psql('SELECT k, v FROM lab.cased ORDER BY v')).toBe('Anna|1\nbert|2\n')
  })

  test.each(['hard', 'soft'])(
    '--deletes %s lets rows follow that are gone from the source',
    async deletes => {
      await mariadb(`CREATE DATABASE ${deletes}; USE ${deletes}; CREATE TABLE t (id INT PRIMARY KEY, v INT, at DATETIME NOT NULL, KEY (at));
      INSERT INTO t SELECT seq, seq, '2026-01-01' FROM seq_1_to_1000`)
      const words = [...inLab(`${deletes}.t`), '--by', 'at', '--deletes', deletes, '--yes']
      await ops(...words)
      await mariadb(
        `USE ${deletes}; DELETE FROM t WHERE id IN (1, 500); INSERT INTO t VALUES (2000, 1, UTC_TIMESTAMP())`,
      )
      const run = await ops(...words)
      expect(run.stderr).toBe('')
      expect(run.stdout).toMatch(/1 new, 0 changed, 0 as they were, 2 (deleted|marked as deleted)/)
      const gone = deletes === 'hard' ? '' : ' WHERE ops_deleted_at IS NULL'
      expect(await psql(`SELECT count(*), sum(id) FROM lab.${deletes}${gone}`)).toBe('999|501999\n')
      if (deletes === 'hard') {
        await mariadb('TRUNCATE hard.t')
        const planned = await ops(...words.slice(0, -1), '--plan')
        expect([planned.code, planned.stderr]).toEqual([
          3,
          expect.stringContaining('999 of 999 rows of lab.hard are gone from hard.t, and would be deleted'),
        ])
        // As many as before, and all of them others: the plan cannot know.
        await mariadb('USE hard; INSERT INTO t SELECT 5000 + seq, 1, UTC_TIMESTAMP() FROM seq_1_to_999')
        expect((await ops(...words)).code).toBe(3)
        expect(await psql('SELECT count(*), sum(id) FROM lab.hard')).toBe('999|501999\n')
        expect((await ops(...words, '--accept-shrink')).stdout).toContain('999 new, 0 changed')
        expect(await psql('SELECT count(*), min(id) FROM lab.hard')).toBe('999|5001\n')
        return
      }
      expect(await psql('SELECT id FROM lab.soft WHERE ops_deleted_at IS NOT NULL ORDER BY id')).toBe(
        '1\n500\n',
      )
      await mariadb('INSERT INTO soft.t VALUES (500, 7, UTC_TIMESTAMP())')
      await ops(...words)
      expect(await psql('SELECT v, ops_deleted_at IS NULL FROM lab.soft WHERE id = 500')).toBe('7|t\n')
      expect((await ops('audit', ...words.slice(0, -1))).code).toBe(0)
    },
  )

  test('an account that cannot see open transactions is refused, or told with a margin what may be missed', async () => {
    await mariadb(`CREATE DATABASE blind; CREATE TABLE blind.t (id INT PRIMARY KEY, at TIMESTAMP NOT NULL, KEY (at)); INSERT INTO blind.t VALUES (1, NOW());
      CREATE USER guest@localhost IDENTIFIED VIA unix_socket; GRANT SELECT ON blind.* TO guest@localhost`)
    const words = [
      'both1-guest',
      'blind.t',
      '--to',
      'postgres:///lab?via=both1',
      '--as',
      'lab.blind',
      '--by',
      'at',
      '--yes',
    ]
    const refused = await ops(...words)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('may not see open transactions')
    expect(refused.stderr).toContain('GRANT PROCESS')
    const told = await ops(...words, '--margin', '1h')
    expect(told.stderr).toBe('')
    expect(told.stdout).toContain('may be missed')
  })

  test('a target that is not as a copy needs it is refused with the way out, and is as it was', async () => {
    await mariadb(
      `CREATE DATABASE grown; CREATE TABLE grown.t (id INT PRIMARY KEY, v INT); INSERT INTO grown.t VALUES (1, 1)`,
    )
    await ops(...inLab('grown.t'), '--yes')
    await mariadb('ALTER TABLE grown.t ADD w BIGINT UNSIGNED, MODIFY v BIGINT')
    const run = await ops(...inLab('grown.t'), '--yes')
    expect(run.code).toBe(3)
    expect(run.stderr).toContain('ALTER TABLE "lab"."grown" ADD COLUMN "w" numeric(20,0)')
    expect(run.stderr).toContain('ALTER TABLE "lab"."grown" ALTER COLUMN "v" TYPE bigint')
    await psql(
      'CREATE TABLE lab.foreign_rows (id int PRIMARY KEY, v bigint, w numeric(20,0)); INSERT INTO lab.foreign_rows VALUES (9)',
    )
    const other = await ops(
      'both1',
      'grown.t',
      '--to',
      'postgres:///lab?via=both1',
      '--as',
      'lab.foreign_rows',
      '--yes',
    )
    expect(other.stderr).toContain('has rows that no copy of ops brought')
    expect(await psql('SELECT id FROM lab.foreign_rows')).toBe('9\n')
  })

  for (const { version, flavor, why, start } of oracles)
    test.skipIf(why !== undefined)(
      `MySQL ${version} on this machine is copied, followed and audited as well`,
      async () => {
        const old = await start()
        const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
        const eyes = await openEyes(await local.forwardSocket(old.socket))
        try {
          await eyes.run(`CREATE DATABASE lab CHARACTER SET utf8mb4; USE lab; ${hostileSql(flavor)}
            ALTER TABLE hostile ADD KEY (updated_at)`)
          writeFileSync(join(folder.path, 'ops.ini'), `[db old]\nsocket = ${old.socket}\nuser = root\n`)
          const as = `lab.${flavor}_${version.replace('.', '_')}`
          const to = ['--to', 'postgres:///lab?via=both1', '--as', as, '--by', 'updated_at']
          const words = ['old', 'lab.hostile', ...to]
          const run = await ops(...words, '--yes')
          expect(run.stderr).toBe('')
          expect(run.stdout).toContain('2 new')
          const audit = await ops('audit', ...words)
          expect(audit.stderr).toBe('')
          expect(audit.stdout).toMatch(/differ +none/)
          await eyes.run(
            'USE lab; UPDATE hostile SET y = 1999 WHERE id = 0; DELETE FROM hostile WHERE id > 0',
          )
          const later = await ops(...words, '--deletes', 'hard', '--yes')
          expect(later.stderr).toBe('')
          expect(later.stdout).toContain('0 new, 1 changed, 0 as they were, 1 deleted')
          expect(await psql(`SELECT id, y, f FROM ${as}`)).toBe('0|1999|1.234567\n')
        } finally {
          await eyes.close()
          await old.stop()
          writeFileSync(join(folder.path, 'ops.ini'), '')
        }
      },
    )

  test('a server is reached directly with TLS alone, unless it is said otherwise; no password is told', async () => {
    const { address } = host()
    await host().read(`set -e; cd /etc/postgresql/15/main
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=dw -addext subjectAltName=IP:${address} -keyout key.pem -out cert.pem 2>/dev/null
      chown postgres key.pem cert.pem
      printf "listen_addresses = '*'\\nssl = on\\nssl_cert_file = '$PWD/cert.pem'\\nssl_key_file = '$PWD/key.pem'\\n" >conf.d/tls.conf
      echo 'host all far 0.0.0.0/0 scram-sha-256' >>pg_hba.conf
      systemctl restart postgresql@15-main`)
    await psql(`CREATE ROLE far LOGIN SUPERUSER PASSWORD '${password}'`)
    writeFileSync(join(folder.path, 'ca.pem'), await host().read('cat /etc/postgresql/15/main/cert.pem'))
    const to = async (section: string): Promise<Outcome> => {
      const head = `[hosts]\nboth1\n\n[db far]\nengine = postgres\nuser = far\ndatabase = lab\naddress = ${address}\n`
      writeFileSync(join(folder.path, 'ops.ini'), `${head}${section}\n`)
      const run = await ops('both1', 'grown.t', '--to', 'far', '--as', 'lab.far', '--full', '--yes')
      expect(run.stdout + run.stderr).not.toContain(password)
      return run
    }
    for (const section of [
      'ca = ca.pem\npassword = @word',
      'verify = no\npassword = cmd:cat word',
      'tls = off\npassword = @word',
    ]) {
      const run = await to(section)
      expect(run.stderr).toBe('')
      expect(run.code).toBe(0)
    }
    const unknown = await to('password = @word')
    expect(unknown.stderr).toContain('no connection with TLS')
    expect(unknown.code).toBe(4)
    const wrong = await to('ca = ca.pem\npassword = cmd:echo wrong')
    expect(wrong.stderr).toContain('does not let far in')
    expect(wrong.code).toBe(4)
  })
})
