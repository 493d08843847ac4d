import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller, type Ran } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { fileIs, type PathVersions } from '../instruments/path-state.ts'
import { type Backend, backends, faultThroughProxy, recordPackets } from '../instruments/proxied.ts'
import { noTornFile } from '../invariants/i1-no-torn-file.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { converges } from '../invariants/i4-converges.ts'
import { lockIsFree, noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { stillReachable } from '../invariants/i9-reachable.ts'

const managed: readonly PathVersions[] = [
  { path: '/etc/ends-before', after: fileIs('before\n', '644') },
  { path: '/run/ends', after: fileIs('', '644') },
  { path: '/etc/ends-after', after: fileIs('after\n', '644') },
]

/** The step in the middle ends as it is told, until the fault is gone. */
const ends = {
  'recipes/ends.ts': `
import { command, file, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A step that ends as it is told.',
  params: { how: z.string().describe('Shell.') },
  steps: ({ params }) => [
    file({ path: '/etc/ends-before', content: 'before\\n' }),
    command({ run: '[ -e /run/fault-gone ] || { ' + params.how + '; }; : >/run/ends', creates: '/run/ends' }),
    file({ path: '/etc/ends-after', content: 'after\\n' }),
  ],
})
`,
}

interface EndOf {
  readonly what: string
  readonly how: string
  readonly exit: 1 | 5
  readonly says: RegExp
}

/** In the shell of a step, $$ is the shell that runs the whole batch. */
const remoteEnds: readonly EndOf[] = [
  {
    what: 'exit 255 of a step',
    how: 'exit 255',
    exit: 1,
    says: /exit code 255/,
  },
  { what: 'exit 3 of a step', how: 'exit 3', exit: 1, says: /exit code 3\b/ },
  { what: 'SIGKILL of a step', how: "sh -c 'kill -9 $PPID'", exit: 1, says: /exit code 137/ },
  {
    what: 'SIGKILL of the shell of the run',
    how: 'kill -9 $$',
    exit: 5,
    says: /its shell was killed by/,
  },
  {
    what: 'SIGKILL of the sshd of the session',
    how: 'kill -9 $(cut -d" " -f4 /proc/$$/stat)',
    exit: 5,
    says: /lost/,
  },
]

/** The last packets of a run carry the proofs, the last look, the end frame and the end of the channel. */
const lastPackets = 10

describeReal('ways for a run to end', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(ends)
  })
  afterAll(() => controller?.remove())

  const reset = (isFaultGone: boolean) =>
    host().read(`rm -f /etc/ends-* /run/ends /run/fault-gone; ${isFaultGone ? 'touch /run/fault-gone' : ':'}`)
  const run = (how: string, backend: Backend, sshConfig = host().sshConfig): Promise<Ran> =>
    controller.run([
      'apply',
      'ends',
      host().name,
      '-F',
      sshConfig,
      '--yes',
      '--how',
      how,
      '--transport',
      backend,
    ])

  const holdsAfter = async (ran: Ran, how: string, exits: readonly number[]): Promise<void> => {
    await lockIsFree(host(), 60_000)
    await allHold([
      () => clearError(ran, exits),
      () => stillReachable(host()),
      () => noTornFile(host(), managed),
      () => noFalseSuccess(ran, host(), managed),
      async () => {
        await host().read('touch /run/fault-gone')
        await converges(() => run(how, 'ssh2'), host(), managed)
      },
      () => noLeftovers(host(), controller, 60_000),
    ])
  }

  const cases = async (backend: Backend): Promise<FaultCase[]> => {
    await reset(true)
    const { toClient } = await recordPackets(host(), sshConfig => run('true', backend, sshConfig))
    const whole = toClient.length
    const remote = remoteEnds.map(({ what, how, exit, says }) => ({
      id: what,
      run: async () => {
        await reset(false)
        const ran = await run(how, backend)
        const words = ran.errors
          .map(each => `${each.title} ${each.detail ?? ''} ${each.said ?? ''}`)
          .join('\n')
        expect([ran.code, words]).toEqual([exit, expect.stringMatching(says)])
        await holdsAfter(ran, how, [exit])
        return { exit: ran.code }
      },
    }))
    const cuts = Array.from({ length: lastPackets }, (_, index) => whole - lastPackets + index)
    const resets = cuts.map(afterPackets => ({
      id: `a reset after packet ${afterPackets} of ${whole} to the client`,
      run: async () => {
        await reset(true)
        return faultThroughProxy(host(), async (proxy, sshConfig) => {
          proxy.arm({ direction: 'toClient', afterPackets, fault: 'reset' })
          const ran = await run('true', backend, sshConfig)
          await holdsAfter(ran, 'true', [0, 5])
          return { exit: ran.code }
        })
      },
    }))
    return [...remote, ...resets]
  }

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'A4',
      title: `are told apart over ${backend}: exit 255, exit 3, SIGKILL, and a reset just before the end frame`,
      invariants: ['I1', 'I2', 'I4', 'I5', 'I7', 'I8', 'I9'],
      quick: backend === 'ssh2' ? 6 : 2,
      cases: () => cases(backend),
    })
  })
})
