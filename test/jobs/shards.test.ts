/** Several runs that each do a part of one table (`--shard i/n`), at the same time and without a word between them. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { parseShard } from '../../src/jobs/shard/shard.ts'
import type { Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useDatabase } from './use-database.ts'

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
      await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE d (id INT PRIMARY KEY, v CHAR(32), at DATETIME, KEY (at));
        INSERT INTO d SELECT seq, MD5(seq), '2024-01-01' + INTERVAL (seq % ${days}) DAY FROM seq_1_to_4000`)
      const runs = await Promise.all([0, 1, 2].map(each => folder().ops(argv('d', '--shard', `${each}/3`))))
      for (const run of runs) expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
      const ends = runs.map(endOf)
      const dumped = ends
        .map(end => end.data.days as readonly { day: string }[])
        .flatMap(each => each.map(({ day }) => day))
      expect(dumped.length).toBe(days)
      expect(new Set(dumped).size).toBe(days)
      for (const end of ends) expect((end.data.days as readonly unknown[]).length).toBeGreaterThan(10)
      const whole = await folder().ops(argv('d'))
      expect(whole).toMatchObject({ code: 0, stderr: '' })
      expect(whole.stdout).toContain('"isEmpty":true')
      const back = ['db', 'restore', 'd', '--into', 'app.d_again', '--yes', '-F', host().sshConfig]
      expect(await folder().ops(back)).toMatchObject({ code: 0, stderr: '' })
      expect(
        await mariadb('USE app; CHECKSUM TABLE d, d_again; SELECT COUNT(*) FROM d_again').then(text =>
          text.replaceAll(/\S+\t/g, ''),
        ),
      ).toMatch(/^(\d+)\n\1\n4000\n$/)
    })

    test('keep one another out where they would meet, and only there', async () => {
      await hold('dump app.d 0/3')
      const same = await folder().ops(argv('e', '--shard', '0/3'))
      expect(same.code).toBe(6)
      expect(same.stdout).toContain('another run holds dump app.d 0/3')
      for (const other of [[], ['--shard', '1/2']]) {
        const run = await folder().ops(argv('e', ...other))
        expect(run.code).toBe(6)
        expect(run.stdout).toContain('the shard 0/3 of dump app.d is at work')
      }
      expect(await folder().ops(argv('e', '--shard', '1/3'))).toMatchObject({ code: 0 })
      for (const holder of holders.splice(0)) await holder.end()
      const whole = await hold('dump app.d')
      const run = await folder().ops(argv('e', '--shard', '0/3'))
      expect(run.code).toBe(6)
      expect(run.stdout).toContain('another run holds dump app.d as a whole')
      await whole.end()
      expect(await folder().ops(argv('e', '--shard', '0/3'))).toMatchObject({ code: 0 })
      expect(await folder().ops(argv('e'))).toMatchObject({ code: 0 })
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
      const run = await folder().ops([...wrong, '--shard', '0/2', '-F', host().sshConfig])
      expect(run.code).toBe(3)
      expect(run.stderr).toContain('Without it each shard would read the whole table')
    })
  })
})
