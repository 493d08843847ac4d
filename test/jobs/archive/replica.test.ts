/** Archive and queue beside a real replica: a second MariaDB of the same host, which copies the first one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const section =
  '[db shop]\nhost = db1\nreplicas = copy\n\n[db copy]\nhost = db1\nsocket = /run/mysqld/two.sock\n'
/** Far more than it takes: machines may be busy. */
const deadlineMs = 600_000

/** The second server begins as a copy of the first one's files, with an own number and port. */
const twoServers = `
systemctl stop mariadb
printf '[mysqld]\\nserver_id = 1\\nlog_bin = /var/lib/mysql/bin\\nbinlog_format = ROW\\n' >/etc/mysql/mariadb.conf.d/99-source.cnf
cp -a /var/lib/mysql /var/lib/two
systemctl start mariadb
systemd-run --quiet --unit=two --property=User=mysql mariadbd --no-defaults --datadir=/var/lib/two --socket=/run/mysqld/two.sock \\
  --port=3307 --bind-address=127.0.0.1 --pid-file=/run/mysqld/two.pid --server-id=2 --innodb-flush-log-at-trx-commit=0
until mariadb -S /run/mysqld/two.sock -e 'DO 1' 2>/dev/null; do sleep 0.1; done
mariadb -e "CREATE USER copier@'%' IDENTIFIED BY 'copies'; GRANT REPLICATION SLAVE ON *.* TO copier@'%'"
mariadb -S /run/mysqld/two.sock -e "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 3306, MASTER_USER = 'copier',
  MASTER_PASSWORD = 'copies', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1; START SLAVE"
mariadb -e "CREATE DATABASE app; USE app; CREATE TABLE app.t (id INT PRIMARY KEY, at DATETIME, KEY (at));
  INSERT INTO app.t SELECT seq, '2020-01-01' FROM seq_1_to_2000; CREATE TABLE app.u LIKE app.t; INSERT INTO app.u SELECT * FROM app.t"
`

