/** `ops db sizes` beside what the host says of its files and its rows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

interface Told {
  readonly table: string
  readonly bytes: number
  readonly sizeBy: string
  readonly age: Readonly<Record<string, number>> | null
  readonly ageFrom: string
  readonly archive: string | null
  readonly ageErrors: Readonly<Record<string, number>>
  readonly monthRows: number
  readonly monthRowsError: number
  readonly blocks: readonly { readonly title: string }[]
}

describeReal('ops db sizes', () => {
  const host = useHost({ name: 'sizes1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = sizes1\n' })
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> =>
    host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements })
  const sizes = async (...argv: string[]): Promise<readonly Told[]> => {
    const run = await folder.answer(['db', 'sizes', 'shop', ...argv, '--json', '-F', host().sshConfig])
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    const events = run.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    return events.filter(each => each.event === 'size')
  }
  const handlers = async (): Promise<number> =>
    Number(
      await mariadb(
        "SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('HANDLER_READ_NEXT', 'HANDLER_READ_PREV', 'HANDLER_READ_KEY')",
      ),
    )

  test('sizes are those of the files, and shares of age those of the rows, without a scan', async () => {
    await mariadb(`CREATE DATABASE app; USE app;
      CREATE TABLE even (id BIGINT AUTO_INCREMENT PRIMARY KEY, x VARCHAR(200), created_at DATETIME NOT NULL, updated_at DATETIME, KEY (created_at));
      INSERT INTO even (x, created_at) SELECT REPEAT(MD5(seq), 3), NOW() - INTERVAL (200000 - seq) * 10 MINUTE FROM seq_1_to_200000;
      CREATE TABLE holes LIKE even; INSERT INTO holes SELECT IF(id > 100000, id * 1000, id), x, created_at, updated_at FROM even WHERE id > 150000 OR id % 5 = 0;
      CREATE TABLE shuffled LIKE even; INSERT INTO shuffled (x, created_at) SELECT x, created_at FROM even ORDER BY MD5(id) LIMIT 60000;
      CREATE TABLE \`odd name/#P#\u00fc\` (id INT PRIMARY KEY, x LONGBLOB) PARTITION BY HASH (id) PARTITIONS 3;
      INSERT INTO \`odd name/#P#\u00fc\` SELECT seq, REPEAT('x', 100000) FROM seq_1_to_60`)
    // What was loaded is in the files once the pages are written.
    await mariadb(
      'USE app; FLUSH TABLES even, holes, shuffled, `odd name/#P#\u00fc` FOR EXPORT; UNLOCK TABLES',
    )
    const before = await handlers()
    const told = await sizes('app')
    expect((await handlers()) - before).toBeLessThan(8000)
    expect(told.map(each => each.table).sort()).toEqual([
      'app.even',
      'app.holes',
      'app.odd name/#P#\u00fc',
      'app.shuffled',
    ])
    const files = await host().read("cd /var/lib/mysql/app && stat -c '%n %s' *.ibd")
    for (const { table, bytes, sizeBy } of told) {
      expect(sizeBy).toBe('files')
      const prefix = table === 'app.odd name/#P#\u00fc' ? 'odd@' : `${table.slice(4)}.ibd`
      const real = files
        .split('\n')
        .filter(line => line.startsWith(prefix))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
      expect(Math.abs(bytes - real) / real).toBeLessThan(0.02)
    }
    for (const name of ['even', 'holes', 'shuffled']) {
      const { age, ageFrom } = told.find(each => each.table === `app.${name}`) ?? { age: null, ageFrom: '' }
      expect(ageFrom).toBe(name === 'shuffled' ? 'sample' : 'key')
      const real = (
        await mariadb(
          `SELECT AVG(created_at < NOW() - INTERVAL 1 MONTH), AVG(created_at < NOW() - INTERVAL 6 MONTH), AVG(created_at < NOW() - INTERVAL 1 YEAR) FROM app.${name}`,
        )
      )
        .trim()
        .split('\t')
        .map(Number)
      for (const [index, word] of ['1mo', '6mo', '1y'].entries()) {
        expect(Math.abs((age?.[word] ?? 0) - (real[index] ?? 0)), `${name} ${word}`).toBeLessThan(0.05)
      }
    }
  })

  test('a gap in the numbers and rows out of order bend neither shares nor growth by more than is told', async () => {
    await mariadb(`CREATE DATABASE gaps; USE gaps;
      CREATE TABLE grown (id BIGINT AUTO_INCREMENT PRIMARY KEY, created_at DATETIME NOT NULL, KEY (created_at));
      INSERT INTO grown (created_at) SELECT NOW() - INTERVAL IF(seq <= 20000, 60000 - seq, 50000 - seq) MINUTE FROM seq_1_to_50000;
      CREATE TABLE jumps LIKE grown; INSERT INTO jumps SELECT id + IF(id > 30000, 900000000, 0), created_at FROM grown;
      INSERT INTO jumps VALUES (1 << 60, '2001-01-01');
      CREATE TABLE mixed LIKE grown; INSERT INTO mixed SELECT id + IF(id > 10000, 70000000, 0), created_at + INTERVAL IF(id % 7, 0, -40) DAY FROM grown ORDER BY id;
      ANALYZE TABLE grown, jumps, mixed`)
    const told = await sizes('gaps')
    for (const name of ['grown', 'jumps', 'mixed']) {
      const found = told.find(each => each.table === `gaps.${name}`)
      const [share = 0, rows = 0] = (
        await mariadb(
          `SELECT AVG(created_at < NOW() - INTERVAL 1 MONTH), SUM(created_at >= NOW() - INTERVAL 1 MONTH) FROM gaps.${name}`,
        )
      )
        .trim()
        .split('\t')
        .map(Number)
      expect(found?.ageErrors['1mo'], name).toBeLessThan(0.05)
      expect(Math.abs((found?.age?.['1mo'] ?? 0) - share), name).toBeLessThan(0.05)
      expect(found?.monthRowsError, name).toBeLessThan(50_000 / 20)
      expect(Math.abs((found?.monthRows ?? 0) - rows), name).toBeLessThan(50_000 / 20)
    }
  })

  test('tells what keeps an archive from a table, and else its command, which is taken', async () => {
    await mariadb(`USE app; CREATE TABLE parent (id INT PRIMARY KEY, at DATETIME NOT NULL, KEY (at)) SELECT seq AS id, NOW() - INTERVAL seq DAY AS at FROM seq_1_to_500;
      CREATE TABLE timeless (id INT PRIMARY KEY, at DATETIME, KEY (at)) SELECT seq AS id, IF(seq > 400, NOW() + INTERVAL seq DAY, NULL) AS at FROM seq_1_to_500;
      CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES parent (id) ON DELETE CASCADE)`)
    const told = await sizes('app', '--top', '20')
    expect(told.find(each => each.table === 'app.parent')?.blocks[0]?.title).toContain('ON DELETE CASCADE')
    expect(told.find(each => each.table === 'app.timeless')?.monthRows).toBe(0)
    const { archive, blocks } = told.find(each => each.table === 'app.holes') ?? { archive: null, blocks: [] }
    expect(blocks).toEqual([])
    expect(archive).toBe(
      'ops db archive shop app.holes --older-than 6mo --by created_at --to ./archive/app.holes',
    )
    const words = (archive ?? '').split(' ').slice(1)
    expect((await folder.answer([...words, '--plan', '-F', host().sshConfig])).code).toBe(0)
    const text = await folder.answer(['db', 'sizes', 'shop', '--top', '1', '-F', host().sshConfig])
    expect(text.stdout).toMatch(/growth +about [\d,]+ rows and .* in the last month/)
    expect(text.stdout).toMatch(/\d+ tables, .* together/)
  })
})
