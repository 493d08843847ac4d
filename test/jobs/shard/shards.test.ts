/** Several runs that each do a part of one table (`--shard i/n`), at the same time and without a word between them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { parseShard } from '../../../src/jobs/shard/shard.ts'
import { type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { ledgerSays, ledgerSeed, nothingWrong } from '../ledger.ts'
import { useDatabase } from '../use-database.ts'

/** Of each shard. */
const kills = Number(process.env.OPS_SHARD_KILLS ?? 2)

describe('a shard', () => {
  test.each([
    ['0/1', { index: 0, of: 1 }],
    ['3/4', { index: 3, of: 4 }],
    ['31/32', { index: 31, of: 32 }],
  ])('%s is one', (text, expected) => {
    expect(parseShard(text)).toEqual(expected)
  })

  test.each([
    ['4/4', 'shards are counted from 0: of 4 there are 0/4 to 3/4'],
    ['1/1', 'shards are counted from 0: one alone is 0/1'],
    ['/4', 'is no shard: write I/N, as 0/4 for the first of four'],
    ['-1/4', 'is no shard: write I/N, as 0/4 for the first of four'],
    ['0/0', 'there can be 1 to 32 shards, as each asks one server for rows'],
    ['0/33', 'there can be 1 to 32 shards, as each asks one server for rows'],
  ])('%s is none, and why is told', (text, expected) => {
    expect(parseShard(text)).toBe(expected)
  })
})

/** What a run told of its end with `--json`. */
function endOf({ stdout }: Outcome): { readonly data: Readonly<Record<string, unknown>> } {
  const line = stdout.split('\n').find(each => each.includes('"event":"job-end"'))
  return JSON.parse(line ?? '{}')
}

