/**
 * A server that is restarted, or crashes and comes back, in the middle of each job on its rows: the job ends soon and says that
 * the connection was lost, the same command finishes what it left, and no row is lost, doubled or half there.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith, type Outcome, program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { makeLab, reports } from '../lab-of-postgres.ts'

/** For a longer look: `OPS_RESTARTS=20 npx vitest run test/jobs/servers/restarts.test.ts`. */
const restarts = Number(process.env.OPS_RESTARTS ?? 1)
const rows = 20_000
const seed = (table: string): string =>
  `CREATE TABLE ${table} (id INT PRIMARY KEY, v CHAR(100), at DATETIME NOT NULL, KEY (at)) SELECT seq AS id, MD5(seq) AS v, '2020-01-01' + INTERVAL seq MOD 9 DAY AS at FROM seq_1_to_${rows}`
/** Of a table that holds all of it: rows, those that are as they were, and the sum of their keys. */
const whole = `${rows}\t${rows}\t${(rows * (rows + 1)) / 2}\n`
const sums = (table: string): string => `SELECT COUNT(*), SUM(v = MD5(id)), SUM(id) FROM ${table}`

interface Job {
  readonly verb: string
  /** What is there before it begins, in a new database of this name. */
  readonly before: (base: string) => string
  readonly argv: (base: string) => readonly string[]
  /** Whether nothing is left for it to do, though it said that it was cut off: a commit whose answer was lost. */
  readonly isDone?: (base: string) => Promise<boolean>
  /** What the end is compared with. */
  readonly proof: (base: string) => Promise<void>
  readonly restart?: string
}

