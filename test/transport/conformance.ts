/** What every backend must do alike, against a real sshd on loopback. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import {
  type ConnectTarget,
  connect,
  hostKeyProblemOf,
  openShell,
  type Transport,
  upload,
} from '../../src/transport/index.ts'
import { startProxy } from '../faults/instruments/proxy.ts'
import { measured } from '../machine-unit.ts'
import { outcomeOf, runScript } from './programs.ts'
import { startSshd, type TestSshd } from './sshd.ts'

/** Waits for a failure and gives its data. */
async function failureOf(action: Promise<unknown>): Promise<OpsError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OpsError)) throw new Error('an OpsError was expected', { cause: error })
  return error
}

/** The host's public key as it stands in a known_hosts line. */
const keyWords = (sshd: TestSshd) => sshd.hostKey.split(' ').slice(0, 2).join(' ')

const fingerprintOf = (sshd: TestSshd) =>
  execFileSync('ssh-keygen', ['-lf', join(sshd.directory, 'host.pub')], { encoding: 'utf8' }).split(' ')[1]

/** A config that leads to the server under another address or with other settings; the first value wins in ssh. */
function configWith(sshd: TestSshd, name: string, lines: readonly string[]): string {
  const path = join(sshd.directory, name)
  writeFileSync(path, `Host lab\n${lines.join('\n')}\n${readFileSync(sshd.configFile, 'utf8')}`)
  return path
}

