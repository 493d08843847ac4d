/** Cases of one or a few steps on a real host that is in an awkward state, as data. */
import type { Host } from '../../hosts/host.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { allHold, BrokenInvariant } from './broken.ts'
import type { Controller, Ran } from './controller.ts'
import type { FaultCase } from './fault-class.ts'
import { pathsOn } from './path-state.ts'

/** Type and params of a step, as a recipe would write them; options where they are needed. */
export type StepSpec = readonly [type: string, params: object, options?: object]

export interface OneStepCase {
  readonly id: string
  readonly fault?: string
  /** Shell that brings the fault about. */
  readonly before: string
  readonly steps: readonly StepSpec[]
  /** Exit codes that the run may end in. */
  readonly exits: readonly number[]
  /** What the error must say. */
  readonly says?: RegExp
  /** Shell that is true while the fault is there, before and after the run: nothing torn, nothing foreign lost. */
  readonly holds?: string
  /** Paths that must be as they were where the run says that it changed nothing. */
  readonly watch?: readonly string[]
  /** Shell that takes the fault away. Without it the fault stays, and the next run ends as the first one did. */
  readonly mend?: string
  /** Shell that is true where the steps have done what they say. */
  readonly wanted?: string
  /** Between a saved plan and its use, somebody else does this. */
  readonly between?: string
  /** Brings the fault about, and takes it away, where it is not on the host. */
  readonly arm?: () => void
  readonly disarm?: () => void
  /** Shell that tidies up, whatever happened. */
  readonly after?: string
}

/** A recipe that makes whatever steps it is given. */
export const anySteps = {
  'recipes/steps.ts': `
import * as all from 'ops-recipes'
const { recipe, z } = all

export default recipe({
  summary: 'Steps as a test gives them.',
  params: { steps: z.string().describe('Type, params and options of each step, as JSON.') },
  steps: ({ params }) =>
    JSON.parse(params.steps).map(([type, given, options]: [string, object, object]) => (all as any)[type](given, options)),
})
`,
}

/** Runs `ops apply` with these steps. */
export function applySteps(
  controller: Controller,
  host: Host,
  steps: readonly StepSpec[],
  more: readonly string[] = [],
): Promise<Ran> {
  const given = ['--steps', JSON.stringify(steps), '-F', host.sshConfig, '--yes', ...more]
  return controller.run(['apply', 'steps', host.name, ...given], { withinSeconds: 100 })
}

/** The cases, each of them followed by all that must hold then. */
export function oneStepCases(
  host: () => Host,
  controller: () => Controller,
  cases: readonly OneStepCase[],
): FaultCase[] {
  return cases.map(each => ({
    id: each.id,
    ...(each.fault !== undefined && { fault: each.fault }),
    run: async () => {
      try {
        await host().read(each.before)
        each.arm?.()
        return { exit: (await runOne(host(), controller(), each)).code }
      } finally {
        each.disarm?.()
        if (each.after !== undefined) await host().exec(each.after)
      }
    },
  }))
}

async function runOne(host: Host, controller: Controller, each: OneStepCase): Promise<Ran> {
  const { steps, watch = [], exits, says, holds, mend, wanted, between } = each
  const before = await pathsOn(host, watch)
  const plan = ['plan', 'steps', host.name, '--steps', JSON.stringify(steps), '-F', host.sshConfig]
  const file = `${controller.folder.path}/saved.plan`
  if (between !== undefined) {
    const planned = await controller.run([...plan, '-o', file])
    if (planned.code !== 0) throw new Error(`the plan ended with ${planned.tail}`)
    await host.read(between)
  }
  const ran =
    between === undefined
      ? await applySteps(controller, host, steps)
      : await controller.run(['apply', file, '-F', host.sshConfig, '--yes'])
  await allHold([
    () => clearError(ran, exits),
    () => {
      if (says && !says.test(`${ran.stdout}\n${ran.stderr}`))
        throw new BrokenInvariant('I8', `it does not say ${says}: ${ran.tail}`)
    },
    () => isTrue(host, holds, 'I3', 'while the fault is there'),
    () => (ran.code === 0 ? isTrue(host, wanted, 'I2', 'after exit 0') : undefined),
    async () => {
      if (ran.code === 0 || ran.errors.some(error => error.changed !== 'no') || between !== undefined) return
      const now = await pathsOn(host, watch)
      const moved = watch.filter(path => now.get(path) !== before.get(path))
      if (moved.length > 0) throw new BrokenInvariant('I2', `not told that it changed ${moved.join()}`)
    },
    () => noLeftovers(host, controller, 60_000),
  ])
  if (mend === undefined && ran.code !== 0 && between === undefined) {
    const again = await applySteps(controller, host, steps)
    if (again.code !== ran.code) throw new BrokenInvariant('I4', `the same run then ends with ${again.tail}`)
    return ran
  }
  each.disarm?.()
  if (mend !== undefined) await host.read(mend)
  const next = await applySteps(controller, host, steps)
  if (next.code !== 0) throw new BrokenInvariant('I4', `the next run ends with ${next.tail}`)
  await isTrue(host, wanted, 'I4', 'after the next run')
  const last = await applySteps(controller, host, steps)
  if (last.code !== 0 || last.changed !== 0)
    throw new BrokenInvariant('I4', `the run after it changes ${last.changed}: ${last.tail}`)
  await noLeftovers(host, controller, 60_000)
  return ran
}

async function isTrue(
  host: Host,
  shell: string | undefined,
  invariant: 'I2' | 'I3' | 'I4',
  when: string,
): Promise<void> {
  if (shell === undefined) return
  const { code, stdout, stderr } = await host.exec(`set -e\n${shell}`)
  if (code !== 0) throw new BrokenInvariant(invariant, `${when} this is false: ${shell}\n${stdout}${stderr}`)
}
