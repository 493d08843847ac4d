/** What `ops db archive` refuses, and the way out that it names. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { older, useArchive } from './use-archive.ts'

/** Far more than a test takes: machines may be busy. */
vi.setConfig({ testTimeout: 600_000 })

describeReal('ops db archive refuses', () => {
  const { folder, mariadb, archive, archiveOld } = useArchive()
  beforeAll(() =>
    mariadb(`CREATE DATABASE app; USE app; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT, at DATETIME, KEY (at));
      INSERT INTO app.t (v, at) SELECT seq, '2020-01-01' FROM seq_1_to_100`),
  )

  test.each([
    ['nokey (at DATETIME, KEY (at))', 'has no primary key and no unique key', 'Add a key'],
    [
      'nullable (u INT, at DATETIME, UNIQUE (u), KEY (at))',
      'u of the unique key u may be NULL',
      'Make it NOT NULL',
    ],
    [
      'prefixed (t TEXT, at DATETIME, PRIMARY KEY (t(10)), KEY (at))',
      'holds only the beginning of a column',
      'Add a key',
    ],
    [
      'downwards (a INT, b INT, at DATETIME, PRIMARY KEY (a, b DESC), KEY (at))',
      'has a descending column',
      'in ascending order',
    ],
    [
      'self (id INT PRIMARY KEY, up INT, at DATETIME, KEY (at), FOREIGN KEY (up) REFERENCES self (id) ON DELETE CASCADE)',
      'would change refuse.self too',
      'Let that key be RESTRICT',
    ],
    ["enumkey (e ENUM('a') NOT NULL, at DATETIME, PRIMARY KEY (e), KEY (at))", 'has an ENUM or a SET', 'Add'],
    [
      'myisam (id INT PRIMARY KEY, at DATETIME, KEY (at)) ENGINE=MyISAM',
      'the engine MyISAM, which cannot roll back',
      'ENGINE=InnoDB',
    ],
    [
      'noindex (id INT PRIMARY KEY, at DATETIME)',
      'no index of refuse.noindex begins with at',
      /ADD INDEX \(at\)[\s\S]*--scan: each run then reads the whole table in the order of its key, about [\d,]+ rows and [\d,]+ MB/,
    ],
    [
      'notime (id INT PRIMARY KEY, at INT, KEY (at))',
      'at of refuse.notime is int(11), which is no time',
      'It has no column of a time',
    ],
    ['nocolumn (id INT PRIMARY KEY, att DATETIME, KEY (att))', 'has no column at', 'Columns of a time: att'],
    [
      'parent (id INT PRIMARY KEY, at DATETIME, KEY (at))',
      'child too: its foreign key kept is ON DELETE CASCADE',
      '--with refuse.child',
    ],
    [
      'fires (id INT PRIMARY KEY, at DATETIME, KEY (at))',
      'the trigger gone of refuse.fires fires',
      'drop it while the job runs',
    ],
    [
      'versioned (id INT PRIMARY KEY, at DATETIME, KEY (at)) WITH SYSTEM VERSIONING',
      'keeps the history of its rows',
      'DELETE HISTORY',
    ],
    [
      'closed (id INT PRIMARY KEY, at DATETIME, KEY (at))',
      'is read-only: a replica, or closed for writing',
      'Name the server that the rows are written to',
    ],
  ] as const)('refuses %s and names the way out', async (definition, reason, way) => {
    const name = definition.split(' ')[0] ?? ''
    await mariadb(`CREATE DATABASE IF NOT EXISTS refuse; USE refuse; CREATE TABLE ${definition};
      ${name === 'parent' ? 'CREATE TABLE child (p INT, CONSTRAINT kept FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);' : ''}
      ${name === 'fires' ? 'CREATE TRIGGER gone AFTER DELETE ON fires FOR EACH ROW SET @x = 1;' : ''}`)
    if (name === 'closed') {
      await mariadb('SET GLOBAL read_only = 1')
      onTestFinished(async () => void (await mariadb('SET GLOBAL read_only = 0')))
    }
    const refused = await archiveOld(`refuse.${name}`, 'refused')
    expect(refused.stderr).toContain(reason)
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toMatch(way)
    expect(refused.code).toBe(3)
    expect(readdirSync(folder().path)).not.toContain('refused')
  })

  test.each([
    [['--older-than', 'sixmonths'], '--older-than sixmonths is no age'],
    [['--older-than', '9000y'], '9000y ago was before the year 1000'],
    [['--where', '1) OR (1'], 'a parenthesis is closed that was not opened'],
    [['--where', 'v = 1 -- '], 'a condition has no comments'],
    [['--where', 'nothing = 1'], 'is no condition on this table'],
    [['--tz', 'Mars/Olympus'], 'there is no such zone'],
    [['--to', 'gopher://x'], 'gopher'],
  ])('refuses %j', async (argv, reason) => {
    const refused = await archiveOld('app.t', 'refused', ...argv)
    expect(refused.stderr).toContain(reason)
    expect(refused.code).toBe(3)
  })

  test('an account that cannot see what a delete would do is refused, with the right that it lacks', async () => {
    await mariadb(
      `CREATE USER weak@localhost IDENTIFIED BY 'hidden words'; GRANT SELECT, DELETE ON app.t TO weak@localhost;
      CREATE DATABASE elsewhere; CREATE TABLE elsewhere.child (p INT, CONSTRAINT far FOREIGN KEY (p) REFERENCES app.t (id) ON DELETE CASCADE)`,
    )
    writeFileSync(join(folder().path, 'password'), 'hidden words\n')
    writeFileSync(
      join(folder().path, 'ops.ini'),
      '[db shop]\nhost = db1\n\n[db weak]\nhost = db1\nuser = weak\npassword = @password\n',
    )
    const refused = await archive('weak', 'app.t', ...older('30d', 'weak'))
    expect(refused.stderr).toContain('cannot see whether app.t has triggers')
    expect(refused.stderr).toContain('cannot see whether foreign keys of other tables lead to app.t')
    expect(refused.stderr + refused.stdout).not.toContain('hidden words')
    const kept = await archive('weak', 'app.t', ...older('30d', 'weak'), '--no-delete')
    expect(kept.stderr).toBe('')
    expect(kept.code).toBe(0)
    const again = (): Promise<Outcome> => archive('weak', 'app.t', ...older('1d', 'weak'))
    // The child is in another database, which an account of this one alone does not see.
    // Nor does one that may read everything: MariaDB lists foreign keys only to who has another right on their table.
    for (const grant of ['SELECT, DELETE, TRIGGER ON app.*', 'SELECT ON *.*']) {
      await mariadb(`GRANT ${grant} TO weak@localhost`)
      const hidden = await again()
      expect(hidden.stderr).toContain('cannot see whether foreign keys of other tables lead to app.t')
      expect(hidden.stderr).toContain('GRANT REFERENCES ON *.* TO the account')
      expect(hidden.code).toBe(3)
    }
    await mariadb('REVOKE SELECT ON *.* FROM weak@localhost; GRANT REFERENCES ON *.* TO weak@localhost')
    const seen = await again()
    expect(seen.stderr).toContain('its foreign key far is ON DELETE CASCADE')
    expect(seen.code).toBe(3)
  })
})