/** The suite of a backend: each has a file of its own, as most of its time is deadlines of a link that pass. */
export function conforms(backend: 'ssh2' | 'openssh'): void {
  let sshd: TestSshd
  const open: Transport[] = []
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())
  afterEach(async () => {
    await Promise.all(open.splice(0).map(transport => transport.close()))
  })
  const logIn = async (more: Partial<ConnectTarget> = {}, server = sshd) => {
    const transport = await connect(server.target({ backend, ...more }))
    open.push(transport)
    return transport
  }
  const ownSshd = async (options: Parameters<typeof startSshd>[0]) => {
    const server = await startSshd(options)
    onTestFinished(async () => {
      await Promise.all(open.splice(0).map(transport => transport.close()))
      await server.stop()
    })
    return server
  }

  test('hands on what a program says and how it ended', async () => {
    const transport = await logIn()
    expect(transport.backend).toBe(backend)
    for (const code of [0, 3, 255]) {
      expect(await runScript(transport, `echo out; echo err >&2; exit ${code}`)).toEqual({
        stdout: 'out\n',
        stderr: 'err\n',
        ending: { code },
      })
    }
    const killed = await runScript(transport, 'kill -9 $$')
    expect(killed.ending).toHaveProperty('signal')
  })

  test('carries bytes both ways as they are, and the end of the input', async () => {
    const transport = await logIn()
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256))
    const process = await transport.open(['exec', 'cat'])
    process.stdin.end(bytes)
    expect((await buffer(process.stdout)).equals(bytes)).toBe(true)
    expect(await process.ended).toEqual({ code: 0 })
  })

  test('takes 100 MB of output without holding it', async () => {
    const transport = await logIn()
    const process_ = await transport.open(['exec', 'head', '-c', '100000000', '/dev/zero'])
    global.gc?.()
    const before = process.memoryUsage().rss
    let bytes = 0
    let peak = before
    for await (const chunk of process_.stdout) {
      bytes += (chunk as Buffer).length
      peak = Math.max(peak, process.memoryUsage().rss)
    }
    expect(bytes).toBe(100_000_000)
    expect(peak - before).toBeLessThan(80_000_000)
  })

  test('stops a program whose output nobody reads', async () => {
    const transport = await logIn()
    const unread = await transport.open(['exec', 'head', '-c', '50000000', '/dev/zero'])
    expect((await runScript(transport, 'echo meanwhile')).stdout).toBe('meanwhile\n')
    expect((await buffer(unread.stdout)).length).toBe(50_000_000)
  })

  test('refuses words that some login shell would read as more than data', async () => {
    const transport = await logIn()
    for (const word of ["it's", 'a\nb', 'back\\slash', 'hey!', 'é']) {
      await expect(transport.open(['exec', 'echo', word])).rejects.toThrow(TypeError)
    }
    const spaced = await transport.open(['exec', 'printf', '%s|', 'two words', '$HOME;"x"', '*'])
    expect((await outcomeOf(spaced)).stdout).toBe('two words|$HOME;"x"|*|')
  })

  test('leads to addresses as seen from the host', async () => {
    const transport = await logIn()
    const stream = await transport.forward('127.0.0.1', sshd.port)
    const [greeting] = (await once(stream, 'data')) as [Buffer]
    expect(greeting.toString()).toMatch(/^SSH-2\.0-/)
    stream.destroy()
    const refused = await failureOf(transport.forward('127.0.0.1', 1))
    expect(refused.data.title).toContain('could not connect to 127.0.0.1:1')
  })

  test('leads to unix sockets of the host, several at once, and says which it could not reach', async () => {
    const transport = await logIn()
    const path = join(sshd.directory, `echo-${backend}`)
    const server = createServer(socket => socket.pipe(socket))
    server.listen(path)
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const streams = await Promise.all([1, 2, 3].map(() => transport.forwardSocket(path)))
    for (const [index, stream] of streams.entries()) {
      const bytes = Buffer.alloc(300_000, index + 65)
      stream.end(bytes)
      expect((await buffer(stream)).equals(bytes)).toBe(true)
    }
    const refused = await failureOf(transport.forwardSocket(join(sshd.directory, 'nobody')))
    expect(refused.data.title).toContain('could not connect to ')
    expect(refused.data.code).toBe('unreachable')
    const again = await transport.forwardSocket(path)
    again.end('still here')
    expect((await buffer(again)).toString()).toBe('still here')
    expect((await failureOf(transport.forwardSocket('/run/a:b'))).data.code).toBe('input')
  })

  // ssh itself is late too.
  test.runIf(backend === 'ssh2')(
    'the answer to much that was sent on a stream does not wait for an acknowledgement (40 ms)',
    async () => {
      const bytes = Buffer.alloc(100_000)
      const server = createServer(socket => {
        let received = 0
        socket.on('data', piece => {
          received += piece.length
          for (; received >= bytes.length; received -= bytes.length) socket.write('all')
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      const transport = await logIn()
      const stream = await transport.forward('127.0.0.1', (server.address() as AddressInfo).port)
      const tookMs: number[] = []
      for (let round = 0; round < 20; round++) {
        const begun = performance.now()
        const answered = once(stream, 'data')
        stream.write(bytes)
        await answered
        tookMs.push(performance.now() - begun)
      }
      stream.destroy()
      expect(Math.min(...tookMs), tookMs.join(' ')).toBeLessThan(35)
    },
  )

  test('says `lost` when the connection is cut, on programs and on the transport', async () => {
    const proxy = await startProxy({ port: sshd.port })
    onTestFinished(() => proxy.close())
    const config = configWith(sshd, 'proxied', [
      `Port ${proxy.port}`,
      `HostKeyAlias [127.0.0.1]:${sshd.port}`,
    ])
    const transport = await logIn({ sshConfigFile: config })
    const process = await transport.open(['exec', '/bin/sh'])
    process.stdin.write('echo started; exec sleep 60\n')
    await once(process.stdout, 'data')
    proxy.inject('cut')
    expect(await process.ended).toHaveProperty('lost')
    expect(await transport.closed).toBeTypeOf('string')
    expect((await failureOf(transport.open(['exec', 'true']))).data.code).toBe('lost')
    process.stdin.write('nobody reads this\n')
  })

  test('notices within 20 seconds that the peer has fallen silent', { timeout: 60_000 }, async () => {
    const proxy = await startProxy({ port: sshd.port })
    onTestFinished(() => proxy.close())
    const config = configWith(sshd, 'stalled', [
      `Port ${proxy.port}`,
      `HostKeyAlias [127.0.0.1]:${sshd.port}`,
    ])
    const transport = await logIn({ sshConfigFile: config })
    const process = await transport.open(['exec', 'cat'])
    proxy.inject('stall')
    const noticed = await measured(() => Promise.all([process.ended, transport.closed]))
    expect(noticed.value).toEqual([expect.objectContaining({ lost: expect.anything() }), expect.any(String)])
    expect(noticed.tookMs).toBeLessThan(20_000 + 20 * noticed.unitMs)
  })

  test('survives a change of keys in mid-stream', async () => {
    const server = await ownSshd({ sshd: ['RekeyLimit 1M'] })
    const transport = await logIn({}, server)
    const process = await transport.open(['exec', 'cat'])
    const bytes = Buffer.alloc(20_000_000, 'rekey ')
    process.stdin.end(bytes)
    expect((await buffer(process.stdout)).equals(bytes)).toBe(true)
  })

  test('a key that the host does not know is an authentication error that names it', async () => {
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-f',
      join(sshd.directory, `wrong-${backend}`),
    ])
    const config = configWith(sshd, 'wrong', [`IdentityFile ${sshd.directory}/wrong-${backend}`])
    copyFileSync(sshd.configFile, `${config}.base`)
    const text = readFileSync(config, 'utf8').replaceAll(`IdentityFile ${sshd.identity}\n`, '\n')
    writeFileSync(config, text)
    const { data } = await failureOf(logIn({ sshConfigFile: config }))
    expect(data).toMatchObject({ code: 'authentication', changed: 'no' })
    expect(data.detail).toContain(`wrong-${backend}`)
    expect(data.detail).toContain('publickey')
  })

  test('a host that refuses, and a name that does not exist, are unreachable', async () => {
    const refused = configWith(sshd, 'refused', ['Port 1', `HostKeyAlias [127.0.0.1]:${sshd.port}`])
    expect((await failureOf(logIn({ sshConfigFile: refused }))).data).toMatchObject({
      code: 'unreachable',
      title: '127.0.0.1 port 1 cannot be reached: the connection was refused',
    })
    const nameless = configWith(sshd, 'nameless', ['HostName does-not-exist.invalid'])
    expect((await failureOf(logIn({ sshConfigFile: nameless }))).data.title).toContain('no such host name')
  })

  describe('with host keys', () => {
    const withKnownHosts = (name: string, text: string, more: readonly string[] = []) => {
      const path = join(sshd.directory, `${backend}-${name}`)
      writeFileSync(path, text)
      return {
        path,
        sshConfigFile: configWith(sshd, `${backend}-${name}-config`, [`UserKnownHostsFile ${path}`, ...more]),
      }
    }
    const otherKey = () =>
      `ssh-ed25519 ${Buffer.concat([
        Buffer.from([0, 0, 0, 11]),
        Buffer.from('ssh-ed25519'),
        Buffer.from([0, 0, 0, 32]),
        Buffer.alloc(32, 7),
      ]).toString('base64')}`

    test('refuses an unknown one, tells its fingerprint, and writes nothing', async () => {
      const { path, sshConfigFile } = withKnownHosts('unknown', '')
      const error = await failureOf(logIn({ sshConfigFile }))
      expect(error.data).toMatchObject({ code: 'host-key', changed: 'no' })
      expect(error.data.next).toContain('--accept-new')
      expect(hostKeyProblemOf(error)).toEqual({
        kind: 'unknown',
        host: `[127.0.0.1]:${sshd.port}`,
        keyType: 'ssh-ed25519',
        fingerprint: fingerprintOf(sshd),
      })
      expect(readFileSync(path, 'utf8')).toBe('')
    })

    test('records an unknown one when told to, so that ssh itself knows it then', async () => {
      for (const hashed of ['no', 'yes']) {
        const { path, sshConfigFile } = withKnownHosts(`new-${hashed}`, '# mine\n', [
          `HashKnownHosts ${hashed}`,
        ])
        await logIn({ sshConfigFile, acceptNew: true })
        const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', path], {
          encoding: 'utf8',
        })
        expect(found).toContain(keyWords(sshd))
        expect(readFileSync(path, 'utf8')).toMatch(hashed === 'yes' ? /^# mine\n\|1\|/ : /^# mine\n\[127/)
        await logIn({ sshConfigFile })
      }
    })

    test('never accepts a changed one', async () => {
      const { path, sshConfigFile } = withKnownHosts('changed', `[127.0.0.1]:${sshd.port} ${otherKey()}\n`)
      const error = await failureOf(logIn({ sshConfigFile, acceptNew: true }))
      expect(hostKeyProblemOf(error)).toMatchObject({ kind: 'changed', entry: `${path}:1` })
    })

    test('never accepts a revoked one', async () => {
      const lines = `@revoked * ${keyWords(sshd)}\n[127.0.0.1]:${sshd.port} ${keyWords(sshd)}\n`
      const { sshConfigFile } = withKnownHosts('revoked', lines)
      const error = await failureOf(logIn({ sshConfigFile, acceptNew: true }))
      expect(hostKeyProblemOf(error)?.kind).toBe('revoked')
    })

    test('knows hashed names, patterns, aliases and the name without a port', async () => {
      const plain = withKnownHosts('hashed', `[127.0.0.1]:${sshd.port} ${keyWords(sshd)}\n`)
      execFileSync('ssh-keygen', ['-q', '-H', '-f', plain.path], { stdio: 'ignore' })
      await logIn({ sshConfigFile: plain.sshConfigFile })
      for (const [name, line, more] of [
        ['pattern', `[127.0.*]:*,!other ${keyWords(sshd)}`, []],
        ['alias', `Some-Alias ${keyWords(sshd)}`, ['HostKeyAlias some-alias']],
        ['portless', `127.0.0.1 ${keyWords(sshd)}`, []],
      ] as const) {
        const { sshConfigFile } = withKnownHosts(name, `${line}\n`, more)
        await logIn({ sshConfigFile })
      }
    })
  })

  test('gives a person all the time that a passphrase takes', async () => {
    const path = join(sshd.directory, `slow-${backend}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', path])
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    const connectTimeoutMs = 4_000
    const typing = () => new Promise<string>(resolve => setTimeout(resolve, 5_000, 'open sesame'))
    const transport = await logIn({ identityFile: path, connectTimeoutMs, askSecret: typing })
    expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
  })

  test('asks for the passphrase of an encrypted key, and says so where it cannot', async () => {
    const path = join(sshd.directory, `locked-${backend}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', path])
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    const config = configWith(sshd, `locked-${backend}-config`, [`IdentityFile ${path}`])
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll(`IdentityFile ${sshd.identity}\n`, '\n'))
    const error = await failureOf(logIn({ sshConfigFile: config }))
    expect(error.data.code).toBe('authentication')
    const questions: string[] = []
    const askSecret = async (question: string) => {
      questions.push(question)
      return 'open sesame'
    }
    const transport = await logIn({ sshConfigFile: config, askSecret })
    expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
    expect(questions).toHaveLength(1)
    expect(questions[0]).toContain(path)
  })

  test('logs in with a key that only the agent holds', async () => {
    const path = join(sshd.directory, `agent-${backend}`)
    const socket = join(sshd.directory, `agent-${backend}.sock`)
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(agent.stdout, 'data')
    onTestFinished(async () => {
      agent.kill()
      await once(agent, 'exit')
    })
    for (const type of ['rsa', 'ecdsa']) {
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `agent ${type}`, '-f', `${path}-${type}`])
      execFileSync('ssh-add', ['-q', `${path}-${type}`], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    }
    const config = configWith(sshd, `agent-${backend}-config`, [
      `IdentityAgent ${socket}`,
      'IdentitiesOnly no',
    ])
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll(`IdentityFile ${sshd.identity}\n`, '\n'))
    for (const type of ['rsa', 'ecdsa']) {
      appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}-${type}.pub`))
      const transport = await logIn({ sshConfigFile: config })
      expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
      const kept = readFileSync(join(sshd.directory, 'authorized_keys'), 'utf8')
      const own = readFileSync(`${path}-${type}.pub`, 'utf8')
      writeFileSync(join(sshd.directory, 'authorized_keys'), kept.replace(own, ''))
    }
  })

  describe('a key that was named', () => {
    const keyNamed = (name: string) => {
      const path = join(sshd.directory, `${name}-${backend}`)
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
      return path
    }

    test('is the only one that may log in, though the config has another that would do', async () => {
      const stranger = keyNamed('stranger')
      const { data } = await failureOf(logIn({ identityFile: stranger }))
      expect(data).toMatchObject({ code: 'authentication', changed: 'no', host: 'lab' })
      expect(`${data.title} ${data.detail}`).toContain(stranger)
    })

    test('logs in, whatever the config names', async () => {
      const own = keyNamed('own')
      appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${own}.pub`))
      const config = configWith(sshd, `own-${backend}-config`, [`IdentityFile ${keyNamed('useless')}`])
      writeFileSync(config, readFileSync(config, 'utf8').replaceAll(`IdentityFile ${sshd.identity}\n`, '\n'))
      const transport = await logIn({ sshConfigFile: config, identityFile: own })
      expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
    })

    test('may be the public half of one that the agent holds', async () => {
      const own = keyNamed('held')
      const socket = join(sshd.directory, `held-${backend}.sock`)
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(agent.stdout, 'data')
      onTestFinished(async () => {
        agent.kill()
        await once(agent, 'exit')
      })
      execFileSync('ssh-add', ['-q', own], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
      appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${own}.pub`))
      const config = configWith(sshd, `held-${backend}-config`, [`IdentityAgent ${socket}`])
      const transport = await logIn({ sshConfigFile: config, identityFile: `${own}.pub` })
      expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
    })

    test.each([
      ['text that is no key', () => 'not a key\n', 'it is not a private key'],
      [
        'a public half that no agent holds',
        () => readFileSync(`${sshd.identity}.pub`, 'utf8'),
        'only the public half',
      ],
      [
        'a key that was cut off',
        () => readFileSync(sshd.identity, 'utf8').replace(/(.{20})\n(-----END)/s, '\n$2'),
        'Malformed|malformed|Unsupported|Corrupt|invalid',
      ],
    ])('is refused before anything is contacted when it is %s', async (_what, text, reason) => {
      const path = join(sshd.directory, `no-key-${backend}`)
      writeFileSync(path, text(), { mode: 0o600 })
      const { data } = await failureOf(logIn({ identityFile: path, port: 1 }))
      expect(data).toMatchObject({ code: 'input', changed: 'no', host: 'lab' })
      expect(data.title).toContain(`the key ${path} cannot be used: `)
      expect(data.title).toMatch(new RegExp(reason))
    })
  })

  test('goes through jump hosts', async () => {
    const config = join(sshd.directory, `jump-${backend}`)
    const base = readFileSync(sshd.configFile, 'utf8')
    writeFileSync(
      config,
      `${base.replace('Host lab', 'Host jump')}\n${base.replace('Host lab', 'Host lab\n  ProxyJump jump')}`,
    )
    const [one, two] = await Promise.all([logIn({ sshConfigFile: config }), logIn({ sshConfigFile: config })])
    expect((await runScript(one, 'echo $SSH_CONNECTION')).stdout).toContain(String(sshd.port))
    await one.close()
    expect((await runScript(two, 'echo still here')).stdout).toBe('still here\n')
  })

  test('opens a second program where the server allows one session a connection', async () => {
    const server = await ownSshd({ sshd: ['MaxSessions 1'] })
    const transport = await logIn({}, server)
    const first = await transport.open(['exec', 'cat'])
    expect((await runScript(transport, 'echo second')).stdout).toBe('second\n')
    expect((await outcomeOf(first, 'first')).stdout).toBe('first')
  })

  test('brings all logins through a server that drops them', { timeout: 60_000 }, async () => {
    const server = await ownSshd({ sshd: ['MaxStartups 2:100:2', 'PerSourceMaxStartups none'] })
    const logins = Array.from({ length: 12 }, () => logIn({}, server))
    const said = await Promise.all(logins.map(async each => (await runScript(await each, 'echo in')).stdout))
    expect(said).toEqual(Array.from({ length: 12 }, () => 'in\n'))
  })

  test('brings a large payload into a new file with mode 0600', async () => {
    const transport = await logIn()
    const path = join(sshd.directory, `upload-${backend}`)
    const bytes = Buffer.alloc(20_000_000, 'payload\0')
    const source = () =>
      Readable.from(
        (function* () {
          for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024)
        })(),
      )
    await upload(transport, undefined, { path, source: source(), sizeBytes: bytes.length })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = await failureOf(
      upload(transport, undefined, { path, source: source(), sizeBytes: bytes.length }),
    )
    expect(again.data.said).toContain('File exists')
    const torn = upload(transport, undefined, {
      path: `${path}-torn`,
      source: source(),
      sizeBytes: bytes.length + 1,
    })
    expect((await failureOf(torn)).data.title).toContain('20000000 of 20000001 bytes arrived')
    expect(() => statSync(`${path}-torn`)).toThrow()
  })

  test('a shell starts clean, whatever the start-up files of the account print', async () => {
    const server = await ownSshd({
      sshd: ['SetEnv ENV=/dev/null', 'ForceCommand echo noise; echo more >&2; eval "$SSH_ORIGINAL_COMMAND"'],
    })
    const shell = await openShell(await logIn({}, server))
    const { stdout, ending } = await outcomeOf(shell, 'echo clean; exit 4\n')
    expect({ stdout, ending }).toEqual({ stdout: 'clean\n', ending: { code: 4 } })
  })

  test('an account without a shell is a clear error, and runs nothing', async () => {
    const server = await ownSshd({ sshd: ['ForceCommand /usr/sbin/nologin'] })
    const shell = await openShell(await logIn({}, server))
    shell.stdin.end('echo never\n')
    expect((await failureOf(shell.ready)).data).toMatchObject({
      code: 'authentication',
      title: 'root has no usable login shell',
      said: 'This account is currently not available.',
    })
    expect((await buffer(shell.stdout)).length).toBe(0)
  })
}
