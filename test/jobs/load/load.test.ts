/** `ops db load` on a real MariaDB through SSH, compared with what the host's own client loads and sees. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { hostileSql } from '../../mysql/eyes.ts'
import { letGoOfAll } from '../let-go.ts'

describeReal('ops db load', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = db1\n' })
    await host().read('mariadb -e "CREATE DATABASE app"')
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 --local-infile=1 -BN app', { input: statements })
  const argvOf = (...argv: string[]): string[] => ['db', 'load', 'shop', ...argv, '-F', host().sshConfig]
  const load = (table: string, ...argv: string[]): Promise<Outcome> =>
    folder.answer(argvOf(table, ...argv, '--yes'))
  const pipe = (input: string, table: string, ...argv: string[]): Promise<Outcome> =>
    folder.ops(argvOf(table, ...argv, '--yes'), { input })
  /** One whose input the test writes by and by. */
  const fedLoad = (table: string, ...argv: string[]) => {
    const child = spawn(process.execPath, [program, ...argvOf(table, ...argv, '--yes', '--json')], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, HOME: folder.path },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const said: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => said.push(piece))
    child.stdin.on('error', () => {})
    return { child, said, ended: once(child, 'close') }
  }
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder.path, name), content)
    return name
  }
  const written = 'SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified > 1000'
  /** The transaction of a load that was ended just before: it must not be taken for that of the next. */
  const earlierTakenBack = async (): Promise<void> => {
    while ((await mariadb(written)) !== '0\n') await pause(20)
  }
  const count = async (table: string): Promise<number> =>
    Number(await mariadb(`SELECT COUNT(*) FROM ${table}`))

  const mixedRows = [
    '\ufeffnote,id,price,at,e,s,raw,l,b,n,day,yes,twice,inv,j',
    '"a, ""b""\nand ""c""",1,1.50,2026-01-02T03:04:05.000001Z,a,"x,y",\\x,ä,257,5,0000-00-00,true,99,3,"{""k"": 1}"',
    "\\N,18446744073709551615,-2,2026-01-02 03:04:05+02:00,it's,,,\\N,b'101',,2028-02-29,0,,4,\\N",
    '"\\N",3,3,,,y,"",  padded ,0x1ff,-1,,FALSE,,5,[]',
    '😀,4,0,2026-01-02,a,x,"\t\r\n\\0",é,0,0,9999-12-31,,,6,null',
  ]

  describe.each(['infile', 'insert'])('by %s', method => {
    test('reads all that breaks importers of CSV as it was meant', async () => {
      await mariadb(`CREATE TABLE mixed_${method} (id BIGINT UNSIGNED PRIMARY KEY, note VARCHAR(20), price DECIMAL(20,2) NOT NULL,
        at DATETIME(6), e ENUM('a','it''s'), s SET('x','y'), raw VARBINARY(20), l VARCHAR(20) CHARACTER SET latin1, b BIT(9),
        n INT, day DATE, yes TINYINT(1), twice INT AS (n * 2) STORED, inv INT INVISIBLE DEFAULT 7, j JSON)`)
      const file = write('mixed.csv.gz', gzipSync(`${mixedRows.join('\r\n')}\r\n`))
      const run = await load(`app.mixed_${method}`, file, '--method', method)
      expect(run.stderr).toBe('')
      expect(run.stdout).toContain('twice is computed by the server')
      expect(run.stdout).toContain('loaded  4 rows')
      const seen =
        await mariadb(`SELECT id, note, price, at, e, s, HEX(raw), HEX(l), b + 0, n, day, yes, twice, inv, j
        FROM mixed_${method} ORDER BY id`)
      expect(seen.split('\n')).toEqual([
        '1\ta, "b"\\nand "c"\t1.50\t2026-01-02 03:04:05.000001\ta\tx,y\t5C78\tE4\t257\t5\t0000-00-00\t1\t10\t3\t{"k": 1}',
        '3\t\\\\N\t3.00\tNULL\tNULL\ty\t\t202070616464656420\t511\t-1\tNULL\t0\t-2\t5\t[]',
        '4\t😀\t0.00\t2026-01-02 00:00:00.000000\ta\tx\t090D0A5C30\tE9\t0\t0\t9999-12-31\tNULL\t0\t6\tnull',
        "18446744073709551615\tNULL\t-2.00\t2026-01-02 01:04:05.000000\tit's\t\t\tNULL\t5\tNULL\t2028-02-29\t0\tNULL\t4\tNULL",
        '',
      ])
    })

    test('names every line that is in the way, with its reason, and stores none', async () => {
      await mariadb(`CREATE TABLE bad_${method} (id INT PRIMARY KEY, name VARCHAR(5), price DECIMAL(5,2) NOT NULL, e ENUM('a','b'), b BIT(1));
        INSERT INTO bad_${method} VALUES (3, 'old', 1, 'a', 0)`)
      const file = write(
        'bad.csv',
        Buffer.concat([
          Buffer.from(
            'id,name,price,e,b\n1,ok,1,a,1\n11,too long,1,a,1\n12,b,1,1,1\n13,"b\nb",,a,1\n14,d,1\n15,d,1,a,1,\n16,',
          ),
          Buffer.from([0xc3, 0x28]),
          Buffer.from(
            ',1,a,1\n17,a,x,a,1\n3,dup,1,a,1\n18,a,1,q,1\n19,"a"b,1,a,1\n20,a,1000,a,1\n21,a,1,a,2\n22,a,1,a,1\n23.5,a,1,a,1\n',
          ),
        ]),
      )
      const run = await load(`app.bad_${method}`, file, '--method', method)
      expect(run.code).toBe(1)
      const told = [...run.stderr.matchAll(/line (\d+): (.*)/g)].map(([, line, why]) => `${line} ${why}`)
      expect(told).toEqual([
        expect.stringMatching(/^3 Data too long for column 'name'/),
        '4 e: "1" is none of its values',
        '5 price: it is empty, and the column takes no NULL',
        '7 it has 3 fields, and 5 are named',
        '8 it has 6 fields, and 5 are named',
        '9 name: its text is no UTF-8',
        expect.stringMatching(/^10 Incorrect decimal value: 'x'/),
        expect.stringMatching(/^11 Duplicate entry '3' for key 'PRIMARY'/),
        expect.stringMatching(/^12 Data truncated for column 'e'/),
        '13 something stands behind the closing quote of field 2',
        expect.stringMatching(/^14 Out of range value for column 'price'/),
        '15 b: 2 has more than 1 bits',
        '17 id: 23.5 is no whole number',
      ])
      expect(run.stderr).toContain('changed  no')
      expect(await count(`bad_${method}`)).toBe(1)
    })

    test('what a server would round, or read as something else, without a word is named', async () => {
      await mariadb(`CREATE TABLE silent_${method} (id INT PRIMARY KEY, n BIGINT, y YEAR, d DATE, at DATETIME, ts TIMESTAMP NULL,
        c CHAR(9) CHARACTER SET ascii, g POINT, ti TIME, fl FLOAT)`)
      const good = '1,20e-1,2024.0,20240203,20240203101112,20240203101112.0,abc,POINT(1 2),153000,16777217\n'
      const bad =
        '2,15e-1,,,,,,,,\n3,1e-9,,,,,,,,\n4,,2024.9,,,,,,,\n5,,,1712311200,,,,,,\n6,,,,1712311200,,,,,\n7,,,,,1712311200000,,,,\n8,,,,,,é,,,\n9,,,,,,,POINT(1),,\n' +
        '10,,0,,,,,,,\n11,,,101112,,,,,,\n12,,,,,,,,1530,\n'
      const head = 'id,n,y,d,at,ts,c,g,ti,fl\n'
      const [table, how] = [`app.silent_${method}`, ['--method', method]]
      const run = await load(table, write('silent.csv', head + good + bad), ...how)
      const told = [...run.stderr.matchAll(/line (\d+): (.*)/g)].map(([, line, why]) => `${line} ${why}`)
      expect(told).toEqual([
        '3 n: 15e-1 is no whole number',
        '4 n: 1e-9 is no whole number',
        '5 y: 2024.9 is no whole number',
        '6 d: 1712311200 is no date, and a Unix time has to be made one first',
        '7 at: 1712311200 is no date, and a Unix time has to be made one first',
        '8 ts: 1712311200000 is no date',
        '9 c: its text is not ASCII, as the column is',
        expect.stringMatching(/^10 Cannot get geometry object/),
        '11 y: 0 is no year of four digits',
        '12 d: 101112 is no date',
        '13 ti: 1530 is no time: write hours:minutes:seconds',
      ])
      const whole = await load(table, write('whole.csv', head + good), ...how)
      expect(whole.stderr).toBe('')
      expect(whole.stdout).toContain('1 value was rounded')
      expect(whole.stdout).toContain('line 2: fl: 16777217 has more digits than float keeps')
      expect(await mariadb(`SELECT id, n, y, d, at, ts, c, ST_AsText(g), ti FROM silent_${method}`)).toBe(
        '1\t2\t2024\t2024-02-03\t2024-02-03 10:11:12\t2024-02-03 10:11:12\tabc\tPOINT(1 2)\t15:30:00\n',
      )
    })

    test('a row that is left out fires no trigger of an update, and another bad one is named', async () => {
      await mariadb(`CREATE TABLE kept_${method} (id INT PRIMARY KEY, v TINYINT, touched INT DEFAULT 0);
        INSERT INTO kept_${method} VALUES (1, 1, 0), (2, 2, 0);
        CREATE TRIGGER touch_${method} BEFORE UPDATE ON kept_${method} FOR EACH ROW SET NEW.touched = OLD.touched + 1`)
      const how = ['--method', method, '--on-duplicate', 'skip']
      const table = `app.kept_${method}`
      const bad = await load(table, write('kept.csv', 'id,v\n1,9\n3,3\n4,1000\n5,5\n2,7\n'), ...how)
      expect(bad.stderr).toMatch(/line 4: Out of range value for column 'v'/)
      expect(bad.stderr.match(/line \d/g)).toEqual(['line 4'])
      const run = await load(table, write('kept.csv', 'id,v\n1,9\n3,3\n5,5\n2,7\n'), ...how)
      expect(run.stdout).toMatch(/left out +2 rows/)
      expect(await mariadb(`SELECT * FROM kept_${method}`)).toBe('1\t1\t0\n2\t2\t0\n3\t3\t0\n5\t5\t0\n')
    })

    test('a row whose key is there is left out or replaced where that is asked for', async () => {
      await mariadb(
        `CREATE TABLE dup_${method} (id INT AUTO_INCREMENT PRIMARY KEY, v INT); INSERT INTO dup_${method} VALUES (2, 0), (9, 0)`,
      )
      const file = write('dup.csv', 'id,v\n0,1\n2,2\n2,3\n')
      const skipped = await load(`app.dup_${method}`, file, '--method', method, '--on-duplicate', 'skip')
      expect(skipped.stdout).toMatch(/loaded +1 row/)
      expect(skipped.stdout).toMatch(/left out +2 rows/)
      expect(await mariadb(`SELECT * FROM dup_${method}`)).toBe('0\t1\n2\t0\n9\t0\n')
      const one = write('one.csv', 'id,v\n9,1\n')
      const only = await load(`app.dup_${method}`, one, '--method', method, '--on-duplicate', 'skip')
      expect(only.stdout).toMatch(/loaded +0 rows/)
      const replaced = await load(`app.dup_${method}`, file, '--method', method, '--on-duplicate', 'replace')
      expect(replaced.stdout).toMatch(/replaced +[23] rows/)
      expect(await mariadb(`SELECT * FROM dup_${method}`)).toBe('0\t1\n2\t3\n9\t0\n')
    })
  })

  test('a bad line at 299,999 of 300,000 is named, and nothing is loaded', async () => {
    await mariadb('CREATE TABLE many (id INT PRIMARY KEY, v INT NOT NULL)')
    const lines = Array.from({ length: 300_000 }, (_, index) => `${index},${index === 299_997 ? 'x' : index}`)
    const file = write('many.csv', `id,v\n${lines.join('\n')}\n`)
    const bad = await load('app.many', file)
    expect(bad.stderr).toContain("line 299999: Incorrect integer value: 'x'")
    expect(bad.stderr).toContain('a line of many.csv cannot be')
    expect(await count('many')).toBe(0)
    write('many.csv', `id,v\n${lines.join('\n').replace('x', '299997')}\n`)
    const good = await load('app.many', file, '--profile')
    expect(good.stderr).toBe('')
    expect(good.stdout).toMatch(/stage +Reading file/)
    expect(await mariadb('SELECT COUNT(*), SUM(v = id) FROM many')).toBe('300000\t300000\n')
  })

  test('what the server itself writes as TSV comes back byte for byte', async () => {
    const file = '/tmp/hostile.tsv'
    // The server keeps an ENUM that is none of its values, which no text can say.
    await mariadb(`CREATE DATABASE lab; USE lab; ${hostileSql('mariadb')}; UPDATE hostile SET e = NULL WHERE e = '';
      CREATE TABLE again LIKE hostile`)
    const columns = (
      await mariadb(`SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'lab'
      AND TABLE_NAME = 'hostile' AND EXTRA NOT LIKE '%GENERATED%'`)
    )
      .trimEnd()
      .split('\n')
    const quoted = columns.map(each => `\`${each.replaceAll('`', '``')}\``)
    const selected = quoted.map(each =>
      each === '`f`' ? 'f * 1e0' : each === '`l`' ? 'CONVERT(l USING utf8mb4)' : each,
    )
    await mariadb(
      `SET time_zone = '+00:00'; SELECT ${selected.join(', ')} INTO OUTFILE '${file}' CHARACTER SET binary FROM lab.hostile`,
    )
    const body = Buffer.from(await host().read(`base64 -w0 ${file}`), 'base64')
    const run = await load(
      'lab.again',
      write('hostile.tsv', Buffer.concat([Buffer.from(`${columns.join('\t')}\n`), body])),
    )
    expect(run.stderr).toBe('')
    const shown = quoted.map(each => `HEX(CONCAT(${each === '`f`' ? 'f * 1e0' : each}))`).join(', ')
    const seen = (table: string): Promise<string> =>
      mariadb(`SELECT ${shown}, gen FROM lab.${table} ORDER BY id`)
    expect(await seen('again')).toBe(await seen('hostile'))
    expect((await seen('again')).split('\n')).toHaveLength(3)
  })

  test('a CSV becomes the rows that LOAD DATA of the stock client makes of it', async () => {
    await mariadb(
      'CREATE TABLE stock (id INT PRIMARY KEY, a VARCHAR(50), b VARCHAR(50), c DOUBLE); CREATE TABLE ours LIKE stock',
    )
    const line = (index: number): string =>
      `${index},"x, ""${index}""${index % 7 === 0 ? '\n\r' : ''}",${index % 3 === 0 ? '' : 'é\\'},${index / 7}\n`
    const body = Array.from({ length: 20_000 }, (_, index) => line(index)).join('')
    await host().read('base64 -d >/tmp/stock.csv', { input: Buffer.from(body).toString('base64') })
    await mariadb(`LOAD DATA LOCAL INFILE '/tmp/stock.csv' INTO TABLE stock CHARACTER SET utf8mb4
      FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''`)
    const run = await load('app.ours', write('stock.csv', body), '--columns', 'id,a,b,c')
    expect(run.stderr).toBe('')
    expect(await count('stock')).toBe(20_000)
    const [one, other] = (await mariadb('CHECKSUM TABLE stock, ours')).trim().split('\n')
    expect(other?.split('\t')[1]).toBe(one?.split('\t')[1])
  })

  test('lines of JSON keep every digit, and what is no JSON is named', async () => {
    await mariadb(
      'CREATE TABLE j (id BIGINT PRIMARY KEY, name VARCHAR(20), v DECIMAL(40,10), j JSON, yes TINYINT, extra INT)',
    )
    const run = await pipe(
      '{"id": 9007199254740993, "name": "a\\u00e4\\ud83d\\ude00\\"\\\\n", "v": 12345678901234567890.123456789, "j": {"a":[1,{"b":"}"}]}, "yes": true}\n' +
        '{"name":"b","id":2,"v":null,"extra":1,"j":null,"yes":false}\n\n{"id": 3, "name": "", "v": 1e3, "j": "[1]"}',
      'app.j',
    )
    expect(run.stderr).toBe('')
    expect(await mariadb('SELECT * FROM j ORDER BY id')).toBe(
      '2\tb\tNULL\tNULL\t0\t1\n3\t\t1000.0000000000\t[1]\tNULL\tNULL\n' +
        '9007199254740993\taä😀"\\\\n\t12345678901234567890.1234567890\t{"a":[1,{"b":"}"}]}\t1\tNULL\n',
    )
    const bad = await pipe(
      '{"id":9}\n{"id":10,"name":"x\n{"id":11,"name":"\\ud800"}\n{"id":12,"id":13}\n{"id":14,"nam":1}\n{"id":15} x\n[1]\n{"id":016}\n',
      'app.j',
      ...['--format', 'ndjson', '--columns', 'id,name'],
    )
    const told = [...bad.stderr.matchAll(/line (\d+): /g)].map(([, line]) => line)
    expect(told).toEqual(['2', '3', '4', '5', '6', '7', '8'])
    expect(await count('j')).toBe(3)
  })

  describe('commits nothing when', () => {
    beforeAll(() => mariadb('CREATE TABLE whole (id INT PRIMARY KEY, v INT)'))
    const text = `id,v\n${Array.from({ length: 60_000 }, (_, index) => `${index},${index}`).join('\n')}\n`

    test.each([
      [
        'a gzip is cut',
        () => load('app.whole', write('cut.csv.gz', gzipSync(text).subarray(0, -20_000))),
        'broke off',
      ],
      [
        'a gzip goes on behind zeros',
        () =>
          load(
            'app.whole',
            write('gap.csv.gz', Buffer.concat([gzipSync(text), Buffer.alloc(512), gzipSync('60000,1\n')])),
          ),
        'there is more behind the zeros',
      ],
      [
        'a pipe ends in the middle of a line',
        () => pipe(text.slice(0, -2), 'app.whole'),
        'standard input ends in the middle of line 60001',
      ],
      [
        'rows are missing',
        () => load('app.whole', write('few.csv', text), '--expect', '60001'),
        'has 60,000 rows',
      ],
    ])('%s', async (_, run, reason) => {
      const outcome = await run()
      expect(outcome.stderr).toContain(reason)
      expect(outcome.stderr).toMatch(/changed +no/)
      expect(outcome.code).toBe(1)
      expect(await count('whole')).toBe(0)
    })

    test.each(['SIGINT', 'SIGKILL'] as const)(
      'it is ended by %s, and its indexes are put back',
      async signal => {
        const table = `owed_${signal.toLowerCase()}`
        const definition = `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT, w VARCHAR(50), UNIQUE u (w), KEY v (v) COMMENT 'it''s, \`v\`', KEY \`w\`\`v\` (w(10), v))`
        await mariadb(definition)
        const before = await mariadb(`SHOW CREATE TABLE ${table}`)
        const keys = (): Promise<string> =>
          mariadb(`SELECT COUNT(DISTINCT Key_name) FROM (SELECT INDEX_NAME AS Key_name
        FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME = '${table}') k`)
        const child = spawn(
          process.execPath,
          [program, ...argvOf(`app.${table}`, '--indexes', 'rebuild', '--yes')],
          {
            cwd: folder.path,
            env: { PATH: process.env.PATH, HOME: folder.path },
            stdio: ['pipe', 'ignore', 'ignore'],
          },
        )
        const ended = once(child, 'exit')
        child.stdin.on('error', () => {})
        child.stdin.write('id,v,w\n1,1,a\n2,2,b\n')
        // It waits for the rest of its input: the indexes are away now.
        while ((await keys()) !== '2\n' && child.exitCode === null) await pause(20)
        child.kill(signal)
        const [code] = (await ended) as [number | null]
        expect(await count(table)).toBe(0)
        if (signal === 'SIGINT') expect(code).toBe(130)
        else {
          expect(await keys()).toBe('2\n')
          write('more.csv', 'id,v,w\n1,1,a\n')
          // The same command, and then the one that does this alone.
          const same = await load(`app.${table}`, 'more.csv', '--indexes', 'rebuild', '--plan')
          expect(same.stderr).toBe('')
          expect(same.stdout).toMatch(/v, w`v/)
          let next = await load(`app.${table}`, '--put-back')
          // The server may not have noticed yet that the connection of the lock is gone.
          for (let tries = 0; next.code === 6 && tries < 50; tries++) {
            await pause(200)
            next = await load(`app.${table}`, '--put-back')
          }
          expect(next.stderr).toBe('')
          expect(next.stdout).toMatch(/back +v, w`v/)
        }
        const sorted = (text: string): string[] =>
          text
            .replaceAll(/,(?=\\n)/g, '')
            .split('\\n')
            .sort()
        expect(sorted(await mariadb(`SHOW CREATE TABLE ${table}`))).toEqual(sorted(before))
        expect(await mariadb(`SHOW TABLES LIKE '\\_ops\\_owed%'`)).toBe('')
      },
    )

    test('the connection is lost', async () => {
      await earlierTakenBack()
      const { child, said, ended } = fedLoad('app.whole')
      child.stdin.write(text)
      const inTransaction =
        'SELECT MAX(trx_mysql_thread_id) FROM information_schema.INNODB_TRX WHERE trx_rows_modified > 1000'
      let thread = 'NULL'
      let next = 100_000
      while (thread === 'NULL') {
        await pause(20)
        if (child.exitCode !== null) break
        child.stdin.write(Array.from({ length: 20_000 }, () => `${next++},1\n`).join(''))
        thread = (await mariadb(inTransaction)).trim()
      }
      await mariadb(`KILL ${thread}`)
      child.stdin.end()
      expect((await ended)[0]).not.toBe(0)
      expect(Buffer.concat(said).toString()).toContain('"changed":"no"')
      expect(await count('whole')).toBe(0)
    })
  })

  test('one whose server lets go of all connections says nothing of indexes that it left where they were', async () => {
    await mariadb('CREATE TABLE let_go (id INT PRIMARY KEY, v INT, KEY (v))')
    await earlierTakenBack()
    const { child, said, ended } = fedLoad('app.let_go')
    child.stdin.write('id,v\n')
    for (let next = 0; (await mariadb(written)) === '0\n' && child.exitCode === null; await pause(20))
      child.stdin.write(Array.from({ length: 20_000 }, () => `${next++},1\n`).join(''))
    await letGoOfAll(host())
    child.stdin.end()
    expect((await ended)[0]).toBe(5)
    const told = Buffer.concat(said).toString()
    expect(told).toContain('"changed":"no"')
    expect(told).not.toContain('away')
    expect(await count('let_go')).toBe(0)
  })

  test('a server without LOCAL and with packets of 1 MiB takes INSERTs that fit, and a row that does not fit is named', async () => {
    await mariadb(
      'CREATE TABLE packet (id INT PRIMARY KEY, v LONGTEXT); SET GLOBAL local_infile = 0, max_allowed_packet = 1048576',
    )
    const long = `1,${'x'.repeat(1_000_000)}\n2,${'\n'.repeat(0)}${'y'.repeat(1000)}\n`
    const rows = Array.from({ length: 5_000 }, (_, index) => `${index + 10},${'z'.repeat(1_000)}\n`).join('')
    const run = await load('app.packet', write('packet.csv', `id,v\n${long}${rows}`))
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('INSERTs (local_infile is OFF on the server)')
    expect(await mariadb('SELECT COUNT(*), SUM(LENGTH(v)) FROM packet')).toBe('5002\t6001000\n')
    const refused = await load('app.packet', write('large.csv', `id,v\n3,ok\n4,${'x'.repeat(1_100_000)}\n`))
    expect(refused.stderr).toMatch(
      /line 3: the row is \d+ bytes, and max_allowed_packet of the server 1048576/,
    )
    const asked = await load('app.packet', 'packet.csv', '--method', 'infile')
    await mariadb('SET GLOBAL local_infile = 1, max_allowed_packet = 16777216')
    expect(asked.stderr).toContain('takes no LOAD DATA LOCAL: local_infile is OFF')
    expect(asked.code).toBe(3)
  })

  test('a second line of names is no row, and a field that is left out is so each time it stands there', async () => {
    await mariadb('CREATE TABLE heads (a VARCHAR(9), b VARCHAR(9))')
    const one = gzipSync('a,b\n1,2\n')
    const run = await load('app.heads', write('heads.csv.gz', Buffer.concat([one, one])))
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('line 3: it is the line of names once more')
    expect(await count('heads')).toBe(0)
    const marked = await pipe('a,b\n1,2\n\ufeffa,b\n\ufeff3,4\n\ufeff"5",6\n', 'app.heads')
    expect(marked.stderr).toContain('line 3: it is the line of names once more')
    for (const line of [4, 5])
      expect(marked.stderr).toContain(`line ${line}: it begins with a byte order mark`)
    expect(await count('heads')).toBe(0)
    const meant = await pipe('a,b\na,b\n"\ufeff3",4\n', 'app.heads', '--columns', 'a,b')
    expect(meant.stderr).toBe('')
    expect(await mariadb('SELECT HEX(a), HEX(b) FROM heads ORDER BY a')).toBe(
      '61\t62\n61\t62\nEFBBBF33\t34\n',
    )
    await mariadb('TRUNCATE heads')
    const json = await pipe('{"a":1,"b":2}\n\ufeff{"a":3,"b":4}\n', 'app.heads', '--format', 'ndjson')
    expect(json.stderr).toContain('line 2: it begins with a byte order mark')
    const comma = write('comma.csv', 'a,b,\n1,2,\n')
    const nameless = await load('app.heads', comma)
    expect(nameless.stderr).toContain("the name of the input's field 3 of 3 is empty")
    expect(nameless.stderr).toContain("Leave that field out with --leave-out ''")
    expect(nameless.stderr).not.toContain('Did you mean')
    expect(nameless.code).toBe(3)
    await mariadb('CREATE TABLE commas LIKE heads')
    expect(await load('app.commas', comma, '--leave-out', '')).toMatchObject({ code: 0, stderr: '' })
    expect(await mariadb('SELECT * FROM commas')).toBe('1\t2\n')
    const left = await load('app.heads', write('left.csv', 'a,a,b\n1,2,a\nb,b,b\n'), '--leave-out', 'a')
    expect(left.stderr).toBe('')
    expect(await mariadb('SELECT * FROM heads')).toBe('NULL\ta\nNULL\tb\n')
  })

  test('an input of names alone loads 0 rows and says so; the plan says in which zone times are read', async () => {
    await mariadb('CREATE TABLE clocks (id INT PRIMARY KEY, day DATETIME, seen TIMESTAMP NULL)')
    const run = await load('app.clocks', write('none.csv', 'id,day,seen\n'))
    expect(run.stdout).toContain('0 rows: none.csv has names of columns, and no row behind them')
    expect(run.stdout).toContain(
      'day: stored as written; one that names a zone (Z, +02:00) becomes UTC; seen: UTC',
    )
    expect(run.code).toBe(0)
    expect(await count('clocks')).toBe(0)
  })

  test.each([
    ['myisam (id INT) ENGINE=MyISAM', 'id\n1\n', [], 'the engine MyISAM, which cannot roll back'],
    ['unknown (id INT)', 'id,nam\n1,2\n', [], 'has no column nam'],
    ['values (id INT)', '1\n2\n', [], 'The first line names the columns. Where it holds values already'],
    ['needed (id INT, n INT NOT NULL)', 'id\n1\n', [], 'no field for n of refuse.needed, which is NOT NULL'],
    ['twice (id INT)', 'id,ID\n1,2\n', [], 'the input names id twice'],
    ['wide (id INT)', Buffer.from('\ufeffid\n1\n', 'utf16le'), [], 'is UTF-16'],
    [
      'zstd (id INT)',
      Buffer.from('KLUv/SQFKQAAaWQKMQrtgLVy', 'base64'),
      [],
      'zstd -dc refused.csv | ops db load SOURCE DB.TABLE - --yes',
    ],
    [
      'bzip2 (id INT)',
      Buffer.from('QlpoOTFBWSZTWTK+O7EAAAJJAAAQIAAEICAAMM00GZCuOLuSKcKEgZXx3Yg=', 'base64'),
      [],
      'is packed with bzip2, which a load does not unpack',
    ],
    [
      'xz (id INT)',
      Buffer.from(
        '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAEaWQKMQoAAAAAWH6jXi9QM2IAAR0FuC2Arx+2830BAAAAAARZWg==',
        'base64',
      ),
      [],
      'xz -dc refused.csv',
    ],
    ['empty (id INT)', '', [], 'is empty'],
    ['parent (id INT PRIMARY KEY)', 'id\n1\n', ['--on-duplicate', 'replace'], 'kept is ON DELETE CASCADE'],
    ['method (id INT)', 'id\n1\n', ['--method', 'fast'], '--method fast: not one of auto, infile, insert'],
  ])('refuses %s', async (definition, content, argv, reason) => {
    const name = definition.split(' ')[0] ?? ''
    await mariadb(`CREATE DATABASE IF NOT EXISTS refuse; USE refuse; CREATE TABLE \`${name}\` ${definition.slice(name.length)};
      ${name === 'parent' ? 'CREATE TABLE child (p INT, CONSTRAINT kept FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE);' : ''}`)
    const refused = await load(`refuse.${name}`, write('refused.csv', content), ...argv)
    expect(refused.stderr).toContain(reason)
    expect(refused.code).toBe(3)
  })

  test('a refused load leaves the next number of the table, or says what it is now', async () => {
    await mariadb(
      `CREATE TABLE numbered (id INT AUTO_INCREMENT PRIMARY KEY, v INT); INSERT INTO numbered (v) VALUES (1), (2)`,
    )
    const large = await pipe('id,v\n3,3\n99999999999,4\n', 'app.numbered')
    expect(large.stderr).toContain(
      'line 3: id: 99999999999 is more than 2147483647, the most that int(11) holds',
    )
    expect(large.code).toBe(1)
    // The number that the server would have gone on from is not all used up.
    await mariadb('INSERT INTO numbered (v) VALUES (5)')
    const far = await pipe('id,v\n5000,3\n5001,no number\n', 'app.numbered')
    expect(far.stderr).toContain('nothing was loaded')
    expect(far.stderr).toMatch(
      /The next AUTO_INCREMENT number of app.numbered is 500\d now, and was 5:.* others may have added rows too/,
    )
    expect(far.stderr).not.toContain('the host is as it was')
    expect(await count('numbered')).toBe(3)
    await mariadb('ALTER TABLE numbered AUTO_INCREMENT = 5; INSERT INTO numbered (v) VALUES (6)')
    expect(await mariadb('SELECT MAX(id) FROM numbered')).toBe('5\n')
  })

  test('a load that failed, and cannot put its indexes back, says that they are away', async () => {
    await mariadb('CREATE TABLE away (id INT PRIMARY KEY, v INT, KEY (v))')
    const { child, said, ended } = fedLoad('app.away', '--indexes', 'rebuild')
    child.stdin.write('id,v\n1,1\n')
    const keys = "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_NAME = 'away'"
    while ((await mariadb(keys)) !== '1\n' && child.exitCode === null) await pause(20)
    // A twin with rows is somebody's table: nothing is taken from it.
    await mariadb('INSERT INTO _ops_owed_away (id) VALUES (1)')
    child.stdin.end('2,x\n')
    expect((await ended)[0]).toBe(1)
    const told = Buffer.concat(said).toString()
    expect(told).toContain('line 3: ')
    expect(told).toContain('Indexes of app.away are away still')
    expect(told).toContain('"changed":"yes"')
    expect(await count('away')).toBe(0)
  })

  test('one that is ended by two signals while its indexes cannot come back ends, and says that they are away', async () => {
    await mariadb('CREATE TABLE twice (id INT PRIMARY KEY, v INT, KEY (v))')
    const { child, said, ended } = fedLoad('app.twice', '--indexes', 'rebuild')
    child.stdin.write('id,v\n1,1\n')
    const keys = "SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_NAME = 'twice'"
    while ((await mariadb(keys)) !== '1\n' && child.exitCode === null) await pause(20)
    const reader = host().exec(
      'mariadb app -e "START TRANSACTION; SELECT COUNT(*) FROM twice; DO SLEEP(601)"',
    )
    const looking = (text: string): string =>
      `SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE '${text}' AND ID <> CONNECTION_ID()`
    while ((await mariadb(looking('DO SLEEP(601)'))) === 'NULL\n') await pause(20)
    child.kill('SIGINT')
    while ((await mariadb(looking('ALTER TABLE%'))) === 'NULL\n' && child.exitCode === null) await pause(20)
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(130)
    const told = Buffer.concat(said).toString()
    expect(told).toContain('Indexes of app.twice are away still')
    expect(told).toContain('"changed":"yes"')
    const reading = (await mariadb(looking('DO SLEEP(601)'))).trim()
    await mariadb(`KILL ${reading}`)
    await reader
  })

  test('rows that are committed are called so where their indexes cannot be put back', async () => {
    // A twin with rows is somebody's table: nothing is taken from it.
    await mariadb(`CREATE TABLE late (id INT AUTO_INCREMENT PRIMARY KEY, v INT, KEY (v));
      CREATE TRIGGER filling BEFORE INSERT ON late FOR EACH ROW INSERT IGNORE INTO _ops_owed_late (id) VALUES (1)`)
    const run = await pipe('v\n3\n4\n', 'app.late', '--indexes', 'rebuild')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('2 rows are loaded and committed: do not load the input again.')
    expect(run.stderr).not.toMatch(/took back|AUTO_INCREMENT/)
    expect(run.stdout).toContain('loaded   2 rows')
    expect(run.stdout).toContain('v are still owed')
    expect(await count('late')).toBe(2)
  })
})
