import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/transport/connect.ts'
import { openTunnel } from '../../src/tunnel/tunnel.ts'
import { canRunSshd, freePort, startSshd, type TestSshd } from '../transport/sshd.ts'
import { echo, farServer } from './far-server.ts'
import { openTestTunnel } from './open-test-tunnel.ts'
import { readAll, throughProxy } from './socks-client.ts'

describe.skipIf(!canRunSshd())('the connection of a tunnel', () => {
  let sshd: TestSshd
  beforeEach(async () => {
    sshd = await startSshd()
  })
  afterEach(() => sshd.stop())

  test('that cannot be made at the start ends the tunnel with the reason', async () => {
    const port = await freePort()
    const states: string[] = []
    const tunnel = await openTunnel({
      connect: () => connect(sshd.target({ port })),
      bind: '127.0.0.1',
      port: 0,
      directs: [],
      giveUpFirst: true,
      onState: ({ state }) => states.push(state),
    })
    expect(await tunnel.ended).toMatchObject({ code: 'unreachable' })
    expect(states).toEqual(['connecting', 'stopped'])
    await expect(throughProxy(tunnel.port, '127.0.0.1', 80)).rejects.toThrow('ECONNREFUSED')
  })

  test('that cannot be made at the start is tried again when that was asked for', async () => {
    const { port } = sshd
    let tries = 0
    const tunnel = await openTunnel({
      connect: async () => connect(sshd.target({ port: tries++ === 0 ? await freePort() : port })),
      bind: '127.0.0.1',
      port: 0,
      directs: [],
      giveUpFirst: false,
    })
    onTestFinished(() => tunnel.close())
    const far = await farServer(echo)
    onTestFinished(() => far.close())
    const { socket, code } = await throughProxy(tunnel.port, '127.0.0.1', far.port)
    socket.end('after all')
    expect([code, (await readAll(socket)).toString(), tries]).toEqual([0, 'after all', 2])
  })

  test('whose host has another key than before ends the tunnel at once: nothing is sent there', async () => {
    const { tunnel, proxy, states } = await openTestTunnel(sshd)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(sshd.directory, 'other')])
    const [type, key] = readFileSync(join(sshd.directory, 'other.pub'), 'utf8').split(' ')
    writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${type} ${key}\n`)
    const from = states.length
    proxy.inject('reset')
    expect(await tunnel.ended).toMatchObject({ code: 'host-key' })
    expect(states.slice(from).map(({ state }) => state)).toEqual(['waiting', 'connecting', 'stopped'])
  })

  test('whose credentials are refused now is tried once more, as the host may be starting, and not again', async () => {
    const { tunnel, proxy, states } = await openTestTunnel(sshd)
    writeFileSync(join(sshd.directory, 'authorized_keys'), '')
    const from = states.length
    proxy.inject('cut')
    expect(await tunnel.ended).toMatchObject({ code: 'authentication' })
    expect(states.slice(from).map(({ state }) => state)).toEqual([
      'waiting',
      'connecting',
      'waiting',
      'connecting',
      'stopped',
    ])
  })

  test('that is gone for long lets clients wait a moment, then tells them', async () => {
    const { tunnel, proxy, reaches } = await openTestTunnel(sshd, { holdMs: 300 })
    await sshd.stop()
    proxy.inject('reset')
    await reaches(({ state }) => state === 'waiting')
    expect((await throughProxy(tunnel.port, '127.0.0.1', 80)).code).toBe(3)
    expect(tunnel.figures().link.state).not.toBe('stopped')
    sshd = await startSshd()
  })

  test('that broke in the middle of a login is made again', async () => {
    const { tunnel, proxy, states, reaches } = await openTestTunnel(sshd)
    const from = states.length
    for (const atByte of [1, 30, 1_500, 2_500, 3_000])
      proxy.arm({ direction: 'toServer', atByte, fault: 'reset' })
    proxy.inject('cut')
    await reaches(({ state }) => state === 'up', from)
    expect(states.slice(from).some(({ state }) => state === 'waiting')).toBe(true)
    expect(tunnel.figures().link.state).toBe('up')
  })
})
