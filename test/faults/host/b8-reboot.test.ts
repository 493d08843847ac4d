import { afterAll, beforeAll } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allInvariants, jobArgv, jobEnvironment, runJob } from '../instruments/after-fault.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import {
  foreignPaths,
  managedPaths,
  resetHost,
  secretPath,
  secretText,
  serviceIsWanted,
  twentySteps,
} from '../instruments/twenty-steps.ts'
import { noTornFile } from '../invariants/i1-no-torn-file.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { nothingForeignLost } from '../invariants/i3-nothing-foreign-lost.ts'
import { converges } from '../invariants/i4-converges.ts'
import { noSecret } from '../invariants/i6-no-secret.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { stillReachable } from '../invariants/i9-reachable.ts'

describeReal('a host that restarts in the middle of a run', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(twentySteps)
  })
  afterAll(() => controller?.remove())

  const restarted = (how: string, step: string): FaultCase => ({
    id: `${how} while ${step} runs`,
    fault: how,
    run: async () => {
      await resetHost(host())
      const before = await host().bootId()
      const running = controller.start(jobArgv(host()), { env: jobEnvironment })
      await running.seen(event => event.event === 'step' && event.step === step && event.status === 'running')
      await host().exec(how)
      const ran = await running.ended
      await host().booted(before)
      await allHold([
        // An orderly restart stops the service of the job: the last look may be there to see it.
        () => clearError(ran, [0, 5, 8]),
        () => stillReachable(host()),
        () => noTornFile(host(), managedPaths),
        () => noFalseSuccess(ran, host(), managedPaths, serviceIsWanted),
        () => nothingForeignLost(host(), foreignPaths),
        () => noSecret(secretText, secretPath, { ran, host: host(), controller }),
        () => converges(() => runJob(controller, host()), host(), managedPaths, serviceIsWanted),
        () => nothingForeignLost(host(), foreignPaths),
        // What was being written when the host went down is there until the next run comes by.
        () => noLeftovers(host(), controller, 60_000),
      ])
      return { exit: ran.code }
    },
  })

  faultClass({
    id: 'B8',
    title: 'a restart in the middle of a run, orderly or not, loses nothing and is never called a success',
    invariants: allInvariants,
    quick: 1,
    caseSeconds: 260,
    cases: () =>
      ['systemctl reboot', 'systemctl reboot --force', 'systemctl reboot --force --force'].flatMap(how =>
        [
          'directory /etc/fault',
          'file /etc/fault/three.conf',
          'option /etc/fault/settings.ini main two',
          'service fault',
          'file /etc/fault/last.conf',
        ].map(step => restarted(how, step)),
      ),
  })
})