describeReal('shards', () => {
  const { host, folder, mariadb } = useDatabase()
  const holders: { end(): Promise<void> }[] = []
  afterEach(async () => {
    for (const holder of holders.splice(0)) await holder.end()
  })

  /** Another run, as the server sees it. */
  const hold = async (work: string): Promise<{ end(): Promise<void> }> => {
    const client = host().exec(`mariadb -e "SELECT GET_LOCK('ops:${work}', 0); DO SLEEP(600)"`)
    const asked = `SELECT IS_USED_LOCK('ops:${work}')`
    while ((await mariadb(asked)).trim() === 'NULL') await pause(20)
    const holder = {
      async end() {
        const id = (await mariadb(asked)).trim()
        if (id === 'NULL') return
        await mariadb(`KILL ${id}`)
        await client
        while ((await mariadb(asked)).trim() !== 'NULL') await pause(20)
      },
    }
    holders.push(holder)
    return holder
  }

  describe('of a dump', () => {
    const days = 40
    const argv = (to: string, ...more: string[]): string[] => [
      ...['db', 'dump', 'db1', 'app.d', '--by', 'at', '--tz', 'UTC', '--to', to, '--yes', '--json'],
      ...['-F', host().sshConfig, ...more],
    ]

    test('that begin together dump each day once, and together all of it', async () => {
      await mariadb(`CREATE DATABASE IF NOT EXISTS app; USE app; CREATE TABLE d (id INT PRIMARY KEY, v CHAR(32), at DATETIME, KEY (at));
        INSERT INTO d SELECT seq, MD5(seq), '2024-01-01' + INTERVAL (seq % ${days}) DAY FROM seq_1_to_4000`)
      const runs = await Promise.all(
        [0, 1, 2].map(each => folder().answer(argv('d', '--shard', `${each}/3`))),
      )
      for (const run of runs) expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
      const ends = runs.map(endOf)
      const dumped = ends
        .map(end => end.data.days as readonly { day: string }[])
        .flatMap(each => each.map(({ day }) => day))
      expect(dumped.length).toBe(days)
      expect(new Set(dumped).size).toBe(days)
      for (const end of ends) expect((end.data.days as readonly unknown[]).length).toBeGreaterThan(10)
      const whole = await folder().answer(argv('d'))
      expect(whole).toMatchObject({ code: 0, stderr: '' })
      expect(whole.stdout).toContain('"isEmpty":true')
      const back = ['db', 'restore', 'd', '--into', 'app.d_again', '--yes', '-F', host().sshConfig]
      expect(await folder().answer(back)).toMatchObject({ code: 0, stderr: '' })
      expect(
        await mariadb('USE app; CHECKSUM TABLE d, d_again; SELECT COUNT(*) FROM d_again').then(text =>
          text.replaceAll(/\S+\t/g, ''),
        ),
      ).toMatch(/^(\d+)\n\1\n4000\n$/)
    })

    test('keep one another out where they would meet, and only there', async () => {
      await hold('dump app.d 0/3')
      const same = await folder().answer(argv('e', '--shard', '0/3'))
      expect(same.code).toBe(6)
      expect(same.stdout).toContain('another run holds dump app.d 0/3')
      for (const other of [[], ['--shard', '1/2']]) {
        const run = await folder().answer(argv('e', ...other))
        expect(run.code).toBe(6)
        expect(run.stdout).toContain('the shard 0/3 of dump app.d is at work')
      }
      expect(await folder().answer(argv('e', '--shard', '1/3'))).toMatchObject({ code: 0 })
      for (const holder of holders.splice(0)) await holder.end()
      await hold('dump app.d')
      const run = await folder().answer(argv('e', '--shard', '0/3'))
      expect(run.code).toBe(6)
      expect(run.stdout).toContain('another run holds dump app.d as a whole')
    })

    test('are refused where each would read the whole table', async () => {
      await mariadb(
        "USE app; CREATE TABLE n (id INT PRIMARY KEY, at DATETIME); INSERT INTO n VALUES (1, '2024-01-01')",
      )
      const wrong = [
        'db',
        'dump',
        'db1',
        'app.n',
        '--by',
        'at',
        '--tz',
        'UTC',
        '--to',
        'n',
        '--yes',
        '--scan',
      ]
      const run = await folder().answer([...wrong, '--shard', '0/2', '-F', host().sshConfig])
      expect(run.code).toBe(3)
      expect(run.stderr).toContain('Without it each shard would read the whole table')
    })
  })

  describe('of an archive', () => {
    const old = ['--older-than', '6mo', '--by', 'at', '--yes', '--json']
    const argv = (table: string, to: string, ...more: string[]): string[] => [
      ...['db', 'archive', 'db1', table, '--to', to, ...old, '-F', host().sshConfig, ...more],
    ]
    const restored = async (to: string, into: string): Promise<void> => {
      expect(await folder().answer(['db', 'archive', 'verify', to])).toMatchObject({ code: 0, stderr: '' })
      const words = ['db', 'archive', 'restore', to, '--into', into, '--yes', '-F', host().sshConfig]
      expect(await folder().answer(words)).toMatchObject({ code: 0, stderr: '' })
    }
    /** Runs a shard; each of `kills` ends it a little after it has written something. */
    const runKilled = async (words: readonly string[], part: string, kills: number): Promise<void> => {
      const written = (): number =>
        ['receipts', 'done']
          .map(each => join(folder().path, 'killed', each))
          .flatMap(each => (existsSync(each) ? readdirSync(each) : []))
          .filter(each => each.includes(part)).length
      for (let killed = 0; killed < kills; ) {
        const child = spawn(process.execPath, [program, ...words], {
          cwd: folder().path,
          env: { PATH: process.env.PATH, HOME: folder().path },
          stdio: 'ignore',
        })
        const closed = once(child, 'close')
        const before = written()
        while (written() === before && child.exitCode === null) await pause(5)
        await Promise.race([closed, pause(Math.random() * 100)])
        child.kill('SIGKILL')
        const [code] = (await closed) as [number | null]
        if (code === null) killed += 1
        else expect([0, 6]).toContain(code)
        if (code === 0) return
      }
    }
    /** The server may not have noticed yet that the run before is gone. */
    const finished = async (words: readonly string[]): Promise<void> => {
      let run = await folder().answer(words)
      for (let tries = 0; run.code === 6 && tries < 100; tries++) {
        await pause(200)
        run = await folder().answer(words)
      }
      expect(run, run.stdout.slice(-2_000)).toMatchObject({ code: 0, stderr: '' })
    }

    test('at work at once beside writers, each killed again and again, lose no row and keep none twice', async () => {
      await mariadb('DROP DATABASE IF EXISTS app').then(() => mariadb(ledgerSeed(20_000 * kills, 1)))
      const writers = [1, 2].map(() => host().exec('mariadb app -e "CALL writer()"'))
      const shards = [0, 1].map(each => argv('app.t', 'killed', '--shard', `${each}/2`))
      await Promise.all(shards.map((words, each) => runKilled(words, `p${each}of2`, kills)))
      await Promise.all(shards.map(finished))
      await mariadb('INSERT INTO app.stop VALUES (1)')
      for (const writer of await Promise.all(writers)) expect(writer.code).toBe(0)
      const names = readdirSync(join(folder().path, 'killed/receipts'))
      for (const part of ['p0of2', 'p1of2']) expect(names.filter(each => each.includes(part))).not.toEqual([])
      await finished(argv('app.t', 'killed'))
      await restored('killed', 'app.again')
      expect(await mariadb(ledgerSays)).toBe(nothingWrong)
    })

    test('divide a key of texts as the server compares them, and anew when all have done their part', async () => {
      await mariadb(`CREATE DATABASE IF NOT EXISTS app; USE app;
        CREATE TABLE a (k VARCHAR(9) COLLATE utf8mb4_general_ci, n INT, v INT, at DATETIME, PRIMARY KEY (k, n), KEY (at));
        INSERT INTO a SELECT IF(seq % 2, 'Ä', 'b'), seq, seq, '2020-01-01' FROM seq_1_to_3000;
        INSERT INTO a SELECT ELT(1 + seq % 3, 'a', 'C', 'ü'), seq, seq, '2020-01-01' FROM seq_3001_to_6000;
        ANALYZE TABLE a; CREATE TABLE a_was SELECT * FROM a`)
      const words = (shard: string): string[] => argv('app.a', 'a', '--shard', shard)
      const savedBy = (run: Outcome): unknown => endOf(run).data.savedRows
      const runs = await Promise.all(['0/3', '1/3', '2/3'].map(each => folder().answer(words(each))))
      for (const run of runs) expect(run, run.stdout.slice(-2_000)).toMatchObject({ code: 0, stderr: '' })
      const saved = runs.map(run => Number(savedBy(run)))
      expect(saved.reduce((sum, each) => sum + each)).toBe(6_000)
      for (const each of saved) expect(each).toBeGreaterThan(600)
      expect(await mariadb('SELECT COUNT(*) FROM app.a')).toBe('0\n')
      await restored('a', 'app.a_again')
      const differ = `SELECT COUNT(*) FROM app.a_was w LEFT JOIN app.a_again a
        ON (a.k, a.n) = (w.k, w.n) AND BINARY a.k = w.k AND a.v = w.v AND a.at = w.at WHERE a.n IS NULL`
      expect(await mariadb(differ)).toBe('0\n')

      const splits = (): string[] =>
        readdirSync(join(folder().path, 'a/shards')).filter(each => /^\d+\.json$/.test(each))
      expect(splits()).toEqual(['000001.json'])
      await mariadb('INSERT INTO app.a SELECT * FROM app.a_was WHERE n <= 1000')
      expect(savedBy(await folder().answer(words('1/3')))).toBeGreaterThan(200)
      expect(splits()).toEqual(['000001.json', '000002.json'])
      // Of two shards, each has a half of what is left.
      expect(savedBy(await folder().answer(words('0/2')))).toBeGreaterThan(200)
      expect(splits()).toEqual(['000001.json', '000002.json', '000003.json'])
      expect(savedBy(await folder().answer(words('1/2')))).toBeGreaterThan(200)
      expect(await mariadb('SELECT COUNT(*) FROM app.a')).toBe('0\n')
      const whole = await folder().answer(argv('app.a', 'a'))
      expect(whole).toMatchObject({ code: 0, stderr: '' })
      expect(whole.stdout).toContain('"isEmpty":true')
    })

    test('walk their own part of a key where no index leads to the old rows', async () => {
      await mariadb(`CREATE DATABASE IF NOT EXISTS app; USE app; CREATE TABLE b (id INT PRIMARY KEY, at DATETIME);
        INSERT INTO b SELECT seq, IF(seq % 3, '2020-01-01', NOW()) FROM seq_1_to_6000; ANALYZE TABLE b`)
      const words = (shard: string): string[] => argv('app.b', 'b', '--scan', '--shard', shard)
      const runs = await Promise.all(['0/2', '1/2'].map(each => folder().answer(words(each))))
      const saved = runs.map(run => Number(endOf(run).data.savedRows))
      expect(saved.reduce((sum, each) => sum + each)).toBe(4_000)
      for (const each of saved) expect(each).toBeGreaterThan(1_000)
      expect(await mariadb('SELECT COUNT(*), SUM(id % 3 = 0) FROM app.b')).toBe('2000\t2000\n')
    })

    test('go by borders that those at work have too, or not at all', async () => {
      await mariadb(`CREATE DATABASE IF NOT EXISTS app; USE app; CREATE TABLE c (id INT PRIMARY KEY, at DATETIME, KEY (at));
        INSERT INTO c SELECT seq, '2020-01-01' FROM seq_1_to_100`)
      const first = await folder().answer(argv('app.c', 'c', '--shard', '1/2'))
      expect(endOf(first).data.savedRows).toBe(50)
      await hold('archive app.c 1/2')
      const other = await folder().answer(argv('app.c', 'other', '--shard', '0/2'))
      expect(other.code).toBe(6)
      expect(other.stdout).toContain('has no borders of theirs that 0/2 could go by')
      // Also where it has borders, but those at work go by others, of another place.
      const notTheirs = await folder().answer(argv('app.c', 'c', '--shard', '0/2'))
      expect(notTheirs.code).toBe(6)
      expect(notTheirs.stdout).toContain('has no borders of theirs that 0/2 could go by')
      const split = readFileSync(join(folder().path, 'c/shards/000001.json'), 'utf8')
      await hold(`archive app.c 1/2 by ${JSON.parse(split).createdAt}`)
      await finished(argv('app.c', 'c', '--shard', '0/2'))
      expect(await mariadb('SELECT COUNT(*) FROM app.c')).toBe('0\n')
    })

    test('tell that they wait for one that begins, and go on when it has begun', async () => {
      await mariadb(`CREATE DATABASE doors; CREATE TABLE doors.t (id INT PRIMARY KEY, at DATETIME, KEY (at));
        INSERT INTO doors.t VALUES (1, '2020-01-01'), (2, '2020-01-01')`)
      const door = await hold('the beginning of archive doors.t')
      const words = [
        'db',
        'archive',
        'db1',
        'doors.t',
        '--older-than',
        '6mo',
        '--by',
        'at',
        '--to',
        'doors',
        '--yes',
      ]
      const running = folder().answer([...words, '--shard', '0/2', '-F', host().sshConfig])
      const tries = new Set<string>()
      const asking = `SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT GET_LOCK%the beginning of archive doors.t%' AND ID <> CONNECTION_ID()`
      // Each try has a connection of its own: with the third, the first has failed and was told.
      while (tries.size < 3)
        for (const id of (await mariadb(asking)).split('\n').filter(Boolean)) tries.add(id)
      await door.end()
      const ended = await running
      expect(ended).toMatchObject({ code: 0 })
      expect(ended.stdout + ended.stderr).toContain('another shard of archive doors.t begins just now')
    })

    test('are refused with --with, and those of a copy with the reason, before a server is asked', async () => {
      const copy = ['db', 'copy', 'nowhere', 'app.a', '--to', 'x', '--as', 'y.z', '--shard', '0/2', '--yes']
      const copied = await folder().answer(copy)
      expect(copied.code).toBe(3)
      expect(copied.stderr).toContain('A copy is one transaction of the target')
      const words = ['db', 'archive', 'nowhere', 'app.a', '--to', 'a', ...old, '--shard', '0/2']
      const run = await folder().answer([...words, '--with', 'app.b'])
      expect(run.code).toBe(3)
      expect(run.stdout).toContain('--shard: does not go with --with')
    })
  })
})