describeReal('a server that restarts', () => {
  const hosts = useHosts({ names: ['both1'], withPackages: ['mariadb-server', 'postgresql'] })
  const host = (): Host => hosts()[0] as Host
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({
      'ops.ini': `[db shop]\nhost = both1\n\n${reports.section}`,
      ...reports.files,
    })
    const lines = Array.from({ length: rows }, (_, place) => `${place + 1},here,2020-01-01 00:00:00`)
    writeFileSync(join(folder.path, 'rows.csv'), `id,v,at\n${lines.join('\n')}\n`)
    await makeLab(host())
  })
  afterAll(() => folder?.remove())

  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })
  const psql = (statements: string): Promise<string> =>
    host().read('cd /; psql -X -q -At -v ON_ERROR_STOP=1 lab', { input: statements })
  const ops = (argv: readonly string[]): Promise<Outcome> =>
    folder.ops(['db', ...argv, '-F', host().sshConfig])
  const stopped = 'systemctl reset-failed mariadb; systemctl restart mariadb'
  const crashed = 'systemctl kill -s KILL mariadb; systemctl reset-failed mariadb; systemctl start mariadb'
  const isUp = 'until mariadb -e "SELECT 1" >/dev/null 2>&1; do sleep 0.1; done'

  const restored = async (verb: readonly string[], base: string): Promise<void> => {
    expect(await ops([...verb, base, '--into', `${base}.again`, '--yes'])).toMatchObject({ code: 0 })
    expect(await mariadb(sums(`${base}.again`))).toBe(whole)
  }
  const archive: Job = {
    verb: 'archive',
    before: base => seed(`${base}.t`),
    argv: base => ['archive', 'shop', `${base}.t`, '--older-than', '1y', '--by', 'at', '--to', base],
    proof: async base => {
      expect(await mariadb(`SELECT COUNT(*) FROM ${base}.t`)).toBe('0\n')
      await restored(['archive', 'restore', 'shop'], base)
    },
  }
  const dump: Job = {
    verb: 'dump',
    before: base => seed(`${base}.t`),
    argv: base => ['dump', 'shop', `${base}.t`, '--by', 'at', '--tz', 'UTC', '--to', base],
    proof: base => restored(['restore', 'shop'], base),
  }
  const load: Job = {
    verb: 'load',
    before: base =>
      `CREATE TABLE ${base}.t (id INT PRIMARY KEY, v CHAR(100), at DATETIME NOT NULL, KEY (at))`,
    argv: base => ['load', 'shop', `${base}.t`, 'rows.csv', '--sleep-coef', '1'],
    isDone: async base => (await mariadb(`SELECT COUNT(*) FROM ${base}.t`)) !== '0\n',
    proof: async base => expect(await mariadb(`SELECT COUNT(*) FROM ${base}.t`)).toBe(`${rows}\n`),
  }
  const copy: Job = {
    verb: 'copy',
    before: base => seed(`${base}.t`),
    argv: base => ['copy', 'shop', `${base}.t`, '--to', 'reports', '--as', `${base}.t`, '--by', 'at'],
    proof: async base =>
      expect(
        await psql(`SELECT count(*), count(*) FILTER (WHERE v = md5(id::text)), sum(id) FROM ${base}.t`),
      ).toBe(whole.replaceAll('\t', '|')),
  }
  const written: Job = {
    ...copy,
    verb: 'copy, in its target,',
    restart: 'systemctl reset-failed; systemctl restart postgresql',
  }

  test('who only looked when the connection was lost says that nothing changed', async () => {
    await mariadb(`CREATE DATABASE looks; USE looks; ${seed('t')}`)
    const looking =
      "FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(77)%' AND ID <> CONNECTION_ID()"
    for (const argv of [
      [...archive.argv('looks'), '--where', 'SLEEP(77) = 0', '--yes'],
      ['check', 'shop', 'SELECT SLEEP(77)', '--within', '60'],
    ]) {
      const outcome = ops(argv)
      while ((await mariadb(`SELECT COUNT(*) ${looking}`)) === '0\n') await pause(20)
      await mariadb(`SELECT CONCAT('KILL ', MAX(ID)) INTO @k ${looking}; EXECUTE IMMEDIATE @k`)
      const { code, stderr } = await outcome
      expect(stderr).toMatch(/connection was lost[\s\S]*changed +no/)
      expect(code).toBe(5)
    }
  })

  test.each([archive, dump, load, copy, written])(
    `in the middle of $verb ends it soon, and the same command does the rest (${restarts} times)`,
    async ({ before, argv, isDone, proof, restart, verb }) => {
      for (let turn = 0; turn < restarts; turn++) {
        const base = `${verb.replaceAll(/\W/g, '')}${turn}`
        await mariadb(`CREATE DATABASE ${base}; USE ${base}; ${before(base)}`)
        const child = spawn(
          process.execPath,
          [program, 'db', ...argv(base), '--yes', '--json', '-F', host().sshConfig],
          {
            cwd: folder.path,
            env: { PATH: process.env.PATH, HOME: folder.path },
            stdio: ['ignore', 'pipe', 'pipe'],
          },
        )
        let said = ''
        for (const each of [child.stdout, child.stderr])
          each.setEncoding('utf8').on('data', text => (said += text))
        const ended = once(child, 'exit')
        // Its plan is told, so that what comes is its work.
        while (!said.includes('"job-plan"') && child.exitCode === null) await pause(5)
        await Promise.race([ended, pause(Math.random() * 800)])
        await host().read(`${restart ?? (turn % 2 === 0 ? stopped : crashed)}; ${isUp}`)
        // While it was at work, or behind it; one that opens a connection just then is not let in.
        await expect.poll(() => [0, 4, 5].includes(child.exitCode ?? -1), { message: said }).toBe(true)
        const code = child.exitCode
        let last: Outcome | undefined
        for (let tries = 0; code !== 0 && tries < 50 && last?.code !== 0; tries++) {
          if (await isDone?.(base)) break
          last = await ops([...argv(base), '--yes'])
          // The server may not have noticed yet that the connection of the lock is gone.
          expect([0, 6], last.stdout + last.stderr).toContain(last.code)
        }
        await proof(base)
        await mariadb(`DROP DATABASE ${base}`)
      }
    },
    7_200_000,
  )
})
