/** The core of the data jobs on real servers: MariaDB through SSH, and Oracle's MySQL 5.6. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { Secret } from '../../src/base/secret.ts'
import { changesOf } from '../../src/jobs/drift/changes.ts'
import { pinned } from '../../src/jobs/drift/contract.ts'
import { ruleChanges } from '../../src/jobs/drift/rule-changes.ts'
import { type Seen, see } from '../../src/jobs/drift/seen.ts'
import { comeNear, type Near } from '../../src/jobs/shard/come-near.ts'
import { type HeldPlace, holdPlace } from '../../src/jobs/shard/hold-place.ts'
import type { Shard } from '../../src/jobs/shard/shard.ts'
import { readTable, type Table } from '../../src/mysql/catalog.ts'
import { ChunkReader } from '../../src/mysql/chunk-reader.ts'
import { rowColumns } from '../../src/mysql/column-sql.ts'
import { startGovernor } from '../../src/mysql/governor.ts'
import { may, readGrants } from '../../src/mysql/grants.ts'
import { keyOf, orderBy } from '../../src/mysql/keys.ts'
import { holdLock } from '../../src/mysql/named-lock.ts'
import { RowsHasher, sameRows } from '../../src/mysql/row-hash.ts'
import { insertStatements } from '../../src/mysql/row-writer.ts'
import { openServer, type Server } from '../../src/mysql/server.ts'
import type { ServerPlace } from '../../src/mysql/server-place.ts'
import { serverState } from '../../src/mysql/server-state.ts'
import type { Session } from '../../src/mysql/session.ts'
import { ShapeGuard } from '../../src/mysql/shape-guard.ts'
import { rawSql, sql } from '../../src/mysql/sql.ts'
import { wakeDelay } from '../../src/mysql/wake-delay.ts'
import { cellsOf } from '../../src/mysql/wire-row.ts'
import type { ConnectTarget } from '../../src/transport/transport.ts'
import type { Release } from '../hosts/apt-config.ts'
import { realHosts } from '../hosts/available.ts'
import type { Host } from '../hosts/host.ts'
import { startHost } from '../hosts/start.ts'
import { type Eyes, eyesOn, hostileSql } from './eyes.ts'
import { startMysql56, whyNoMysql56 } from './mysql-56.ts'
import { type OwnMysqlVersion, startOwnMysql, whyNoOwnMysql } from './own-mysql.ts'
import { parentTable, variedTables } from './varied-tables.ts'

interface Started {
  readonly place: ServerPlace
  readonly host?: Host
  stop(): Promise<void>
}

function whyNoHosts(): string | undefined {
  const real = realHosts()
  return real.available ? undefined : real.reason
}

const local: ConnectTarget = { name: 'local', destination: 'local', backend: 'local' }

function mariadbOn(release: Release, version: string) {
  return {
    title: `MariaDB ${version} through SSH, by its socket`,
    flavor: 'mariadb' as const,
    version: new RegExp(`^${version.replace('.', '\\.')}\\.\\d+-MariaDB`),
    why: whyNoHosts(),
    async start(): Promise<Started> {
      const host = await startHost({ release, withPackages: ['mariadb-server'] })
      const through = { name: host.name, destination: host.name, sshConfigFile: host.sshConfig }
      return { place: { name: host.name, through, at: undefined }, host, stop: () => host.stop() }
    },
  }
}

function mysqlOf(version: OwnMysqlVersion) {
  return {
    title: `MySQL ${version} by its socket`,
    flavor: 'mysql' as const,
    version: new RegExp(`^${version.replace('.', '\\.')}\\.`),
    why: whyNoOwnMysql(version),
    async start(): Promise<Started> {
      const { socket, stop } = await startOwnMysql(version)
      return { place: { name: 'own', through: local, at: { socket }, user: 'root' }, stop }
    },
  }
}

/** The tables of one contract: on two servers, and with `OPS_DRIFT_TABLES=165` (or more of them) on every one. */
const tableCount = Number(process.env.OPS_DRIFT_TABLES ?? 165)
const isOnAll = process.env.OPS_DRIFT_TABLES !== undefined

