/** Servers that end, drop, refuse or fall silent where a real sshd rarely does: each is told apart from success. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerChannel } from 'ssh2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { type ConnectTarget, connect, openShell } from '../../src/transport/index.ts'
import { type SshServerScript, startSshServer } from '../faults/instruments/ssh-server.ts'
import { outcomeOf } from './programs.ts'

const targetFor = (port: number, knownHosts: string, lines: readonly string[] = []): ConnectTarget => {
  const directory = mkdtempSync(join(tmpdir(), 'ops-faults-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  writeFileSync(join(directory, 'known_hosts'), knownHosts)
  const config = [
    'Host lab',
    '  HostName 127.0.0.1',
    '  User root',
    `  Port ${port}`,
    `  UserKnownHostsFile ${directory}/known_hosts`,
    '  GlobalKnownHostsFile /dev/null',
    '  IdentityFile /nonexistent',
    '  IdentityAgent none',
    ...lines,
  ].join('\n')
  writeFileSync(join(directory, 'config'), `${config}\n`)
  return { name: 'lab', destination: 'lab', sshConfigFile: join(directory, 'config') }
}

const errorOf = async (action: Promise<unknown>) => {
  const thrown = await action.catch((error: unknown) => error)
  if (!(thrown instanceof OpsError)) throw new Error('an OpsError was expected', { cause: thrown })
  return thrown.data
}

describe.each(['ssh2', 'openssh'] as const)('the %s backend', backend => {
  const start = async (script: SshServerScript = {}) => {
    const server = await startSshServer(script)
    onTestFinished(() => server.close())
    const logIn = async (more: Partial<ConnectTarget> = {}) => {
      const transport = await connect({ ...targetFor(server.port, server.knownHostsLine), backend, ...more })
      onTestFinished(() => transport.close())
      return transport
    }
    return { server, logIn }
  }

  test('logs in to a server that wants no credentials at all', async () => {
    const { logIn, server } = await start()
    const transport = await logIn()
    expect((await outcomeOf(await transport.open(['exec', 'hello']))).stdout).toBe('exec hello\n')
    expect(server.attempts).toEqual(['none'])
  })

  const endings: readonly (readonly [
    name: string,
    end: (channel: ServerChannel) => void,
    expected: string,
  ])[] = [
    ['an exit status of 255', channel => channel.exit(255), 'code'],
    ['a signal', channel => channel.exit('KILL', false, ''), 'signal'],
    ['no exit status', () => undefined, 'lost'],
  ]
  test.each(endings)('tells %s from the others', async (_name, end, expected) => {
    const { logIn } = await start({
      onExec(_command, accept) {
        const channel = accept()
        channel.write('some output')
        end(channel)
        channel.end()
      },
    })
    const { stdout, ending } = await outcomeOf(await (await logIn()).open(['exec', 'x']))
    expect(stdout).toBe('some output')
    expect(ending).toHaveProperty(expected)
  })

  test.each(['end', 'reset'] as const)(
    'a connection that goes away just before the exit status (%s) is lost',
    async how => {
      const { logIn } = await start({
        onExec(_command, accept, connection) {
          accept().write('all done', () => connection.drop(how))
        },
      })
      const transport = await logIn()
      const process = await transport.open(['exec', 'x'])
      expect((await outcomeOf(process)).ending).toHaveProperty('lost')
      expect(await transport.closed).toBeTypeOf('string')
    },
  )

  test('a server that starts no programs is no lost connection but a clear end', async () => {
    const { logIn } = await start({ onExec: () => false })
    const shell = await openShell(await logIn())
    shell.stdin.end('echo never\n')
    expect((await errorOf(shell.ready)).code).toMatch(/^(lost|authentication)$/)
  })

  test('asks for a password only where somebody can be asked, and says what was tried', async () => {
    const { logIn } = await start({
      onLogin(attempt) {
        if (attempt.method === 'password' && attempt.password === 'sesame') attempt.accept()
        else attempt.reject(['password'])
      },
    })
    const refused = await errorOf(logIn())
    expect(refused).toMatchObject({ code: 'authentication', changed: 'no' })
    expect(refused.detail).toContain('The server takes: password.')
    const questions: string[] = []
    const askSecret = async (question: string) => {
      questions.push(question)
      return 'sesame'
    }
    const transport = await logIn({ askSecret })
    expect((await outcomeOf(await transport.open(['exec', 'hello']))).stdout).toBe('exec hello\n')
    expect(questions).toHaveLength(1)
    expect(questions[0]?.toLowerCase()).toContain('password')
  })

  test('answers the questions of a keyboard-interactive login', async () => {
    const { logIn } = await start({
      onLogin(attempt) {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive'])
        attempt.prompt([{ prompt: 'Code: ', echo: false }], answers => {
          if (answers[0] === '123456') attempt.accept()
          else attempt.reject()
        })
      },
    })
    const questions: string[] = []
    const askSecret = async (question: string) => {
      questions.push(question)
      return '123456'
    }
    const transport = await logIn({ askSecret })
    expect((await outcomeOf(await transport.open(['exec', 'hello']))).stdout).toBe('exec hello\n')
    expect(questions).toHaveLength(1)
    expect(questions[0]).toContain('Code')
  })

  test('a port that accepts and says nothing is given up in time', async () => {
    const silent = createServer()
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>(resolve => silent.close(() => resolve())))
    silent.on('connection', socket => socket.on('error', () => undefined).resume())
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const data = await errorOf(connect({ ...targetFor(port, ''), backend, connectTimeoutMs: 1_500 }))
    expect(data.code).toBe('unreachable')
  })

  test('a port that speaks something else is unreachable', async () => {
    const other = createServer(socket => {
      socket.on('error', () => undefined).resume()
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>(resolve => other.close(() => resolve())))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const data = await errorOf(connect({ ...targetFor(port, ''), backend, connectTimeoutMs: 2_000 }))
    expect(data.code).toBe('unreachable')
    if (backend === 'ssh2')
      expect(data.title).toContain('it does not speak SSH but says "HTTP/1.1 400 Bad Request"')
  })
})
