import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { ErrorCode } from '../../../src/base/errors.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { oneWord } from '../instruments/one-word.ts'
import { type FaultProxy, startProxy } from '../instruments/proxy.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const hostCount = 100

describeReal('a hundred hosts', () => {
  const host = useHost({ shells: { guest: 'nologin' } })
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(oneWord)
  })
  afterAll(() => controller?.remove())

  /** Many doors to one host: a check takes no lock. Seven of them lead nowhere, each in its own way. */
  const look = async (limit: number) => {
    const folder = controller.folder.path
    const inFolder = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    await host().read("printf 'word\\n' >/etc/word; chmod 644 /etc/word")
    const strangersKey = join(folder, `stranger-${limit}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', strangersKey])
    const publicKey = readFileSync(`${strangersKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    const own = (port: number): string =>
      `HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${host().address}`
    const proxies: FaultProxy[] = []
    const door = async (): Promise<FaultProxy> => {
      const proxy = await startProxy({ host: host().address, port: host().port })
      proxies.push(proxy)
      return proxy
    }
    try {
      const resetting = await door()
      resetting.arm({ direction: 'toClient', afterPackets: 12, fault: 'reset' })
      const ways: Readonly<Record<string, readonly [code: ErrorCode, settings: string]>> = {
        refused: ['unreachable', 'HostName 127.0.0.1\n  Port 1'],
        nameless: ['unreachable', 'HostName does-not-exist.invalid'],
        strange: [
          'authentication',
          `${own((await door()).port)}\n  IdentityFile ${strangersKey}\n  IdentitiesOnly yes`,
        ],
        shelless: ['authentication', `${own((await door()).port)}\n  User guest`],
        unknown: ['host-key', `${own((await door()).port)}\n  UserKnownHostsFile ${inFolder('none', '')}`],
        changed: [
          'host-key',
          `${own((await door()).port)}\n  UserKnownHostsFile ${inFolder('other', `${host().address} ${publicKey}\n`)}`,
        ],
        reset: ['lost', own(resetting.port)],
      }
      const good: string[] = []
      const entries = Object.entries(ways).map(([name, [, settings]]) => `Host ${name}\n  ${settings}\n`)
      for (let count = entries.length; count < hostCount; count++) {
        good.push(`good${count}`)
        entries.push(`Host good${count}\n  ${own((await door()).port)}\n`)
      }
      const common = `Host !strange *\n  IdentityFile ${host().keyFile}\n  IdentitiesOnly yes\nHost *\n  User root\n  UserKnownHostsFile ${host().knownHosts}\n  GlobalKnownHostsFile /dev/null\n`
      const sshConfig = inFolder('config', `${entries.join('')}${common}`)
      const names = [...good.slice(0, 50), ...Object.keys(ways), ...good.slice(50)]
      const argv = ['check', 'word', ...names, '-F', sshConfig, '--no-become', '--limit', String(limit)]
      const ran = await controller.run(argv, { withinSeconds: 100 })
      const summary = ran.events.at(-1)
      const hosts = summary?.event === 'summary' ? summary.hosts : {}
      await allHold([
        () => clearError(ran, [5]),
        () => expect(Object.keys(hosts)).toHaveLength(hostCount),
        () => expect(good.filter(name => hosts[name]?.status !== 'ok')).toEqual([]),
        () =>
          expect(Object.fromEntries(ran.errors.map(({ host: name, code }) => [name, code]))).toEqual(
            Object.fromEntries(Object.entries(ways).map(([name, [code]]) => [name, code])),
          ),
      ])
      return { exit: ran.code, note: `${Math.round(ran.milliseconds)} ms` }
    } finally {
      await Promise.all(proxies.map(each => each.close()))
    }
  }

  faultClass({
    id: 'E6',
    title: 'of which seven fail in seven ways are all told apart, and the other 93 are looked at',
    invariants: ['I5', 'I8'],
    quick: 1,
    cases: () => [10, 100].map(limit => ({ id: `${limit} at once`, run: () => look(limit) })),
  })
})
