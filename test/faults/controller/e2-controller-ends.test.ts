import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { measured } from '../../machine-unit.ts'
import { afterFault, allInvariants, jobArgv, jobEnvironment } from '../instruments/after-fault.ts'
import { Controller, type Running } from '../instruments/controller.ts'
import { type CaseNote, type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { resetHost, stepCount, twentySteps } from '../instruments/twenty-steps.ts'
import { lockIsFree } from '../invariants/i7-no-leftovers.ts'

/** Units that a dead controller's host needs to notice an end of input and to end a step that takes no time. */
const freeWithinUnits = 100
const longestMs = 60_000

describeReal('a controller that', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(twentySteps)
  })
  afterAll(() => controller?.remove())

  /** Starts the job afresh and waits until so many of its steps have begun. */
  const jobAtStep = async (
    step: number,
    { backend = 'ssh2', withinSeconds = 60 }: { backend?: Backend; withinSeconds?: number } = {},
  ): Promise<Running> => {
    await resetHost(host())
    const job = controller.start(jobArgv(host(), host().sshConfig, ['--transport', backend]), {
      env: jobEnvironment,
      withinSeconds,
    })
    const begun = new Set<string>()
    await job.seen(event => {
      if (event.event === 'step' && event.status === 'running') begun.add(event.step)
      return begun.size > step
    })
    return job
  }

  const killed = async (step: number, backend: Backend): Promise<CaseNote> => {
    const job = await jobAtStep(step, { backend })
    job.child.kill('SIGKILL')
    const since = performance.now()
    const { value: ran, unitMs } = await measured(async () => {
      const ran = await job.ended
      await lockIsFree(host(), longestMs)
      return ran
    })
    const freeMs = Math.round(performance.now() - since)
    expect(freeMs, 'milliseconds until the lock was free').toBeLessThan(freeWithinUnits * unitMs)
    const note = await afterFault({ ran, host: host(), controller, exits: 'killed' })
    return { ...note, note: `the lock was free after ${freeMs} ms` }
  }

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'E2',
      title: `is killed while it holds the lock frees it at once over ${backend}`,
      invariants: allInvariants.filter(each => each !== 'I8'),
      quick: backend === 'ssh2' ? 2 : 1,
      cases: (): FaultCase[] =>
        Array.from({ length: stepCount }, (_, step) => ({
          id: `SIGKILL in step ${step + 1} of ${stepCount}`,
          run: () => killed(step, backend),
        })),
    })
  })

  const signals: readonly (readonly NodeJS.Signals[])[] = [
    ['SIGINT'],
    ['SIGINT', 'SIGINT'],
    ['SIGINT', 'SIGINT', 'SIGINT'],
    ['SIGTERM'],
    ['SIGHUP'],
  ]
  const stops = [0, 5, 12, 18].flatMap(step =>
    signals.map(
      (sent): FaultCase => ({
        id: `${sent.join(' and ')} in step ${step + 1}`,
        fault: sent.join(' and '),
        run: async () => {
          const job = await jobAtStep(step)
          for (const each of sent) job.child.kill(each)
          const ran = await job.ended
          // The third is for those who do not want to wait for the host: nothing more is told then.
          const isAbandoned = sent.length > 2 && ran.statuses === undefined
          return afterFault({ ran, host: host(), controller, exits: isAbandoned ? 'killed' : [0, 5, 130] })
        },
      }),
    ),
  )
  const pause = (seconds: number): FaultCase => ({
    id: `SIGSTOP for ${seconds} seconds`,
    run: async () => {
      const job = await jobAtStep(5, { withinSeconds: seconds + 60 })
      job.child.kill('SIGSTOP')
      // Ten seconds without a heartbeat, and the step that runs.
      const { tookMs } = await measured(() => lockIsFree(host(), longestMs))
      await new Promise(resolve => setTimeout(resolve, Math.max(0, seconds * 1000 - tookMs)))
      job.child.kill('SIGCONT')
      const ran = await job.ended
      return afterFault({ ran, host: host(), controller, exits: [0, 5, 130] })
    },
  })

  faultClass({
    id: 'E3',
    title: 'is told to stop, or is stopped for a while, ends in order and says what is true',
    invariants: allInvariants,
    quick: 3,
    cases: () => [...stops, pause(15)],
  })

  faultClass({
    id: 'E3',
    title: 'is stopped for ten minutes ends in order and says what is true',
    invariants: allInvariants,
    quick: 0,
    caseSeconds: 900,
    cases: () => [pause(600)],
  })
})
