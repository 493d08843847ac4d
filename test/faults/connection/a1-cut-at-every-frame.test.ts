import { afterAll, beforeAll, describe } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { afterFault, allInvariants, runJob } from '../instruments/after-fault.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { type Backend, backends, faultThroughProxy, packetsOfJob } from '../instruments/proxied.ts'
import { resetHost, twentySteps } from '../instruments/twenty-steps.ts'

describeReal('a connection that is cut', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(twentySteps)
  })
  afterAll(() => controller?.remove())

  const cases = async (backend: Backend): Promise<FaultCase[]> => {
    await resetHost(host())
    const count = await packetsOfJob(host(), controller, backend)
    return (['toServer', 'toClient'] as const).flatMap(direction =>
      Array.from({ length: count[direction] }, (_, packets) => ({
        id: `${direction}: after packet ${packets} of ${count[direction]}`,
        run: async () => {
          await resetHost(host())
          return faultThroughProxy(host(), async (proxy, sshConfig) => {
            // Every second one tears the packet that follows, and every third is a reset.
            const bytesInto = packets % 2 === 0 ? 0 : 5
            const fault = packets % 3 === 0 ? 'reset' : 'cut'
            proxy.arm({ direction, afterPackets: packets, bytesInto, fault })
            const ran = await runJob(controller, host(), sshConfig, ['--transport', backend])
            return afterFault({ ran, host: host(), controller, exits: [0, 4, 5] })
          })
        },
      })),
    )
  }

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'A1',
      title: `at every packet of a 20-step run over ${backend} loses nothing and is never called a success`,
      invariants: allInvariants,
      quick: 2,
      cases: () => cases(backend),
    })
  })
})