const servers = [
  mariadbOn('bullseye', '10.5'),
  mariadbOn('bookworm', '10.11'),
  mariadbOn('trixie', '11.8'),
  {
    title: 'MySQL 5.6 by its socket',
    flavor: 'mysql56' as const,
    version: /^5\.6\./,
    why: whyNoMysql56(),
    async start(): Promise<Started> {
      const { socket, stop } = await startMysql56()
      return { place: { name: 'old', through: local, at: { socket }, user: 'root' }, stop }
    },
  },
  ...(isOnAll ? [mysqlOf('5.7')] : []),
  mysqlOf('8.0'),
]

const seenBefore: { readonly server: string; readonly tables: ReadonlyMap<string, Seen> }[] = []

for (const { title, flavor, version, why, start } of servers) {
  describe.skipIf(why !== undefined)(`${title}${why === undefined ? '' : ` (${why})`}`, () => {
    let started: Started
    let server: Server
    let session: Session
    let eyes: Eyes
    beforeAll(async () => {
      started = await start()
      server = await openServer(started.place)
      session = await server.session()
      eyes = await eyesOn(started.place)
      await eyes.run(`CREATE DATABASE lab CHARACTER SET utf8mb4; USE lab; ${hostileSql(flavor)}
        CREATE TABLE hostile_copy LIKE hostile; CREATE TABLE hostile_key_copy LIKE hostile_key`)
    }, 300_000)
    afterAll(async () => {
      await eyes?.close()
      await server?.close()
      await started?.stop()
    })

    const table = (name: string): Promise<Table> => readTable(session, { database: 'lab', table: name })
    const readerOf = (of: Table, mostRows: number): ChunkReader => {
      const order = orderBy(of, keyOf(of), undefined)
      const walk = { table: of, order, columns: rowColumns(of, order.columns) }
      return new ChunkReader(session, walk, { targetMs: 500, mostBytes: 1_000_000, mostRows })
    }

    test.each(['hostile', 'hostile_key'])(
      'reads %s in chunks and writes it again, equal to the server',
      async each => {
        const reader = readerOf(await table(each), 2)
        const read = new RowsHasher()
        for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
          const copy = { database: 'lab', table: `${each}_copy` }
          for (const { statement } of insertStatements(copy, reader.walk.columns, chunk.rows, 1_000_000)) {
            await session.query(statement, 'copying')
          }
          for (const row of chunk.rows) read.add(row)
        }
        const [one, other] = await eyes.rows(`CHECKSUM TABLE lab.${each}, lab.${each}_copy EXTENDED`)
        expect(one?.[1]).toBe(other?.[1])
        const [count] = await eyes.rows(`SELECT COUNT(*) FROM lab.${each}`)
        expect(read.digest().rows).toBe(Number(count?.[0]))
        const again = readerOf(await table(`${each}_copy`), 1)
        const copied = new RowsHasher()
        for (let chunk = await again.next(); chunk; chunk = await again.next()) {
          for (const row of chunk.rows) copied.add(row)
        }
        expect(sameRows(read.digest(), copied.digest())).toBe(true)
      },
    )

    test.each([
      ['bigint unsigned', ['0', '9223372036854775808', '18446744073709551615']],
      ['decimal(30,10)', ['-1.5', '0', '12345678901234567890.0000000001']],
      ['double', ['-1e300', '-0.1', '0', '0.30000000000000004', '1e300']],
      ['float', ['-1.5', '0.1', '1.234567']],
      ['bit(9)', ["b'0'", "b'101010101'", "b'111111111'"]],
      ['datetime(6)', ["'0000-00-00'", "'2026-10-25 01:30:00.000001'", "'2026-10-25 01:30:00.000002'"]],
      ['timestamp(6)', ["'2026-10-25 01:30:00.000001'", "'2026-10-25 01:30:00.000002'"]],
      ['time(6)', ["'-838:59:59'", "'00:00:00.000001'", "'838:59:59'"]],
      ['year', ['0', '1970', '2155']],
      ['binary(4)', ["x'00000000'", "x'0027225C'", "x'FFFFFFFF'"]],
      ['varbinary(9)', ["''", "x'00'", "x'0000'", "'a '", "'a'"]],
      ['varchar(9) character set latin1', ["''", "'a'", "'Ä'", "'z'"]],
      ['varchar(9) character set utf8mb4 collate utf8mb4_unicode_ci', ["'a'", "'ß'", "'😀'", "'\\\\'"]],
      ['char(3) character set utf8mb4 collate utf8mb4_bin', ["'A'", "'a'", "'a b'"]],
    ] as const)('follows a key of %s as the server orders it, one row at a time', async (type, values) => {
      await eyes.run(`SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; DROP TABLE IF EXISTS lab.k;
        CREATE TABLE lab.k (k ${type} NOT NULL, l INT NOT NULL, PRIMARY KEY (k, l));
        INSERT INTO lab.k VALUES ${values.flatMap(value => [`(${value}, -1)`, `(${value}, 2)`]).join(', ')}`)
      const reader = readerOf(await table('k'), 1)
      const seen: string[] = []
      for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
        seen.push(...chunk.rows.map(row => cellsOf(row).map(String).join('|')))
      }
      expect(seen).toHaveLength(values.length * 2)
      expect(new Set(seen).size).toBe(seen.length)
      // FLOAT is read as the DOUBLE that it is, so it prints otherwise.
      const column = type === 'float' ? 'k * 1e0' : 'k'
      const expected = await session.cells(
        rawSql(`SELECT ${column}, l FROM lab.k ORDER BY k, l`),
        'reading in one go',
      )
      expect(seen).toEqual(expected.map(row => row.map(String).join('|')))
    })

    const isOfPair = /^MariaDB 10\.11|^MySQL 8/.test(title)
    test.runIf(isOnAll || isOfPair)(
      `the same ${tableCount} tables are to a contract what they were on the servers before`,
      async () => {
        const tables = new Map<string, Seen>()
        await eyes.run(`CREATE DATABASE varied CHARACTER SET utf8mb4; USE varied; ${parentTable}`)
        for (const { name, create } of variedTables(tableCount, flavor)) {
          await eyes.run(`USE varied; SET sql_mode = ''; ${create}`)
          const seen = await see(session, await readTable(session, { database: 'varied', table: name }))
          if (seen) tables.set(name, seen)
        }
        expect(tables.size).toBeGreaterThan(tableCount * 0.7)
        seenBefore.push({ server: title, tables })
        const phantoms: string[] = []
        for (const before of seenBefore)
          for (const [name, table] of tables) {
            const other = before.tables.get(name)
            if (!other) continue
            const both = [
              { was: other, is: table, where: `${before.server} to here` },
              { was: table, is: other, where: `here to ${before.server}` },
            ]
            for (const { was, is, where } of both)
              for (const writes of [false, true]) {
                // As it is read from its file.
                const contract = JSON.parse(
                  JSON.stringify({ ...pinned(was.table, undefined, 'x', was), writes }),
                )
                for (const { column, sentence } of [
                  ...changesOf(contract, is.table),
                  ...ruleChanges(contract, is),
                ])
                  phantoms.push(`${where}: ${name}: ${column}: ${sentence}`)
              }
          }
        expect(phantoms).toEqual([])
      },
      600_000,
    )

    describe('a transaction that deletes rows', () => {
      /** Deletes the first row; `meanwhile` comes when it is locked. What the guard did not like is taken back. */
      const deletion = async (by: Session = session) => {
        await eyes.run(`DROP TABLE IF EXISTS lab.below, lab.guarded; CREATE TABLE lab.guarded (id INT PRIMARY KEY, v INT) ENGINE=InnoDB;
          INSERT INTO lab.guarded VALUES (1, 1), (2, 2), (3, 3)`)
        const looked = await table('guarded')
        const guard = new ShapeGuard([{ table: looked, keyIndex: 'PRIMARY' }], {
          during: 'being tried',
          fires: ['DELETE'],
          next: '',
        })
        const run = async (meanwhile?: () => Promise<void>): Promise<OpsError | undefined> => {
          const work = async (): Promise<void> => {
            await by.query(sql`SELECT * FROM lab.guarded ORDER BY id LIMIT 1 FOR UPDATE`, 'locking')
            await meanwhile?.()
            await guard.shapes(by)
            await by.query(sql`DELETE FROM lab.guarded ORDER BY id LIMIT 1`, 'deleting')
            await guard.effects(by)
          }
          const thrown = await guard
            .during(by, () => by.transaction(work, 'deleting'))
            .then(
              () => undefined,
              (failure: unknown) => failure as OpsError,
            )
          return thrown
        }
        return { run, guard, rows: async () => (await eyes.rows('SELECT COUNT(*) FROM lab.guarded'))[0]?.[0] }
      }

      test.each([
        ['a column', 'ALTER TABLE lab.guarded ADD note INT', 'it has the new column note'],
        ['a wider type', 'ALTER TABLE lab.guarded MODIFY v BIGINT', 'its column v is bigint'],
        ['another engine', 'ALTER TABLE lab.guarded ENGINE=MyISAM', 'its engine is MyISAM'],
        [
          'a trigger',
          'CREATE TRIGGER lab.fires BEFORE DELETE ON lab.guarded FOR EACH ROW SET @a = 1',
          'the trigger fires came',
        ],
        [
          'a child',
          'CREATE TABLE lab.below (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES lab.guarded (id) ON DELETE CASCADE) ENGINE=InnoDB',
          'lab.below refers to it now',
        ],
      ])('is taken back once %s came', async (_what, statement, text) => {
        const { run, rows } = await deletion()
        expect(await run()).toBeUndefined()
        await eyes.run(statement)
        expect((await run())?.data).toMatchObject({ code: 'moved', title: expect.stringContaining(text) })
        expect(await rows()).toBe('2')
      })

      test('is told of a table that is gone as of one that somebody changed', async () => {
        const { guard } = await deletion()
        await guard.look(session)
        await eyes.run('RENAME TABLE lab.guarded TO lab.elsewhere')
        onTestFinished(() => eyes.run('DROP TABLE lab.elsewhere'))
        await expect(guard.look(session)).rejects.toMatchObject({
          data: { code: 'moved', title: expect.stringContaining('the table is gone') },
        })
      })

      test('goes on where an index came', async () => {
        const { run, rows } = await deletion()
        expect(await run()).toBeUndefined()
        await eyes.run('ALTER TABLE lab.guarded ADD INDEX (v)')
        expect(await run()).toBeUndefined()
        expect(await rows()).toBe('1')
      })

      test('of an account without PROCESS goes on beside a table that does not open, and is taken back once a child came', async () => {
        await eyes.run(`CREATE TABLE lab.gone (id INT) ENGINE=MyISAM; CREATE TABLE lab.broken (id INT) ENGINE=MERGE UNION=(lab.gone); DROP TABLE lab.gone;
          CREATE USER few@localhost IDENTIFIED BY 'few'; GRANT SELECT, DELETE, TRIGGER, LOCK TABLES ON lab.* TO few@localhost;
          GRANT REFERENCES, UPDATE ON *.* TO few@localhost`)
        onTestFinished(() => eyes.run('DROP TABLE lab.broken; DROP USER few@localhost'))
        const few = await openServer({
          ...started.place,
          user: 'few',
          password: async () => new Secret('few'),
        })
        onTestFinished(() => few.close())
        const { run, rows } = await deletion(await few.session())
        expect(await run()).toBeUndefined()
        await eyes.run(`CREATE TABLE lab.below (id INT PRIMARY KEY, up INT,
          FOREIGN KEY (up) REFERENCES lab.guarded (id) ON DELETE SET NULL) ENGINE=InnoDB`)
        expect((await run())?.data.title).toContain('lab.below refers to it now')
        expect(await rows()).toBe('2')
      })

      // MySQL 8 lets no child come beside the locks.
      test.runIf(!title.startsWith('MySQL 8'))(
        'is taken back where a child came beside its locks',
        async () => {
          const { run, rows } = await deletion()
          const child = () =>
            eyes.run(`SET foreign_key_checks = 0; CREATE TABLE lab.below (id INT PRIMARY KEY, up INT,
            FOREIGN KEY (up) REFERENCES lab.guarded (id) ON DELETE CASCADE) ENGINE=InnoDB;
            INSERT INTO lab.below VALUES (1, 1); SET foreign_key_checks = 1`)
          let made: Promise<void> | undefined
          expect((await run(() => (made ??= child())))?.data.code).toBe('moved')
          expect(await rows()).toBe('3')
          expect(await eyes.rows('SELECT * FROM lab.below')).toEqual([['1', '1']])
        },
      )
    })

    test('says what the server is, and what its account may', async () => {
      const state = await serverState(session)
      expect(state.version).toMatch(version)
      expect(state.isReadOnly).toBe(false)
      const grants = await readGrants(session)
      expect(may(grants, 'DELETE', { database: 'lab', table: 'hostile' })).toBe(true)
    })

    test('names with quotes and dots are data', async () => {
      const odd = { database: 'od`d"', table: "x'`; DROP DATABASE lab; -- é" }
      onTestFinished(() => eyes.run('DROP DATABASE `od``d"`'))
      await eyes.run(
        'CREATE DATABASE `od``d"`; CREATE TABLE `od``d"`.`x\'``; DROP DATABASE lab; -- é` (`a``.b` INT PRIMARY KEY, `naïve` TEXT)',
      )
      const found = await readTable(session, odd)
      expect(found.columns.map(column => column.name)).toEqual(['a`.b', 'naïve'])
      const columns = rowColumns(found, ['a`.b'])
      const order = orderBy(found, keyOf(found), undefined)
      const rows = [Buffer.from([1, 0x31, 0xfb])]
      for (const { statement } of insertStatements(odd, columns, rows, 1_000_000))
        await session.query(statement, 'x')
      const reader = new ChunkReader(session, { table: found, order, columns })
      expect((await reader.next())?.rows).toEqual(rows)
      expect(
        await eyes.rows("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'lab'"),
      ).toEqual([['1']])
    })

    test('a lock is held once for a server, and freed when its connection is gone', async () => {
      const held = await holdLock(server, 'archive lab.hostile')
      const failure = await holdLock(server, 'archive lab.hostile').catch((thrown: unknown) => thrown)
      expect(failure).toBeInstanceOf(OpsError)
      expect((failure as OpsError).data).toMatchObject({ code: 'locked' })
      await held.check()
      const [thread] = await eyes.rows("SELECT IS_USED_LOCK('ops:archive lab.hostile')")
      await eyes.run(`KILL ${thread?.[0]}`)
      await expect(held.check()).rejects.toThrow()
      // A server may end the connection a moment later, and the lock with it.
      const isFree = async () => (await eyes.rows("SELECT IS_FREE_LOCK('ops:archive lab.hostile')"))[0]?.[0]
      await expect.poll(isFree, { timeout: 30_000 }).toBe('1')
      const again = await holdLock(server, 'archive lab.hostile')
      await again.release()
      const more = await holdLock(server, 'archive lab.hostile')
      await more.release()
    })

    test('shards of a table keep the whole and other numbers out, and know whether they are alone', async () => {
      const place = (shard: Shard | undefined): Promise<HeldPlace> =>
        holdPlace(server, 'archive lab.shards', shard, { interrupt: { level: 'none' } })
      const isRefused = async (shard: Shard | undefined): Promise<void> => {
        await expect(place(shard)).rejects.toMatchObject({ data: { code: 'locked' } })
      }
      const first = await place({ index: 0, of: 32 })
      expect(first.isAlone).toBe(true)
      await first.letIn()
      const last = await place({ index: 31, of: 32 })
      expect(last.isAlone).toBe(false)
      await last.letIn()
      await first.check()
      for (const shard of [undefined, { index: 0, of: 32 }, { index: 0, of: 2 }]) await isRefused(shard)
      await last.release()
      await first.release()
      const whole = await place(undefined)
      await isRefused({ index: 0, of: 2 })
      await whole.release()
      // Before they take their places.
      const near = (index: number): Promise<Near | undefined> =>
        comeNear(server, 'archive lab.shards', { index, of: 32 })
      const [one, other] = [await near(0), await near(31)]
      expect([await one?.beside(), await other?.beside()]).toEqual([1, 1])
      expect(await near(0)).toBeUndefined()
      await other?.release()
      expect(await one?.beside()).toBe(0)
      await one?.release()
    })

    test('a job takes turns while others are at work there, and works side by side when they are gone', async () => {
      const governor = await startGovernor(server, { restsBy: '--sleep-coef' })
      onTestFinished(() => governor.close())
      const never = await startGovernor(server, { sleepCoefficient: 0 })
      onTestFinished(() => never.close())
      const told: string[] = []
      const isShared = async (): Promise<boolean> => {
        await governor.wait(reason => told.push(reason))
        await never.wait(reason => told.push(reason))
        expect(never.isShared).toBe(false)
        return governor.isShared
      }
      const gone = new AbortController()
      const others = (async () => {
        while (!gone.signal.aborted) await eyes.run('DO SLEEP(0.001)')
      })()
      try {
        await expect.poll(isShared, { timeout: 60_000 }).toBe(true)
        expect(told).toEqual([])
        let running = 0
        let most = 0
        const turn = (): Promise<void> =>
          governor.turn(async () => {
            running += 1
            most = Math.max(most, running)
            await session.query(rawSql('DO SLEEP(0.02)'), 'being at work')
            running -= 1
          })
        await Promise.all([turn(), turn(), turn()])
        expect(most).toBe(1)
        expect(governor.pausedMs).toBeGreaterThan(0)
        expect(governor.restedMs).toBe(governor.pausedMs)
        await isShared()
        await isShared()
        expect(told).toEqual([
          expect.stringMatching(
            /^others are at work on the server \([1-9]\d* statements a second\), so it rests between its own; --sleep-coef 0 rests never/,
          ),
        ])
        const failed = governor.turn(() => session.query(rawSql('no statement'), 'failing'))
        await expect(failed).rejects.toThrow('failing')
        await turn()
      } finally {
        gone.abort()
        await others
      }
      await expect.poll(isShared, { timeout: 60_000 }).toBe(false)
      let came = 0
      let meet: () => void = () => undefined
      const met = new Promise<void>(resolve => {
        meet = resolve
      })
      const meeting = (): Promise<void> =>
        governor.turn(() => {
          came += 1
          if (came === 2) meet()
          return met
        })
      await Promise.all([meeting(), meeting()])
    }, 150_000)

    test('tells how late its threads come to run, and a rest that was asked for is kept whoever is there', async () => {
      const delay = await wakeDelay(session)
      expect(delay?.lateMs).toBeGreaterThan(0)
      expect(delay?.tripMs).toBeGreaterThanOrEqual(0)
      const governor = await startGovernor(server, { sleepCoefficient: 2, restsBy: '--sleep-coef' })
      onTestFinished(() => governor.close())
      expect(governor.isShared).toBe(true)
      const turn = (): Promise<unknown> =>
        governor.turn(() => session.query(rawSql('DO SLEEP(0.02)'), 'being at work'))
      await turn()
      await turn()
      expect(governor.pausedMs).toBeGreaterThan(0)
      const told: string[] = []
      for (const _ of [1, 2]) await governor.wait(reason => told.push(reason))
      expect(told).toEqual([
        expect.stringContaining('it rests behind each turn on the server, as --sleep-coef 2 says'),
      ])
    })

    test('an account that the server does not let in is told so, without its password', async () => {
      const place = { ...started.place, user: 'nobody', password: async () => new Secret('hidden words') }
      const failure = (await openServer(place).catch((thrown: unknown) => thrown)) as OpsError
      expect(failure.data).toMatchObject({ code: 'authentication', changed: 'no' })
      expect(JSON.stringify(failure.data)).not.toContain('hidden words')
      const nowhere = { ...started.place, at: { socket: '/run/nobody.sock' } }
      const unreachable = (await openServer(nowhere).catch((thrown: unknown) => thrown)) as OpsError
      expect(unreachable.data.code).toBe('unreachable')
      expect(unreachable.data.title).toContain('/run/nobody.sock')
    })
  })
}
