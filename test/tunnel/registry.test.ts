import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { plainStyle } from '../../src/report/style.ts'
import { endedListText } from '../../src/report/tunnel-text.ts'
import { endedTunnels, register, runningTunnels } from '../../src/tunnel/registry.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-registry-'))
  vi.stubEnv('XDG_RUNTIME_DIR', '')
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const card = { host: 'web1', proxy: '127.0.0.1:9999', port: 9999, background: true, since: 0, route: '' }
const figures = () => ({
  link: { state: 'up', since: 0 } as const,
  clients: 0,
  streams: 0,
  opened: 0,
  bytesUp: 0,
  bytesDown: 0,
  reconnects: 0,
})

test('a tunnel is listed with its figures while it runs, and leaves nothing when it was ended', async () => {
  const end = await register(card, figures)
  expect(await runningTunnels()).toMatchObject([{ host: 'web1', figures: { link: { state: 'up' } } }])
  expect(await endedTunnels()).toEqual([])
  await end()
  expect([await runningTunnels(), await endedTunnels()]).toEqual([[], []])
  expect(readdirSync(join(folder, 'ops/socks'))).toEqual([])
})

test('one in the background that ended by itself is listed with the reason until that was taken note of', async () => {
  const end = await register(card, figures)
  await end({ code: 'authentication', title: '192.0.2.1 does not let root in', changed: 'no' })
  expect(await runningTunnels()).toEqual([])
  const [gone] = await endedTunnels()
  expect(endedListText([gone ?? expect.unreachable()], plainStyle, gone?.ended?.at)).toBe(
    '127.0.0.1:9999 -> web1  ended by itself 0 s ago: 192.0.2.1 does not let root in',
  )
  gone?.forget()
  expect([await endedTunnels(), readdirSync(join(folder, 'ops/socks'))]).toEqual([[], []])
})
