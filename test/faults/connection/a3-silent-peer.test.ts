import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { measured } from '../../machine-unit.ts'
import { afterFault, allInvariants, jobArgv, jobEnvironment } from '../instruments/after-fault.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass, spread } from '../instruments/fault-class.ts'
import { type Backend, backends, faultThroughProxy, packetsOfJob } from '../instruments/proxied.ts'
import { resetHost, twentySteps } from '../instruments/twenty-steps.ts'
import { lockIsFree } from '../invariants/i7-no-leftovers.ts'

const noticedInMs = 20_000
/** Until somebody is logged in, the deadline of the login counts. */
const loginMs = 30_000
/** Units for what is left to do once it is noticed. */
const slackUnits = 60
/** The host takes ten seconds of silence for a dead controller, and ends the step that runs: long over by then. */
const lockFreeMs = 60_000

describeReal('a peer that falls silent without ending the connection', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(twentySteps)
  })
  afterAll(() => controller?.remove())

  const cases = async (backend: Backend): Promise<FaultCase[]> => {
    await resetHost(host())
    const { toClient } = await packetsOfJob(host(), controller, backend)
    const all = Array.from({ length: toClient - 1 }, (_, packets) => packets + 1)
    return spread(all, 16).map(afterPackets => ({
      id: `after packet ${afterPackets} of ${toClient}`,
      run: async () => {
        await resetHost(host())
        return faultThroughProxy(host(), async (proxy, sshConfig) => {
          const job = controller.start(jobArgv(host(), sshConfig, ['--transport', backend]), {
            env: jobEnvironment,
          })
          const silentSince = new Promise<number>(resolve => {
            proxy.arm({
              direction: 'toClient',
              afterPackets,
              fault: connection => {
                connection.inject('stall')
                resolve(performance.now())
              },
            })
            // The run had fewer packets this time.
            void job.ended.then(() => resolve(performance.now()))
          })
          const { value: ran, unitMs } = await measured(() => job.ended)
          const tookMs = performance.now() - (await silentSince)
          const isLoggedIn = ran.events.some(each => each.event === 'plan')
          expect(tookMs).toBeLessThan((isLoggedIn ? noticedInMs : loginMs) + slackUnits * unitMs)
          // Nobody tells the host either: it frees its lock while the link is still dead.
          await lockIsFree(host(), lockFreeMs)
          await proxy.close()
          return afterFault({ ran, host: host(), controller, exits: [0, 4, 5] })
        })
      },
    }))
  }

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'A3',
      title: `is noticed within 20 seconds over ${backend}, and the host frees its lock by itself`,
      invariants: allInvariants,
      quick: backend === 'ssh2' ? 1 : 0,
      cases: () => cases(backend),
    })
  })
})