describeReal('a job on a server that has a replica', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'ops.ini': section })
    await host().read('sh -e', { input: twoServers })
    await until(async () => (await onReplica('SELECT COUNT(*) FROM app.u')) === '2000\n')
  }, deadlineMs)
  afterAll(() => folder?.remove())

  const onSource = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  /** Empty where the table is not there yet. */
  const onReplica = async (statements: string): Promise<string> =>
    (await host().exec('mariadb -BN -S /run/mysqld/two.sock', { input: statements })).stdout
  const replicaStatus = (): Promise<string> =>
    host().read("mariadb -S /run/mysqld/two.sock -e 'SHOW ALL SLAVES STATUS\\G'")
  const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
    while (!(await isTrue())) await pause(50)
  }
  const argvOf = (source: string, table: string): string[] => [
    ...['db', 'archive', source, table, '--older-than', '6mo', '--by', 'at', '--to', `./${table}`],
    ...['-F', host().sshConfig],
  ]
  /** Runs it, does `meanwhile` once it says that it waits for `reason`, and answers with all that it said. */
  const heldBack = async (
    argv: readonly string[],
    reason: RegExp,
    meanwhile: () => Promise<unknown>,
  ): Promise<string> => {
    const child = spawn(process.execPath, [program, ...argv], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece))
    const ended = once(child, 'exit')
    await until(async () => reason.test(said) || child.exitCode !== null)
    expect(said).toMatch(reason)
    await meanwhile()
    expect(await ended, said).toEqual([0, null])
    return said
  }

  test(
    'replicas that nobody named are told of, and one that is none is not counted as one that keeps up',
    async () => {
      const unnamed = await folder.answer([...argvOf('db1', 'app.t'), '--plan'])
      expect(unnamed.stdout).toMatch(
        /not watched: lag of the replicas that are connected from \S+: name each/,
      )
      const named = await folder.answer([...argvOf('shop', 'app.t'), '--plan'])
      expect(named.stdout).not.toContain('not watched: lag')
      const turned = folderWith({ 'ops.ini': section.replace('replicas = copy', 'replicas = db1, nosuch') })
      const wrong = await turned.answer([...argvOf('shop', 'app.t'), '--plan'])
      expect(wrong.code).toBe(3)
      expect(wrong.stderr).toContain('nosuch')
      const none = folderWith({ 'ops.ini': section.replace('replicas = copy', 'replicas = db1') })
      const itself = await none.answer([...argvOf('shop', 'app.t'), '--plan'])
      expect(itself.stdout).toContain('not watched: lag of db1: it is no replica')
      turned.remove()
      none.remove()
    },
    deadlineMs,
  )

  test(
    'partitions of a server that copies another one stay: its lock holds no writer over there',
    async () => {
      const border = '(PARTITION a VALUES LESS THAN (737000), PARTITION b VALUES LESS THAN MAXVALUE)'
      await onReplica(`CREATE DATABASE own; CREATE TABLE own.t (id INT, at DATE NOT NULL, PRIMARY KEY (id, at), KEY (at))
        PARTITION BY RANGE (TO_DAYS(at)) ${border}; INSERT INTO own.t VALUES (1, '2017-01-01')`)
      const plan = await folder.answer([...argvOf('copy', 'own.t'), '--plan'])
      expect(plan.stderr).toBe('')
      expect(plan.stdout).toContain(
        'partitions stay, also when they are empty (a): this server copies another one, whose writers',
      )
    },
    deadlineMs,
  )

  test(
    'nothing is deleted while a replica is behind; what was waited for is told, and then it goes on',
    async () => {
      // What the source writes now waits there for this lock.
      const holder = host().exec('mariadb -S /run/mysqld/two.sock app -e "LOCK TABLES t READ; DO SLEEP(600)"')
      const sleeping = "FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(600)%'"
      await until(async () => (await onReplica(`SELECT COUNT(*) ${sleeping}`)).trim() === '1')
      await onSource("INSERT INTO app.t VALUES (2001, '2020-01-01')")
      const lag = async (): Promise<number> =>
        Number(/Seconds_Behind_Master: (\d+)/.exec(await replicaStatus())?.[1] ?? 0)
      await until(async () => (await lag()) > 1)
      const said = await heldBack(
        [...argvOf('shop', 'app.t'), '--yes'],
        /the replica copy is \d+ s behind \(limit 1 s\)/,
        async () => {
          expect(await onSource('SELECT COUNT(*) FROM app.t')).toBe('2001\n')
          await onReplica(`SELECT CONCAT('KILL ', MAX(ID)) INTO @k ${sleeping}; EXECUTE IMMEDIATE @k`)
        },
      )
      await holder
      expect(said).toMatch(/deleted +2,001 rows/)
      expect(said).toMatch(/waited +\d+ s for the server/)
      await until(async () => (await onReplica('SELECT COUNT(*) FROM app.t')) === '0\n')
    },
    deadlineMs,
  )

  test(
    'a replica that has stopped is named, with what it says of that, and the archive waits for it',
    async () => {
      await onReplica('STOP SLAVE; DELETE FROM app.u WHERE id = 7; START SLAVE')
      await onSource('UPDATE app.u SET at = at + INTERVAL 1 SECOND WHERE id = 7')
      const stopped = /the replica copy has stopped \([^)]*(?:Can't find record|HA_ERR_KEY_NOT_FOUND)/
      const said = await heldBack([...argvOf('shop', 'app.u'), '--yes'], stopped, async () => {
        expect(await onSource('SELECT COUNT(*) FROM app.u')).toBe('2000\n')
        await onReplica("INSERT INTO app.u VALUES (7, '2020-01-01'); START SLAVE")
      })
      expect(said).toMatch(/deleted +2,000 rows/)
      await until(async () => (await onReplica('SELECT COUNT(*) FROM app.u')) === '0\n')
    },
    deadlineMs,
  )

  test(
    'jobs are parked and dripped back only while the replica keeps up; what was waited for is told',
    async () => {
      await onSource(`USE app; CREATE TABLE app.jobs (id INT PRIMARY KEY AUTO_INCREMENT, queue VARCHAR(20), priority INT DEFAULT 0, attempts INT DEFAULT 0,
        run_at DATETIME DEFAULT NOW(), locked_at DATETIME, locked_by VARCHAR(50), failed_at DATETIME, handler TEXT);
        INSERT INTO app.jobs (queue) SELECT 'mail' FROM seq_1_to_500`)
      await until(async () => (await onReplica('SELECT COUNT(*) FROM app.jobs')) === '500\n')
      await onReplica('STOP SLAVE')
      const queue = (verb: string): string[] => [
        ...['db', 'queue', verb, 'shop', 'app.jobs', '--queue', 'mail', '--yes', '-F', host().sshConfig],
      ]
      const said = await heldBack(queue('park'), /the replica copy has stopped/, async () => {
        expect(await onSource('SELECT COUNT(*) FROM app.jobs')).toBe('500\n')
        await onReplica('START SLAVE')
      })
      expect(said).toMatch(/parked +500 jobs/)
      expect(said).toMatch(/waited +\d+ s for replicas/)
      await until(async () => (await onReplica('SELECT COUNT(*) FROM app.jobs_parked')) === '500\n')
      await onReplica('STOP SLAVE')
      const back = await heldBack(queue('drip'), /the replica copy has stopped/, async () => {
        expect(await onSource('SELECT COUNT(*) FROM app.jobs')).toBe('0\n')
        await onReplica('START SLAVE')
      })
      expect(back).toMatch(/back +500 jobs/)
      expect(back).toMatch(/waited +\d+ s for replicas/)
    },
    deadlineMs,
  )
})
