import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderWith, type Outcome as OpsOutcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { testWith } from '../needs.ts'
import { freePort } from '../transport/sshd.ts'

interface Outcome {
  readonly code: number
  readonly stdout: string
}

const runProgram = (
  program: string,
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> =>
  new Promise(resolve => {
    const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 60_000 }
    execFile(program, argv, options, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout })
    })
  })

/** Listens on the host's own loopback, where nobody else can reach it. */
const webServer = `
require('node:http').createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<title>far</title><p>only ' + request.headers.host + ' sees this')
}).listen(8000, '127.0.0.1', () => console.log('ready'))`

describeReal('a tunnel to a real host', () => {
  const host = useHost({ name: 'web1' })
  const folder = folderWith({})
  const stopAll: (() => void)[] = []
  let port = 0

  beforeAll(async () => {
    port = await freePort()
    await host().read('echo 127.0.0.1 far.test >>/etc/hosts')
    const server = spawn('nsenter', ['-t', String(host().leader), '-n', process.execPath, '-e', webServer], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    stopAll.push(() => void server.kill())
    await once(server.stdout, 'data')
    const { code, stderr } = await folder.ops([
      'socks',
      'web1',
      '-F',
      host().sshConfig,
      '--port',
      String(port),
      '--background',
    ])
    expect([code, stderr]).toEqual([0, ''])
  })
  afterAll(async () => {
    expect(await folder.ops(['socks', 'stop', '--all'])).toMatchObject({ code: 0 })
    expect((await folder.ops(['socks', 'status'])).stdout).toBe('No tunnel is running.\n')
    for (const stop of stopAll) stop()
    folder.remove()
  })

  const url = 'http://127.0.0.1:8000/'
  const page = '<title>far</title><p>only 127.0.0.1:8000 sees this'

  test('the page cannot be reached without it', async () => {
    expect((await runProgram('curl', ['-s', '-m', '5', url])).code).toBe(7)
  })

  test.each(['--socks5-hostname', '--socks5', '--socks4a', '--socks4'])('serves curl %s', async flag => {
    expect(await runProgram('curl', ['-s', flag, `127.0.0.1:${port}`, url])).toEqual({
      code: 0,
      stdout: page,
    })
  })

  test('resolves names at the far end', async () => {
    const { stdout } = await runProgram('curl', [
      '-s',
      '--socks5-hostname',
      `127.0.0.1:${port}`,
      'http://far.test:8000/',
    ])
    expect(stdout).toContain('only far.test:8000 sees this')
  })

  test('tells curl why it could not connect', async () => {
    const proxy = ['-s', '-w', '%{proxy_ssl_verify_result}', '--socks5-hostname', `127.0.0.1:${port}`]
    expect((await runProgram('curl', [...proxy, 'http://127.0.0.1:8001/'])).code).toBe(97)
  })

  testWith('proxychains4')('serves proxychains4, also from `ops socks exec`', async () => {
    const through = ['socks', 'exec', 'web1', '-F', host().sshConfig, '--proxychains', '--']
    // curl heeds the variables of a proxy: none may be left beside proxychains.
    for (const flags of [[], ['--noproxy', '*']]) {
      expect(await folder.ops([...through, 'curl', '-s', ...flags, url])).toMatchObject({
        code: 0,
        stdout: page,
      })
    }
  })

  test('gives one command a tunnel of its own, and its exit code back', async () => {
    const through = ['socks', 'exec', 'web1', '-F', host().sshConfig, '--']
    expect(await folder.ops([...through, 'curl', '-s', url])).toMatchObject({ code: 0, stdout: page })
    expect(await folder.ops([...through, 'sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: 143 })
    expect(await folder.ops([...through, 'no-such-program'])).toMatchObject({ code: 3 })
  })

  testWith('chromium')('serves Chromium, by address and by the PAC file', async () => {
    for (const flags of [
      [`--proxy-server=socks5://127.0.0.1:${port}`],
      [`--proxy-pac-url=http://127.0.0.1:${port}/proxy.pac`],
    ]) {
      const profile = mkdtempSync(join(tmpdir(), 'ops-chromium-'))
      const { stdout } = await runProgram(
        'chromium',
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          `--user-data-dir=${profile}`,
          ...flags,
          '--dump-dom',
          'http://far.test:8000/',
        ],
        { HOME: profile },
      )
      rmSync(profile, { recursive: true, force: true })
      expect(stdout).toContain('only far.test:8000 sees this')
    }
  })

  test('is listed with its state, and refuses a second one on its port', async () => {
    const { stdout } = await folder.ops(['socks', 'status'])
    expect(stdout).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} -> web1  up \\d+ s · .*in the background`))
    const again = ['socks', 'web1', '-F', host().sshConfig, '--port', String(port)]
    const title = new RegExp(
      `port ${port} on 127\\.0\\.0\\.1 is taken by the tunnel to web1 \\(in the background, pid \\d+\\)`,
    )
    for (const more of [[], ['--background', '--compress']]) {
      const { code, stderr } = await folder.ops([...again, ...more])
      expect(code).toBe(3)
      expect(stderr).toMatch(title)
    }
  })

  test('is left as it is by a second run that asks for the same', async () => {
    const { code, stdout } = await folder.ops([
      'socks',
      'web1',
      '-F',
      host().sshConfig,
      '--port',
      String(port),
      '--background',
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^It runs already:\n127\\.0\\.0\\.1:${port} -> web1  up `))
  })

  test('that was killed is told, until somebody takes note', async () => {
    const free = await freePort()
    const other = ['socks', 'web1', '-F', host().sshConfig, '--port', String(free)]
    expect((await folder.ops([...other, '--background'])).code).toBe(0)
    const { stdout } = await folder.ops(['socks', 'status', String(free), '--json'])
    const told = JSON.parse(stdout) as { pid: number }
    expect(told).toMatchObject({ event: 'tunnel', host: 'web1', port: free })
    expect(told).not.toHaveProperty('route')
    process.kill(told.pid, 'SIGKILL')
    const line = `127.0.0.1:${free} -> web1  ended and left no reason: its process was killed, or this machine went down\n`
    const status = (): Promise<OpsOutcome> => folder.ops(['socks', 'status', String(free)])
    await expect.poll(status).toMatchObject({ code: 4, stdout: line })
    expect(await folder.ops(['socks', 'stop', String(free)])).toMatchObject({ code: 0, stdout: line })
    expect(await status()).toMatchObject({
      code: 1,
      stdout: `No tunnel on port ${free} is running.\n`,
    })
  })

  test('takes no flags of a listener for a tunnel that lasts one command', async () => {
    const through = ['socks', 'exec', 'web1', '-F', host().sshConfig]
    const { code, stderr } = await folder.ops([...through, '--port', '9000', '--', 'true'])
    expect(code).toBe(3)
    expect(stderr).toContain('unknown flag --port')
  })

  test('comes back by itself when the host restarts', async () => {
    await host().reboot()
    const state = async (): Promise<string> => (await folder.ops(['socks', 'status', '--json'])).stdout
    while (!(await state()).includes('"state":"up"')) await new Promise(resolve => setTimeout(resolve, 200))
    expect(await runProgram('curl', ['-s', '--socks5-hostname', `127.0.0.1:${port}`, url])).toMatchObject({
      code: 97,
    })
  })
})

