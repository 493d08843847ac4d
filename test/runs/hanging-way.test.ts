import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { measured } from '../machine-unit.ts'
import { processesLike } from '../processes.ts'
import { writeFiles } from '../temporary-folder.ts'
import { watchOps } from './ops-run.ts'

/** A command line that only these tests have. */
const marker = `31.${process.pid}`
const left = () => processesLike(new RegExp(`sleep ${marker}`))
/** Has a child, and does not end when it is asked to. */
const hangs = `trap '' TERM HUP; sleep ${marker} & sleep ${marker}`

let folder: Folder
let mute: Server
beforeAll(async () => {
  folder = folderWith({
    'recipes/some.ts':
      "import { recipe } from 'ops-recipes'\nexport default recipe({ summary: 'S', steps: () => [] })\n",
  })
  mkdirSync(join(folder.path, '.ssh'))
  mute = createServer(() => {})
  await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as AddressInfo
  writeFiles(folder.path, {
    hangs,
    'mute-jump': `Host mute\n  HostName 127.0.0.1\n  Port ${port}\nHost web.test\n  HostName 192.0.2.1\n  ProxyJump mute\n`,
    'proxy-command': 'Host web.test\n  ProxyCommand sh hangs\n',
    'proxy-and-timeout': 'Host web.test\n  ProxyCommand sh hangs\n  ConnectTimeout 1\n',
    'match-exec': `Match originalhost web.test exec "sh ${folder.path}/hangs"\n  User other\n`,
  })
})
afterAll(() => {
  mute?.close()
  folder?.remove()
})

const errorsOf = (run: ReturnType<typeof watchOps>) =>
  run.events.flatMap(each => (each.event === 'error' ? [each.error.title] : []))

const starting =
  (verb: string, ...words: readonly string[]) =>
  (config: string, ...flags: readonly string[]) =>
    watchOps(folder, [verb, '-F', config, ...flags, ...words])

describe.each([
  ['run', starting('run', 'web.test', '--', 'true')],
  ['plan', starting('plan', 'some', 'web.test')],
])('ops %s', (_verb, start) => {
  test('keeps --timeout where a ProxyCommand never answers, and leaves nothing of it behind', async () => {
    const run = start('proxy-command', '--timeout', '1')
    expect(await run.ended).toBe(4)
    expect(errorsOf(run).join()).toMatch(/no answer within 1 s/)
    await expect.poll(left).toEqual([])
  })

  test('ends on the second Ctrl-C while a ProxyCommand does not answer', async () => {
    const run = start('proxy-command', '--timeout', '600')
    await expect.poll(left).not.toEqual([])
    // Two equal signals may arrive as one.
    run.child.kill('SIGINT')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(130)
    await expect.poll(left).toEqual([])
  })
})

describe('a way to a host that hangs', () => {
  const start = starting('run', 'web.test', '--', 'true')

  test('keeps ConnectTimeout of the ssh config there', async () => {
    const run = start('proxy-and-timeout')
    expect(await run.ended).toBe(4)
    expect(errorsOf(run).join()).toMatch(/no answer within 1 s/)
    await expect.poll(left).toEqual([])
  })

  test('keeps --timeout where a jump host takes the connection and says nothing', async () => {
    for (const transport of ['ssh2', 'openssh']) {
      const run = start('mute-jump', '--timeout', '1', '--transport', transport)
      expect(await run.ended).toBe(4)
      expect(errorsOf(run).join()).toMatch(/within (1|0\.\d) s/)
    }
  })

  test('does not wait for an agent that never answers longer than it waits for a connection', async () => {
    const agent = createServer(() => {})
    const socket = join(folder.path, 'agent')
    await new Promise<void>(resolve => agent.listen(socket, resolve))
    try {
      const took = (env: Record<string, string>) =>
        measured(async () => {
          const argv = ['run', '127.0.0.1:1', '-F', 'none', '--timeout', '1', '--', 'true']
          const run = await folder.ops(argv, { env })
          expect([run.code, run.stderr]).toEqual([4, expect.stringContaining('refused')])
        })
      const plain = await took({})
      const asked = await took({ SSH_AUTH_SOCK: socket })
      // Asked once, for a second; twice for five seconds, as it was, is more.
      expect(asked.tookMs).toBeLessThan(plain.tookMs + 5_000 + 20 * asked.unitMs)
    } finally {
      agent.close()
    }
  })

  test('names the ssh config where a program of it does not end, and ends that program', async () => {
    const run = start('match-exec', '--timeout', '1')
    expect(await run.ended).toBe(3)
    expect(errorsOf(run).join()).toMatch(/ssh did not read its configuration within 1 s/)
    await expect.poll(left).toEqual([])
  })

  test('ends on the first Ctrl-C while ssh reads its configuration', async () => {
    const run = start('match-exec', '--timeout', '600')
    await expect.poll(left).not.toEqual([])
    run.child.kill('SIGINT')
    await run.ended
    expect(run.child.signalCode).toBe('SIGINT')
    await expect.poll(left).toEqual([])
  })
})
