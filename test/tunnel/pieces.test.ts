import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pauseBefore } from '../../src/tunnel/back-off.ts'
import { clockJumps } from '../../src/tunnel/clock-jump.ts'
import { directionsFor } from '../../src/tunnel/directions.ts'
import { listen } from '../../src/tunnel/listen.ts'
import { holderOf, holderText } from '../../src/tunnel/port-holder.ts'
import { startOf } from '../../src/tunnel/process-identity.ts'

describe('the pause before another try', () => {
  test('grows up to half a minute, and differs from one to the next', () => {
    expect([1, 2, 3, 8, 9, 50].map(attempt => pauseBefore(attempt, 1))).toEqual([
      200, 400, 800, 25_600, 30_000, 30_000,
    ])
    expect([1, 2, 3].map(attempt => pauseBefore(attempt, 0))).toEqual([100, 200, 400])
  })
})

describe('a clock that jumped', () => {
  test.each([
    ['nothing but a busy machine', 3_000, 3_000, 0],
    ['sleep, on Linux: only the wall clock went on', 60_000, 900, 59_000],
    ['a stopped process: both clocks went on', 60_000, 60_000, 59_000],
    ['a wall clock that was set back', -60_000, 1_000, 0],
  ])('%s', (_what, wallMs, monotonicMs, expected) => {
    const now = { wall: 1e12, monotonic: 5_000 }
    const sleptMs = clockJumps(1_000, { wall: () => now.wall, monotonic: () => now.monotonic })
    now.wall += wallMs
    now.monotonic += monotonicMs
    expect(sleptMs()).toBe(expected)
    expect(sleptMs()).toBe(0)
  })
})

describe('a port that is taken', () => {
  test('is refused with the program and the process that hold it', async () => {
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const holder = await holderOf(port)
    expect(holder?.pid).toBe(process.pid)
    await expect(listen('127.0.0.1', port, () => undefined)).rejects.toMatchObject({
      data: { code: 'input', title: `port ${port} on 127.0.0.1 is taken by ${holderText(holder ?? {})}` },
    })
  })

  test('of another user is told by that user', () => {
    expect(holderText({ uid: 0 })).toBe('a process of root')
    expect(holderText({ uid: 1000 })).toBe('a process of another user (uid 1000)')
  })

  test('an address that is not of this machine is no riddle', async () => {
    await expect(listen('192.0.2.1', 9_999, () => undefined)).rejects.toMatchObject({
      data: { title: '192.0.2.1 is not an address of this machine' },
    })
  })
})

describe('a process', () => {
  test('is told from a later one with its number', async () => {
    expect(await startOf(process.pid)).toBe(await startOf(process.pid))
    expect(await startOf(process.pid)).not.toBe(await startOf(process.ppid))
    expect(await startOf(2 ** 30)).toBeUndefined()
  })
})

describe('the directions', () => {
  const titles = (platform: string, environment: Record<string, string>, programs: readonly string[]) =>
    directionsFor('127.0.0.1:9999', { platform, environment, hasProgram: name => programs.includes(name) })

  test.each([
    [
      'GNOME',
      'linux',
      { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' },
      'gsettings set org.gnome.system.proxy mode none',
    ],
    ['KDE', 'linux', { XDG_CURRENT_DESKTOP: 'KDE' }, 'ProxyType 0'],
    ['macOS', 'darwin', {}, 'networksetup -setautoproxystate Wi-Fi off'],
  ])('on %s say how to set the system, and how to get back', (title, platform, environment, back) => {
    const [first] = titles(platform, environment as Record<string, string>, [])
    expect(first?.title).toContain(title)
    expect(first?.set.join('\n')).toContain('http://127.0.0.1:9999/proxy.pac')
    expect(first?.unset?.join('\n')).toContain(back)
  })

  test('without a desktop name the programs that are there', () => {
    expect(titles('linux', {}, ['git', 'chromium']).map(each => each.title)).toEqual([
      'Chromium',
      'Shell',
      'git',
      'curl',
    ])
    expect(titles('linux', {}, ['firefox-esr']).map(each => each.title)).toEqual(['Firefox', 'Shell', 'curl'])
  })
})
