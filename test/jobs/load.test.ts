/** `ops db load` on a real MariaDB through SSH, compared with what the host's own client loads and sees. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

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
    folder.ops(argvOf(table, ...argv, '--yes'))
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder.path, name), content)
    return name
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
            ',1,a,1\n17,a,x,a,1\n3,dup,1,a,1\n18,a,1,q,1\n19,"a"b,1,a,1\n20,a,1000,a,1\n21,a,1,a,2\n22,a,1,a,1\n',
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
      ])
      expect(run.stderr).toContain('changed  no')
      expect(await count(`bad_${method}`)).toBe(1)
    })

    test('a row whose key is there is left out or replaced where that is asked for', async () => {
      await mariadb(
        `CREATE TABLE dup_${method} (id INT PRIMARY KEY, v INT); INSERT INTO dup_${method} VALUES (2, 0), (9, 0)`,
      )
      const file = write('dup.csv', 'id,v\n1,1\n2,2\n2,3\n')
      const skipped = await load(`app.dup_${method}`, file, '--method', method, '--on-duplicate', 'skip')
      expect(skipped.stdout).toMatch(/loaded +1 rows/)
      expect(skipped.stdout).toMatch(/left out +2 rows/)
      expect(await mariadb(`SELECT * FROM dup_${method}`)).toBe('1\t1\n2\t0\n9\t0\n')
      const one = write('one.csv', 'id,v\n9,1\n')
      const only = await load(`app.dup_${method}`, one, '--method', method, '--on-duplicate', 'skip')
      expect(only.stdout).toMatch(/loaded +0 rows/)
      const replaced = await load(`app.dup_${method}`, file, '--method', method, '--on-duplicate', 'replace')
      expect(replaced.stdout).toMatch(/replaced +[23] rows/)
      expect(await mariadb(`SELECT * FROM dup_${method}`)).toBe('1\t1\n2\t3\n9\t0\n')
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
})
