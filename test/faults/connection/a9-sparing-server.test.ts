import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { afterFault, allInvariants, runJob } from '../instruments/after-fault.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { type FaultProxy, startProxy } from '../instruments/proxy.ts'
import { resetHost, twentySteps } from '../instruments/twenty-steps.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const logins = 50

/** Larger than what goes inside a script: it needs a second channel, which this server refuses. */
const payload = 'payload '.repeat(100_000)

const uploads = {
  'recipes/uploads.ts': `
import { file, recipe } from 'ops-recipes'

export default recipe({
  summary: 'A large file.',
  params: {},
  steps: () => [file({ path: '/srv/payload', source: '../payload.bin', mode: '0644' })],
})
`,
}

describeReal('an sshd that is sparing', () => {
  const host = useHost({ sshd: { MaxStartups: '2:100:2', MaxSessions: '1', RekeyLimit: '128K' } })
  let controller: Controller
  beforeAll(() => {
    controller = new Controller({ ...twentySteps, ...uploads, 'payload.bin': payload })
  })
  afterAll(() => controller?.remove())

  /** As many doors to the host, so that it counts as so many. */
  const manyLogins = async (backend: Backend): Promise<{ readonly exit: number; readonly note: string }> => {
    const proxies: FaultProxy[] = []
    try {
      for (let count = 0; count < logins; count++) {
        proxies.push(await startProxy({ host: host().address, port: host().port }))
      }
      const sshConfig = join(controller.folder.path, 'config')
      const entry = ({ port }: FaultProxy, index: number) =>
        `Host door${index}\n  HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${host().address}\n`
      const common = `Host *\n  ConnectTimeout 80\n  User root\n  IdentityFile ${host().keyFile}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${host().knownHosts}\n`
      writeFileSync(sshConfig, `${proxies.map(entry).join('')}${common}`)
      const names = proxies.map((_, index) => `door${index}`)
      const ran = await controller.run(
        [
          'run',
          ...names,
          '-F',
          sshConfig,
          '--transport',
          backend,
          '--limit',
          String(logins),
          '--',
          'echo in',
        ],
        { withinSeconds: 90 },
      )
      await allHold([
        () => clearError(ran, [0]),
        () => expect(ran.statuses).toEqual(names.map(() => 'ok')),
        async () => {
          // Servers ban those who fail to log in.
          const log = await host().read('journalctl -q -u ssh --no-pager')
          expect(log).not.toMatch(/Failed |Invalid user|maximum authentication attempts/)
        },
      ])
      const tries = proxies.reduce((sum, each) => sum + each.accepted, 0)
      return {
        exit: ran.code,
        note: `${tries} connections for ${logins} logins, ${Math.round(ran.milliseconds)} ms`,
      }
    } finally {
      await Promise.all(proxies.map(each => each.close()))
    }
  }

  const jobs = (backend: Backend): FaultCase[] => [
    {
      id: 'the twenty steps',
      run: async () => {
        await resetHost(host())
        const ran = await runJob(controller, host(), host().sshConfig, ['--transport', backend])
        return afterFault({ ran, host: host(), controller, exits: [0] })
      },
    },
    {
      id: 'an upload',
      run: async () => {
        await host().read('rm -f /srv/payload')
        const ran = await controller.run([
          ...['apply', 'uploads', host().name, '-F', host().sshConfig, '--yes', '--transport', backend],
        ])
        clearError(ran, [0])
        expect(await host().read('cat /srv/payload')).toBe(payload)
        return { exit: ran.code }
      },
    },
  ]

  describe.each(backends)('over %s', backend => {
    faultClass({
      id: 'A9',
      title: `and drops logins at random lets ${logins} of them in over ${backend}, and sees no failed one`,
      invariants: ['I5', 'I8'],
      quick: backend === 'ssh2' ? 1 : 0,
      cases: () => [1, 2, 3].map(time => ({ id: `time ${time}`, run: () => manyLogins(backend) })),
    })
    faultClass({
      id: 'A10',
      title: `and allows one session a connection does the whole job over ${backend}, uploads too`,
      invariants: allInvariants,
      quick: backend === 'ssh2' ? 2 : 0,
      cases: () => jobs(backend),
    })
    faultClass({
      id: 'A14',
      title: `and changes its keys every 128 KB does the whole job over ${backend}, uploads too`,
      invariants: allInvariants,
      quick: 0,
      cases: () => jobs(backend),
    })
  })
})
