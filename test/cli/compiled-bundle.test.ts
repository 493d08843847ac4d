import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { folderWith } from './run-ops.ts'

describe('the kept compiled form of the program', () => {
  const folder = folderWith({ 'ssh-config': 'Host closed\n  HostName 127.0.0.1\n  Port 1\n' })
  /** A host where nothing listens. */
  const closed = ['closed', '-F', 'ssh-config']
  const env = { XDG_CACHE_HOME: join(folder.path, 'cache') }
  const kept = join(folder.path, 'cache/ops/code')
  const files = (): string[] => readdirSync(kept).map(name => join(kept, name))
  const works = async (): Promise<void> => {
    const { code, stdout, stderr } = await folder.ops(['resources'], { env })
    expect(stderr).toBe('')
    expect(stdout).toContain('service')
    expect(code).toBe(0)
  }
  beforeEach(() => rmSync(join(folder.path, 'cache'), { recursive: true, force: true }))
  afterAll(() => folder.remove())

  test('is made by the first run, privately, and used as it is by the second', async () => {
    await works()
    const [file = ''] = files()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { mtimeMs, ino } = statSync(file)
    await works()
    expect(files()).toEqual([file])
    expect([statSync(file).mtimeMs, statSync(file).ino]).toEqual([mtimeMs, ino])
  })

  test.each([
    ['cut off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    [
      'zeros from the middle on, as after a power cut',
      (whole: Buffer) => Buffer.from(whole).fill(0, whole.length / 2),
    ],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('no code at all')],
  ])('is left alone and made anew when it is %s', async (_what, spoil) => {
    await works()
    const [file = ''] = files()
    const whole = readFileSync(file)
    writeFileSync(file, spoil(whole))
    await works()
    expect(readFileSync(file).length).toBeGreaterThan(whole.length / 2)
    await works()
  })

  test('is not needed: without a place for it, everything works', async () => {
    writeFileSync(join(folder.path, 'cache'), '')
    await works()
  })

  test('is not read where others could have written it', async () => {
    await works()
    const [file = ''] = files()
    chmodSync(kept, 0o777)
    writeFileSync(file, 'planted')
    await works()
    expect(readFileSync(file, 'utf8')).toBe('planted')
  })

  test('is made also by a run that came not far, and not anew by the next one like it', async () => {
    const ops = (...argv: string[]) => folder.ops(argv, { env })
    const nowhere = 'mysql://root@127.0.0.1:1/app'
    const check = () => ops('db', 'check', nowhere, 'SELECT 1', '--within', '60')
    expect((await check()).code).toBe(4)
    const [early = ''] = files()
    const { mtimeMs, size } = statSync(early)
    expect(size).toBeGreaterThan(100_000)
    expect((await check()).code).toBe(4)
    expect([files(), statSync(early).mtimeMs]).toEqual([[early], mtimeMs])
  })

  test('is made anew by the first run that comes to its end, and that of one that came not far is removed', async () => {
    expect((await folder.ops(['history', ...closed], { env })).code).toBe(4)
    const [early = ''] = files()
    const whole = await folder.ops(['history'], { env })
    expect([whole.stderr, whole.code]).toEqual(['', 0])
    expect(files()).toHaveLength(1)
    expect(files()).not.toContain(early)
  })

  test('is another for each verb of `db`, and for a help', async () => {
    for (const verb of ['check', 'sizes']) await folder.ops(['db', verb, '--help'], { env })
    expect(files()).toHaveLength(1)
    const nowhere = 'mysql://root@127.0.0.1:1/app'
    await folder.ops(['db', 'check', nowhere, 'SELECT 1', '--within', '60'], { env })
    expect(files()).toHaveLength(2)
  })

  test('is that of the verb where the command for hosts asks for a help', async () => {
    await folder.ops(['run', '--help'], { env })
    const { code } = await folder.ops(['run', ...closed, '--', 'df', '-h'], { env })
    expect([code, files().length]).toEqual([4, 2])
  })

  test('is not made for what was mistyped', async () => {
    expect((await folder.ops(['aply'], { env })).code).toBe(3)
    expect(existsSync(kept) ? files() : []).toEqual([])
  })
})
