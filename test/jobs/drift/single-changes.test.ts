/** One change of a table at a time on real servers, each with its verdict; that there is a change says the server's own SHOW CREATE TABLE. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pinned } from '../../../src/jobs/drift/contract.ts'
import { judge } from '../../../src/jobs/drift/judge.ts'
import { see } from '../../../src/jobs/drift/seen.ts'
import { readTable } from '../../../src/mysql/catalog.ts'
import { openServer, type Server } from '../../../src/mysql/server.ts'
import type { ServerPlace } from '../../../src/mysql/server-place.ts'
import type { Session } from '../../../src/mysql/session.ts'
import { realHosts } from '../../hosts/available.ts'
import { startHost } from '../../hosts/start.ts'
import { type Eyes, eyesOn } from '../../mysql/eyes.ts'
import { startMysql56, whyNoMysql56 } from '../../mysql/mysql-56.ts'
import { startOwnMysql, whyNoOwnMysql } from '../../mysql/own-mysql.ts'

type Flavor = 'mariadb' | 'mysql56' | 'mysql8'

interface Case {
  readonly what: string
  /** Columns and keys of the table `t`, and what follows the bracket. */
  readonly table: string
  readonly options?: string
  readonly alter: string
  /** Verdicts with what they are about, for one that reads. */
  readonly reads: readonly string[]
  /** And for one that puts rows in; as above where it is not given. */
  readonly writes?: readonly string[]
  readonly on?: readonly Flavor[]
}

const text = 'v VARCHAR(20) CHARACTER SET utf8mb4 COLLATE'
const reference = 'id INT PRIMARY KEY, up INT, KEY (up), CONSTRAINT fk FOREIGN KEY (up) REFERENCES p (id)'
const refer = 'ADD CONSTRAINT fk2 FOREIGN KEY (up) REFERENCES p (id)'
const ranges =
  'PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION z VALUES LESS THAN MAXVALUE)'