describe('the command line of a tunnel', () => {
  const folder = folderWith({
    'ops.ini': '[hosts]\nweb1 = 192.0.2.1\nweb2 = 192.0.2.2\n[socks]\nhost = web1\nport = 80\ncolour = red\n',
  })
  afterAll(() => folder.remove())

  test('shows everything that is wrong at once, before anything is contacted', async () => {
    const { code, stderr } = await folder.ops([
      'socks',
      'web1',
      'web2',
      '--bind',
      '0.0.0.0',
      '--direct',
      'a b%',
    ])
    expect(code).toBe(3)
    for (const text of [
      '[socks] has no setting colour',
      '--bind 0.0.0.0 would let other machines use the tunnel',
      '--port 80: ports below 1024',
      '--direct b%: neither a domain',
      'a tunnel leads to one host, not to 2: web1, web2',
    ])
      expect(stderr).toContain(text)
  })

  test('has something to say when nothing runs', async () => {
    expect(await folder.ops(['socks', 'status'])).toMatchObject({
      code: 0,
      stdout: 'No tunnel is running.\n',
    })
    expect(await folder.ops(['socks', 'status', 'web1'])).toMatchObject({ code: 1 })
    expect(await folder.ops(['socks', 'stop'])).toMatchObject({ code: 0, stdout: 'No tunnel is running.\n' })
  })
})
