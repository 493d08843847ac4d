import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { oneWord, resetWord, wordPaths } from '../instruments/one-word.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

/** Words that look like what a shell, sudo or a marker might say. */
const noise = 'echo "Welcome! $ # > password:"; echo "@0123 end" >&2; printf "no end of line"\n'

describeReal('a login', () => {
  const host = useHost({
    shells: { deploy: 'fish', worker: 'dash', guest: 'nologin' },
    sshd: { Banner: '/etc/banner', PrintMotd: 'yes' },
    files: {
      '/etc/banner': `${'*** authorised use only ***\n'.repeat(40)}\u001b[2J`,
      '/etc/motd': 'message of the day\n'.repeat(20),
      '/root/.bashrc': noise,
      '/root/.profile': noise,
      '/etc/fish/conf.d/noise.fish': 'echo "Welcome to fish"; echo "and more" >&2\n',
      '/etc/profile.d/noise.sh': noise,
    },
  })
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(oneWord)
  })
  afterAll(() => controller?.remove())

  const applied = (user: string, backend: Backend): FaultCase => ({
    id: `the whole job as ${user}`,
    run: async () => {
      await resetWord(host())
      const name = user === 'root' ? host().name : `${host().name}-${user}`
      const ran = await controller.run([
        ...['apply', 'word', name, '-F', host().sshConfig, '--yes', '--transport', backend],
      ])
      await allHold([
        () => clearError(ran, [0]),
        () => noFalseSuccess(ran, host(), wordPaths),
        () => expect(ran.stdout).not.toMatch(/Welcome|message of the day/),
      ])
      return { exit: ran.code }
    },
  })

  const cases = (backend: Backend): FaultCase[] => [
    applied('root', backend),
    applied('deploy', backend),
    {
      id: 'facts through dash',
      run: async () => {
        const argv = ['facts', `${host().name}-worker`, '-F', host().sshConfig, '--no-become']
        const ran = await controller.run([...argv, '--transport', backend])
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('bookworm')])
        return { exit: ran.code }
      },
    },
    {
      id: 'no shell at all',
      run: async () => {
        const argv = ['apply', 'word', `${host().name}-guest`, '-F', host().sshConfig, '--yes', '--no-become']
        const ran = await controller.run([...argv, '--transport', backend])
        await allHold([
          () => clearError(ran, [4]),
          () => expect(ran.tail).toContain('no usable login shell'),
          () => noFalseSuccess(ran, host(), []),
        ])
        return { exit: ran.code }
      },
    },
  ]

  describe.each(backends)('over %s', backend => {
    faultClass({
      id: 'A11',
      title: `with a banner, a message, noisy start-up files, fish, dash or no shell is read aright over ${backend}`,
      invariants: ['I2', 'I5', 'I8'],
      quick: backend === 'ssh2' ? 4 : 0,
      cases: () => cases(backend),
    })
  })
})