const cases: readonly Case[] = [
  {
    what: 'ON UPDATE CURRENT_TIMESTAMP is lost',
    table: 'id INT PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
    alter: 'MODIFY at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP',
    reads: ['widens at'],
  },
  {
    what: 'ON UPDATE CURRENT_TIMESTAMP comes',
    table: 'id INT PRIMARY KEY, at DATETIME(3) DEFAULT NULL',
    alter: 'MODIFY at DATETIME(3) DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(3)',
    reads: ['widens at'],
  },
  {
    what: 'a default is lost',
    table: 'id INT PRIMARY KEY, n INT DEFAULT 5',
    alter: 'MODIFY n INT',
    reads: ['widens n'],
  },
  {
    what: 'the default of a column that must have a value is lost',
    table: "id INT PRIMARY KEY, v VARCHAR(9) NOT NULL DEFAULT ''",
    alter: 'ALTER v DROP DEFAULT',
    reads: ['widens v'],
  },
  {
    what: 'a default is another one',
    table: "id INT PRIMARY KEY, v VARCHAR(9) NOT NULL DEFAULT 'new'",
    alter: "ALTER v SET DEFAULT 'NEW'",
    reads: ['widens v'],
  },
  {
    what: 'a default of a time is another one',
    table: 'id INT PRIMARY KEY, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP',
    alter: "MODIFY at DATETIME NOT NULL DEFAULT '2020-01-01'",
    reads: ['widens at'],
  },
  {
    what: 'a default comes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'ALTER n SET DEFAULT 7',
    reads: ['harmless n'],
  },
  {
    what: 'a default of an expression is another one',
    table: 'id INT PRIMARY KEY, n INT DEFAULT ((1 + 2) * 3)',
    alter: 'MODIFY n INT DEFAULT (1 + 2 * 3)',
    reads: ['widens n'],
    on: ['mariadb', 'mysql8'],
  },
  {
    what: 'AUTO_INCREMENT is lost',
    table: 'id INT AUTO_INCREMENT PRIMARY KEY, n INT',
    alter: 'MODIFY id INT NOT NULL',
    reads: ['widens id'],
  },
  {
    what: 'AUTO_INCREMENT comes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'MODIFY id INT NOT NULL AUTO_INCREMENT',
    reads: ['harmless id'],
  },
  {
    what: 'the next number is another one',
    table: 'id INT AUTO_INCREMENT PRIMARY KEY',
    alter: 'AUTO_INCREMENT = 1000',
    reads: [],
  },
  {
    what: 'UNSIGNED is lost',
    table: 'id INT PRIMARY KEY, n INT UNSIGNED',
    alter: 'MODIFY n INT',
    reads: ['widens n'],
  },
  {
    what: 'ZEROFILL is lost',
    table: 'id INT PRIMARY KEY, n INT(5) UNSIGNED ZEROFILL',
    alter: 'MODIFY n INT(5) UNSIGNED',
    // A row has a value of fewer digits.
    reads: ['breaks n'],
  },
  {
    what: 'ZEROFILL fills up more digits',
    table: 'id INT PRIMARY KEY, n INT(1) UNSIGNED ZEROFILL',
    alter: 'MODIFY n INT(2) UNSIGNED ZEROFILL',
    reads: ['breaks n'],
  },
  {
    what: 'a column may be NULL',
    table: 'id INT PRIMARY KEY, n INT NOT NULL',
    alter: 'MODIFY n INT',
    reads: ['widens n'],
  },
  {
    what: 'a column is NOT NULL',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'MODIFY n INT NOT NULL',
    reads: ['harmless n'],
    writes: ['breaks n'],
  },
  {
    what: 'a text is shorter',
    table: 'id INT PRIMARY KEY, v VARCHAR(20)',
    alter: 'MODIFY v VARCHAR(10)',
    reads: ['harmless v'],
    writes: ['breaks v'],
  },
  {
    what: 'a text is longer',
    table: 'id INT PRIMARY KEY, v VARCHAR(20)',
    alter: 'MODIFY v VARCHAR(30)',
    reads: ['widens v'],
  },
  {
    what: 'a DECIMAL has more digits behind the point, and so fewer before it',
    table: 'id INT PRIMARY KEY, d DECIMAL(10,2)',
    alter: 'MODIFY d DECIMAL(10,4)',
    reads: ['widens d'],
  },
  {
    what: 'fractions of seconds are lost',
    table: 'id INT PRIMARY KEY, at DATETIME(6)',
    alter: 'MODIFY at DATETIME',
    reads: ['harmless at'],
    writes: ['breaks at'],
  },
  {
    what: 'values of an ENUM stand in another order',
    table: "id INT PRIMARY KEY, e ENUM('a','b','c')",
    alter: "MODIFY e ENUM('c','a','b')",
    reads: ['widens e'],
  },
  {
    what: 'values of a SET stand in another order',
    table: "id INT PRIMARY KEY, e SET('a','b')",
    alter: "MODIFY e SET('b','a')",
    reads: ['widens e'],
  },
  {
    what: 'an ENUM has lost a value',
    table: "id INT PRIMARY KEY, e ENUM('a','b','c')",
    alter: "MODIFY e ENUM('a','c')",
    reads: ['harmless e'],
    writes: ['breaks e'],
  },
  {
    what: 'a collation is binary',
    table: `id INT PRIMARY KEY, ${text} utf8mb4_general_ci`,
    alter: `MODIFY ${text} utf8mb4_bin`,
    reads: ['widens v'],
  },
  {
    what: 'a collation is no longer binary',
    table: `id INT PRIMARY KEY, ${text} utf8mb4_bin`,
    alter: `MODIFY ${text} utf8mb4_general_ci`,
    reads: ['widens v'],
  },
  {
    what: 'a collation of a unique key is no longer binary',
    table: `id INT PRIMARY KEY, ${text} utf8mb4_bin, UNIQUE (v)`,
    alter: `MODIFY ${text} utf8mb4_general_ci`,
    reads: ['widens v'],
    writes: ['breaks v'],
  },
  {
    what: 'a collation sorts rare letters otherwise',
    table: `id INT PRIMARY KEY, ${text} utf8mb4_general_ci`,
    alter: `MODIFY ${text} utf8mb4_unicode_ci`,
    reads: ['harmless v'],
  },
  {
    what: 'a collation is another one that servers give by themselves',
    table: `id INT PRIMARY KEY, ${text} utf8mb4_general_ci`,
    alter: `MODIFY ${text} utf8mb4_0900_ai_ci`,
    reads: ['harmless v'],
    on: ['mysql8'],
  },
  {
    what: 'a character set has more',
    table: 'id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET latin1',
    alter: 'MODIFY v VARCHAR(20) CHARACTER SET utf8mb4',
    reads: ['widens v'],
  },
  {
    what: 'the character set of columns to come is another one',
    table: 'id INT PRIMARY KEY, v VARCHAR(20) CHARACTER SET utf8mb4',
    alter: 'DEFAULT CHARACTER SET latin1',
    reads: [],
  },
  {
    what: 'a comment',
    table: 'id INT PRIMARY KEY, n INT',
    alter: "MODIFY n INT COMMENT 'DEFAULT 5', COMMENT = 'FOREIGN KEY'",
    reads: [],
  },
  {
    what: 'another format of rows',
    table: 'id INT PRIMARY KEY, n INT',
    options: 'ROW_FORMAT=COMPACT',
    alter: 'ROW_FORMAT=REDUNDANT',
    reads: [],
  },
  {
    what: 'columns stand in another order',
    table: 'id INT PRIMARY KEY, n INT, v INT',
    alter: 'MODIFY v INT AFTER id',
    reads: ['harmless n'],
  },
  {
    what: 'a column comes',
    table: 'id INT PRIMARY KEY',
    alter: 'ADD n INT',
    reads: ['harmless n'],
  },
  {
    what: 'a column that demands a value comes',
    table: 'id INT PRIMARY KEY',
    alter: 'ADD n INT NOT NULL',
    reads: ['harmless n'],
    writes: ['breaks n'],
  },
  {
    what: 'a column goes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'DROP n',
    reads: ['breaks n'],
  },
  {
    what: 'a column changes its name',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'CHANGE n number INT',
    reads: ['breaks n', 'harmless number'],
  },
  {
    what: 'a unique key is a plain one',
    table: 'id INT PRIMARY KEY, n INT, m INT, UNIQUE (n, m)',
    alter: 'DROP INDEX n, ADD INDEX n (n, m)',
    reads: ['widens n, m'],
  },
  {
    what: 'a unique key comes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'ADD UNIQUE (n)',
    reads: [],
    writes: ['breaks n'],
  },
  {
    what: 'the primary key goes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'DROP PRIMARY KEY, ADD KEY (id)',
    reads: ['widens id'],
  },
  {
    what: 'an index goes',
    table: 'id INT PRIMARY KEY, n INT, KEY (n)',
    alter: 'DROP INDEX n',
    reads: ['harmless n'],
  },
  {
    what: 'an index has one column more behind',
    table: 'id INT PRIMARY KEY, n INT, m INT, KEY some (n)',
    alter: 'DROP INDEX some, ADD KEY some (n, m)',
    reads: [],
  },
  {
    what: 'an index is not used any more (MariaDB)',
    table: 'id INT PRIMARY KEY, n INT, KEY (n)',
    alter: 'ALTER INDEX n IGNORED',
    reads: ['harmless n'],
    on: ['mariadb'],
  },
  {
    what: 'an index is not used any more (MySQL)',
    table: 'id INT PRIMARY KEY, n INT, KEY (n)',
    alter: 'ALTER INDEX n INVISIBLE',
    reads: ['harmless n'],
    on: ['mysql8'],
  },
  {
    what: 'a FULLTEXT index goes',
    table: 'id INT PRIMARY KEY, v TEXT, FULLTEXT KEY (v)',
    alter: 'DROP INDEX v',
    reads: ['breaks v'],
  },
  {
    what: 'a CHECK comes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'ADD CONSTRAINT positive CHECK (n > 0)',
    reads: ['harmless CHECK (n > 0)'],
    writes: ['breaks CHECK (n > 0)'],
    on: ['mariadb'],
  },
  {
    what: 'a CHECK of a column comes',
    table: 'id INT PRIMARY KEY, n INT',
    alter: 'MODIFY n INT CHECK (n > 0)',
    reads: ['harmless CHECK (n > 0)'],
    writes: ['breaks CHECK (n > 0)'],
    on: ['mariadb'],
  },
  {
    what: 'a CHECK goes',
    table: "id INT PRIMARY KEY, v VARCHAR(9), CONSTRAINT few CHECK (v IN ('a', 'it''s', ')'))",
    alter: 'DROP CONSTRAINT few',
    reads: ["widens CHECK (v in ('a', 'it''s', ')'))"],
    on: ['mariadb'],
  },
  {
    what: 'a CHECK has another name',
    table: 'id INT PRIMARY KEY, n INT, CONSTRAINT one CHECK (n > 0)',
    alter: 'DROP CONSTRAINT one, ADD CONSTRAINT other CHECK (n > 0)',
    reads: [],
    on: ['mariadb'],
  },
  {
    what: 'JSON is a text of any kind',
    table: 'id INT PRIMARY KEY, j JSON',
    alter: 'MODIFY j LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    reads: ['widens CHECK (json_valid(j))'],
    on: ['mariadb', 'mysql8'],
  },
  {
    what: 'a FOREIGN KEY comes',
    table: 'id INT PRIMARY KEY, up INT, KEY (up)',
    alter: refer,
    reads: ['harmless FOREIGN KEY up -> p (id)'],
    writes: ['breaks FOREIGN KEY up -> p (id)'],
  },
  {
    what: 'a FOREIGN KEY that deletes comes',
    table: 'id INT PRIMARY KEY, up INT, KEY (up)',
    alter: `${refer} ON DELETE CASCADE`,
    reads: ['widens FOREIGN KEY up -> p (id)'],
    writes: ['breaks FOREIGN KEY up -> p (id)'],
  },
  {
    what: 'a FOREIGN KEY goes',
    table: reference,
    alter: 'DROP FOREIGN KEY fk',
    reads: ['widens FOREIGN KEY up -> p (id)'],
  },
  {
    what: 'a FOREIGN KEY has another rule',
    table: reference,
    alter: `DROP FOREIGN KEY fk, ${refer} ON DELETE CASCADE ON UPDATE SET NULL`,
    reads: ['widens FOREIGN KEY up -> p (id)'],
  },
  {
    what: 'a FOREIGN KEY has another name, and says what was so anyway',
    table: reference,
    alter: `DROP FOREIGN KEY fk, ${refer} ON DELETE RESTRICT ON UPDATE NO ACTION`,
    reads: [],
  },
  {
    what: 'a partition goes',
    table: 'id INT PRIMARY KEY',
    options: ranges,
    alter: 'DROP PARTITION a',
    reads: [],
  },
  {
    what: 'the partition for all that is above goes',
    table: 'id INT PRIMARY KEY',
    options: ranges,
    alter: 'DROP PARTITION z',
    reads: ['harmless PARTITIONS'],
    writes: ['breaks PARTITIONS'],
  },
  {
    what: 'partitions go',
    table: 'id INT PRIMARY KEY',
    options: ranges,
    alter: 'REMOVE PARTITIONING',
    reads: ['harmless PARTITIONS'],
  },
  {
    what: 'partitions come',
    table: 'id INT PRIMARY KEY',
    alter: 'PARTITION BY HASH (id) PARTITIONS 2',
    reads: ['harmless PARTITIONS'],
  },
  {
    what: 'an engine without transactions',
    table: 'id INT PRIMARY KEY',
    alter: 'ENGINE=MyISAM',
    reads: ['widens ENGINE'],
  },
  {
    what: 'an engine with transactions',
    table: 'id INT PRIMARY KEY',
    options: 'ENGINE=MyISAM',
    alter: 'ENGINE=InnoDB',
    reads: ['harmless ENGINE'],
  },
  {
    what: 'a column is computed from something else',
    table: 'id INT PRIMARY KEY, n INT, g INT AS ((n + 1) * 2) STORED',
    alter: 'MODIFY g INT AS (n + 1 * 2) STORED',
    reads: ['breaks g'],
    on: ['mariadb', 'mysql8'],
  },
  {
    what: 'a column is no longer computed',
    table: 'id INT PRIMARY KEY, n INT, g INT AS (n + 1) STORED',
    alter: 'MODIFY g INT',
    reads: ['widens g'],
    on: ['mariadb', 'mysql8'],
  },
  {
    what: 'a column is computed now',
    table: 'id INT PRIMARY KEY, n INT, g INT',
    alter: 'DROP g, ADD g INT AS (n + 1) STORED',
    reads: ['harmless g'],
    writes: ['breaks g'],
    on: ['mariadb', 'mysql8'],
  },
  {
    what: 'SELECT * leaves a column out',
    table: 'id INT PRIMARY KEY, n INT DEFAULT 3',
    alter: 'MODIFY n INT INVISIBLE DEFAULT 3',
    reads: ['harmless n'],
    on: ['mariadb'],
  },
  {
    what: 'a reference system is lost',
    table: 'id INT PRIMARY KEY, g POINT SRID 4326',
    alter: 'MODIFY g POINT',
    reads: ['widens g'],
    on: ['mysql8'],
  },
]

