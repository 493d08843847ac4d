/** `ops db archive` into a real S3 server that is made to lie: nothing is deleted then, and the reason is named. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { realHosts } from '../../hosts/available.ts'
import { loginSecret } from '../../store/ceph.ts'
import {
  always,
  changes,
  flips,
  hides,
  refuses,
  refusesAfterDoing,
  shortens,
} from '../../store/fault-proxy.ts'
import { useS3Database } from '../use-s3-database.ts'

describe.skipIf(!realHosts().available)('ops db archive into S3', () => {
  const { host, mariadb, proxy, ops } = useS3Database('archive')
  beforeAll(async () => {
    await mariadb(`CREATE DATABASE app; USE app; CREATE TABLE app.t (id INT PRIMARY KEY, v VARCHAR(50), at DATETIME, KEY (at));
      INSERT INTO app.t SELECT seq, MD5(seq), '2020-01-01' FROM seq_1_to_1500`)
  })

  const count = async (): Promise<number> => Number(await mariadb('SELECT COUNT(*) FROM app.t'))
  const encrypted = ['--sse', 'aws:kms:archive-key']
  const archive = (to: string): Promise<Outcome> =>
    ops(
      ...['archive', 'db1', 'app.t', '--older-than', '6mo', '--by', 'at', '--to', `s3://archive/${to}`],
      ...[...encrypted, '--yes', '-F', host().sshConfig],
    )

  test.each([
    [
      'a body that is cut when it is read back',
      'GET',
      'rows',
      shortens(100),
      'does not hold what was stored',
    ],
    ['a bit that is turned', 'GET', 'rows', flips(40), 'does not hold what was stored'],
    ['an object that is gone seconds later', 'HEAD', 'rows', refuses(404, 'NoSuchKey'), 'is gone'],
    [
      'encryption that is not confirmed',
      'PUT',
      'rows',
      hides('x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id'),
      'encrypt',
    ],
    ['a receipt that does not come back', 'GET', 'receipts', shortens(10), 'does not hold what was stored'],
    ['a store that refuses', 'PUT', 'rows', refuses(403, 'AccessDenied'), 'AccessDenied'],
  ])('%s: nothing is deleted', async (title, method, folder, fault, reason) => {
    const before = await count()
    const to = title.replaceAll(' ', '-')
    proxy().inject(method, new RegExp(`^/archive/${to}/${folder}/`), ...always(fault))
    const run = await archive(to)
    expect(run.stderr).toContain(reason)
    expect(run.code).not.toBe(0)
    expect(await count()).toBe(before)
    expect(run.stdout + run.stderr).not.toContain(loginSecret)
  })

  test('a 500 after the object was stored is no failure, and what the run before left is finished', async () => {
    proxy().inject('PUT', /^\/archive\/.*\/rows\//, refusesAfterDoing(500, 'InternalError'))
    const before = (await mariadb('CHECKSUM TABLE app.t EXTENDED')).split('\t')[1]
    const to = 'an-object-that-is-gone-seconds-later'
    const run = await archive(to)
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/chunks? of earlier runs/)
    expect(run.code).toBe(0)
    expect(await count()).toBe(0)
    const verified = await ops('archive', 'verify', `s3://archive/${to}`, ...encrypted)
    expect(verified.stderr).toBe('')
    expect(verified.code).toBe(0)
    const into = ['--into', 'app.again', '--yes', '-F', host().sshConfig]
    const restored = await ops('archive', 'restore', `s3://archive/${to}`, ...into)
    expect(restored.stderr).toBe('')
    expect((await mariadb('CHECKSUM TABLE app.again EXTENDED')).split('\t')[1]).toBe(before)
  })

  test('a listing that lags behind and hides what was done does not make the next run do it again', async () => {
    await mariadb(
      `CREATE TABLE app.lag (id INT PRIMARY KEY, at DATETIME, KEY (at)); INSERT INTO app.lag VALUES (1, '2020-01-01')`,
    )
    const argv = [
      'archive',
      'db1',
      'app.lag',
      '--older-than',
      '6mo',
      '--by',
      'at',
      '--to',
      's3://archive/lag',
    ]
    const run = () => ops(...argv, ...encrypted, '--yes', '-F', host().sshConfig)
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
    await mariadb("INSERT INTO app.lag VALUES (2, '2020-01-02')")
    const without = changes(answer => ({
      ...answer,
      body: Buffer.from(answer.body.toString().replace(/<Contents>.*<\/Contents>/s, '')),
    }))
    proxy().inject('GET', /prefix=lag(%2F|\/)done/, ...always(without))
    const second = await run()
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).not.toContain('finishing')
    expect(await mariadb('SELECT COUNT(*) FROM app.lag')).toBe('0\n')
    proxy().calm()
    expect((await ops('archive', 'verify', 's3://archive/lag', ...encrypted)).code).toBe(0)
  })
})
