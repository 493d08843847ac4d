/** `ops db dump` into a real S3 server that is made to lie: no day counts as dumped then, and the next run sees to it. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { realHosts } from '../../hosts/available.ts'
import { loginSecret } from '../../store/ceph.ts'
import { always, changes, flips, hides, refusesAfterDoing, shortens } from '../../store/fault-proxy.ts'
import { useS3Database } from '../use-s3-database.ts'

describe.skipIf(!realHosts().available)('ops db dump into S3', () => {
  const { host, mariadb, ceph, proxy, ops: plain } = useS3Database('dump')
  beforeAll(async () => {
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(50), at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, MD5(seq), '2025-01-01' + INTERVAL seq % 10 DAY FROM seq_1_to_1000`)
  })

  const encrypted = ['--sse', 'aws:kms:archive-key']
  const ops = (...argv: string[]): Promise<Outcome> =>
    plain(...argv, ...encrypted, '--yes', '-F', host().sshConfig)
  const dump = (to: string, ...argv: string[]): Promise<Outcome> =>
    ops('dump', 'db1', 'app.t', '--by', 'at', '--tz', 'UTC', '--to', `s3://dump/${to}`, ...argv)

  test.each([
    [
      'a body that is cut when it is read back',
      'GET',
      'days',
      shortens(100),
      'does not hold what was stored',
    ],
    ['a bit that is turned', 'GET', 'days', flips(40), 'does not hold what was stored'],
    [
      'encryption that is not confirmed',
      'PUT',
      'days',
      hides('x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id'),
      'encrypt',
    ],
  ])('%s: the day is not dumped, and is by the next run', async (title, method, kind, fault, reason) => {
    const to = title.replaceAll(' ', '-')
    proxy().inject(method, new RegExp(`^/dump/${to}/${kind}/`), ...always(fault))
    const failed = await dump(to)
    expect(failed.stderr).toContain(reason)
    expect(failed.code).not.toBe(0)
    expect(failed.stdout + failed.stderr).not.toContain(loginSecret)
    proxy().calm()
    const run = await dump(to)
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/dumped +1,000 rows in 10 days/)
  })

  test('a bucket that expires too early is refused, with the way out for what need not stay so long', async () => {
    const rule =
      '<Rule><ID>tidy</ID><Status>Enabled</Status><Prefix>kept/</Prefix><Expiration><Days>3650</Days></Expiration></Rule>'
    await ceph().configure(
      'PUT',
      'dump',
      'lifecycle',
      `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rule}</LifecycleConfiguration>`,
    )
    const archive = [
      'archive',
      'db1',
      'app.t',
      '--older-than',
      '1y',
      '--by',
      'at',
      '--to',
      's3://dump/kept/a',
      '--no-delete',
    ]
    for (const refused of [await dump('kept/d'), await ops(...archive)]) {
      expect(refused.stderr).toContain('would take the objects away after 3,650 days')
      expect(refused.stderr).toContain('--keep 7y')
      expect(refused.code).toBe(3)
    }
    expect(await dump('kept/d', '--keep', '7y')).toMatchObject({ code: 0, stderr: '' })
  })

  test('a 500 after a day was stored is no failure; what was dumped is listed once, and comes back', async () => {
    proxy().inject('PUT', /^\/dump\/whole\/days\//, refusesAfterDoing(500, 'InternalError'))
    const run = await dump('whole')
    expect(run.stderr).toBe('')
    await mariadb("INSERT INTO app.t VALUES (9000, 'one more', '2025-03-01')")
    proxy().seen()
    expect((await dump('whole')).stdout).toMatch(/dumped +1 row in 1 day/)
    const seen = proxy().seen()
    expect(seen.filter(each => each.includes('list-type=2') && !each.includes('max-keys=1&'))).toHaveLength(1)
    // The mark and the newest receipt, the new day and its receipt stored and read back, and what the history keeps of a run.
    expect(seen.filter(each => /^(GET|PUT) \/dump\/whole\//.test(each)).length).toBeLessThan(12)
    // A store that has lost a piece of one file since.
    const verify = (): Promise<Outcome> => plain('dump', 'verify', 's3://dump/whole', ...encrypted)
    proxy().inject('GET', /^\/dump\/whole\/days\/2025-01-03/, ...always(shortens(100)))
    const broken = await verify()
    expect(broken.stderr).toMatch(/2025-01-03, revision 1: .* does not hold what was stored/)
    expect(broken.stdout).toMatch(/whole +901 rows in 10 files of 11 days/)
    expect(broken.code).toBe(1)
    proxy().calm()
    const sound = await verify()
    expect(sound).toMatchObject({ code: 0, stderr: '' })
    expect(sound.stdout).toMatch(/whole +1,001 rows in 11 files of 11 days/)
    const restored = await ops('restore', 's3://dump/whole', '--into', 'app.again')
    expect(restored.stderr).toBe('')
    const checksum = async (table: string): Promise<string | undefined> =>
      (await mariadb(`CHECKSUM TABLE ${table} EXTENDED`)).split('\t')[1]
    expect(await checksum('app.again')).toBe(await checksum('app.t'))
  })

  test('a listing that lags behind and hides a receipt makes the next run neither take its file away nor dump the day anew', async () => {
    expect(await dump('lag')).toMatchObject({ code: 0, stderr: '' })
    await mariadb("INSERT INTO app.t VALUES (9001, 'one more', '2025-03-02')")
    const without = changes(answer => ({
      ...answer,
      body: Buffer.from(
        answer.body
          .toString()
          .replaceAll(
            /<Contents>(?:(?!<\/Contents>).)*receipts(?:\/|%2F)2025-01-03(?:(?!<\/Contents>).)*<\/Contents>/gs,
            '',
          ),
      ),
    }))
    proxy().inject('GET', /list-type=2/, ...always(without))
    const again = await dump('lag')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toMatch(/dumped +1 row in 1 day/)
    proxy().calm()
    expect(await plain('dump', 'verify', 's3://dump/lag', ...encrypted)).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test('a file that a listing hides is asked for by its name, and not taken for gone', async () => {
    expect(await dump('torn')).toMatchObject({ code: 0, stderr: '' })
    const hidesFile = changes(answer => ({
      ...answer,
      body: Buffer.from(
        answer.body
          .toString()
          .replaceAll(
            /<Contents>(?:(?!<\/Contents>).)*days(?:\/|%2F)2025-01-03(?:(?!<\/Contents>).)*<\/Contents>/gs,
            '',
          ),
      ),
    }))
    proxy().inject('GET', /list-type=2/, ...always(hidesFile))
    proxy().seen()
    expect(await dump('torn')).toMatchObject({ code: 0, stderr: '' })
    const asked = proxy().seen()
    expect(asked.filter(each => each.startsWith('HEAD /dump/torn/days/'))).toEqual([
      expect.stringContaining('2025-01-03-r1-'),
    ])
  })

  test('where a listing hides the file of a day as well, its dump stays: equal rows are told, and other rows end the run with 8', async () => {
    expect(await dump('hidden')).toMatchObject({ code: 0, stderr: '' })
    const without = changes(answer => ({
      ...answer,
      body: Buffer.from(
        answer.body
          .toString()
          .replaceAll(/<Contents>(?:(?!<\/Contents>).)*2025-01-03(?:(?!<\/Contents>).)*<\/Contents>/gs, ''),
      ),
    }))
    proxy().inject('GET', /list-type=2/, ...always(without))
    proxy().seen()
    const same = await dump('hidden')
    expect(same).toMatchObject({ code: 0, stderr: '' })
    expect(same.stdout).toContain('2025-01-03 had been dumped with the same rows')
    await mariadb("UPDATE app.t SET v = CONCAT(v, '!') WHERE at = '2025-01-03'")
    const other = await dump('hidden')
    expect(other.code).toBe(8)
    expect(other.stderr).toContain(
      'receipts/2025-01-03-r1.json is there already, and the listing of the store did not show it',
    )
    expect(other.stderr).toContain('with --recheck')
    // What they stored themselves is gone: no receipt names it.
    const seen = proxy().seen()
    const stored = (method: string): number =>
      seen.filter(each => each.startsWith(`${method} /dump/hidden/days/2025-01-03`)).length
    expect([stored('PUT'), stored('DELETE')]).toEqual([2, 2])
    proxy().calm()
    // The way out that it names.
    const again = await dump('hidden', '--recheck', '10y')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toContain('2025-01-03 changed after it was closed: revision 2')
  })
})