function onMariadb() {
  const real = realHosts()
  return {
    flavor: 'mariadb' as const,
    why: real.available ? undefined : real.reason,
    async start() {
      const host = await startHost({ withPackages: ['mariadb-server'] })
      const through = { name: host.name, destination: host.name, sshConfigFile: host.sshConfig }
      return { place: { name: host.name, through, at: undefined }, stop: () => host.stop() }
    },
  }
}

const local = { name: 'local', destination: 'local', backend: 'local' } as const
const ofOwn = ({ socket, stop }: { readonly socket: string; stop(): Promise<void> }) => ({
  place: { name: 'own', through: local, at: { socket }, user: 'root' },
  stop,
})

const servers: readonly {
  readonly flavor: Flavor
  readonly why: string | undefined
  start(): Promise<{ readonly place: ServerPlace; stop(): Promise<void> }>
}[] = [
  onMariadb(),
  { flavor: 'mysql56', why: whyNoMysql56(), start: async () => ofOwn(await startMysql56()) },
  { flavor: 'mysql8', why: whyNoOwnMysql('8.0'), start: async () => ofOwn(await startOwnMysql('8.0')) },
]

for (const { flavor, why, start } of servers) {
  describe.skipIf(why !== undefined)(
    `one change of a table on ${flavor}${why === undefined ? '' : ` (${why})`}`,
    () => {
      let started: Awaited<ReturnType<typeof start>>
      let server: Server
      let session: Session
      let eyes: Eyes
      beforeAll(async () => {
        started = await start()
        server = await openServer(started.place)
        session = await server.session()
        eyes = await eyesOn(started.place)
        await eyes.run(
          'CREATE DATABASE one CHARACTER SET utf8mb4; CREATE TABLE one.p (id INT PRIMARY KEY) ENGINE=InnoDB',
        )
      }, 300_000)
      afterAll(async () => {
        await eyes?.close()
        await server?.close()
        await started?.stop()
      })

      const said = async (): Promise<string | null | undefined> =>
        (await eyes.rows('SHOW CREATE TABLE one.t'))[0]?.[1]
      const look = () => readTable(session, { database: 'one', table: 't' })

      test.each(cases.filter(({ on = [flavor] }) => on.includes(flavor)))('$what', async given => {
        await eyes.run(`SET sql_mode = ''; USE one; DROP TABLE IF EXISTS t;
        CREATE TABLE t (${given.table}) ${given.options ?? ''}; INSERT IGNORE INTO t (id) VALUES (2)`)
        const [create, table] = [await said(), await look()]
        const contract = pinned(table, undefined, 'reports', await see(session, table))
        const changesFor = async (writes: boolean): Promise<readonly string[]> =>
          (
            await judge(session, await look(), JSON.parse(JSON.stringify({ ...contract, writes })))
          ).changes.map(({ verdict, column }) => `${verdict} ${column}`)
        expect(await changesFor(true)).toEqual([])
        if (/\bn INT\(/.test(given.table)) await eyes.run('UPDATE one.t SET n = 7')
        await eyes.run(`SET sql_mode = ''; USE one; ALTER TABLE t ${given.alter}`)
        expect(await said()).not.toBe(create)
        expect(await changesFor(false)).toEqual(given.reads)
        expect(await changesFor(true)).toEqual(given.writes ?? given.reads)
      })

      test('a trigger that comes, does something else, and goes', async () => {
        const trigger = (what: string): Promise<void> =>
          eyes.run(`USE one; DROP TRIGGER IF EXISTS fires; ${what}`)
        await eyes.run('USE one; DROP TABLE IF EXISTS t; CREATE TABLE t (id INT PRIMARY KEY, n INT)')
        const pin = async () => {
          const table = await look()
          return JSON.parse(JSON.stringify(pinned(table, undefined, 'reports', await see(session, table))))
        }
        const found = async (contract: object, writes = false) =>
          (await judge(session, await look(), { ...(await pin()), ...contract, writes })).changes.map(
            ({ verdict, column, sentence }) => `${verdict}: ${column}: ${sentence}`,
          )
        const without = await pin()
        await trigger('CREATE TRIGGER fires BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1')
        const came = 'TRIGGER fires: it is new, and fires before insert'
        expect(await found(without)).toEqual([`harmless: ${came}`])
        expect(await found(without, true)).toEqual([`widens: ${came}`])
        const with1 = await pin()
        await trigger('CREATE TRIGGER fires BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 2')
        expect(await found(with1)).toEqual([
          'widens: TRIGGER fires: it does something else before insert than was agreed',
        ])
        await trigger('')
        expect(await found(with1)).toEqual([
          'widens: TRIGGER fires: it is gone: what it did before insert is not done any more',
        ])
      })

      test('what a contract does not mention is not compared, and one of an earlier ops is read as it was', async () => {
        await eyes.run(
          'USE one; DROP TABLE IF EXISTS t; CREATE TABLE t (id INT PRIMARY KEY, n INT DEFAULT 5, KEY (n)) ENGINE=InnoDB',
        )
        const table = await look()
        const { indexes: _indexes, ...contract } = pinned(
          table,
          undefined,
          'reports',
          await see(session, table),
        )
        const former = pinned(table, undefined, 'reports')
        await eyes.run('ALTER TABLE one.t MODIFY n INT, DROP INDEX n')
        const now = await look()
        expect((await judge(session, now, contract)).changes.map(each => each.column)).toEqual(['n'])
        expect(former).toMatchObject({ format: 'ops-contract/1', columns: { n: 'int' } })
        expect((await judge(session, now, former)).changes).toEqual([])
        const again = pinned(now, contract, 'reports', await see(session, now))
        expect(again).toMatchObject({ format: 'ops-contract/2', columns: { n: 'int' } })
        expect(again).not.toHaveProperty('indexes')
        // An account that may not see triggers knows nothing of them.
        const [triggers, all] = [{ fires: 'before insert 1f' }, await see(session, now)]
        const blind = all && { ...all, triggers: undefined }
        expect(pinned(now, { ...contract, triggers }, 'reports', blind)).toMatchObject({ triggers })
        // Nor what is about columns that the consumer does not use.
        await eyes.run(`USE one; DROP TABLE t; CREATE TABLE t (id INT PRIMARY KEY, n INT, up INT, KEY (up), UNIQUE (n),
          CONSTRAINT fk FOREIGN KEY (up) REFERENCES p (id)) ENGINE=InnoDB`)
        const [wide, seen] = [await look(), await see(session, await look())]
        const few = { ...pinned(wide, undefined, 'reports', seen), columns: { id: 'int not null' } }
        await eyes.run('ALTER TABLE one.t DROP FOREIGN KEY fk, DROP INDEX up, DROP INDEX n')
        expect((await judge(session, await look(), few)).changes).toEqual([])
        await eyes.run('USE one; DROP TABLE t; CREATE VIEW t AS SELECT id FROM p')
        const [first] = (await judge(session, await look(), { ...few, key: [] })).changes
        expect(first).toMatchObject({
          verdict: 'widens',
          sentence: expect.stringContaining('it is a view now'),
        })
        await eyes.run('DROP VIEW one.t')
      })
    },
  )
}
