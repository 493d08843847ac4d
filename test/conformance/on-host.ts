/** Brings a host into the states of the cases, runs steps there as a recipe would, and asks it what came of it. */
import { expect } from 'vitest'
import { changeOf } from '../../src/engine/diff.ts'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import { runHosts } from '../../src/engine/run.ts'
import type { Step } from '../../src/engine/step.ts'
import { compositions, resources } from '../../src/resources/index.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import type { Host } from '../hosts/host.ts'

/** Of each of several resources: shell, or params. */
export type PerType<T> = readonly (readonly [type: string, each: T])[]

/** What became of the steps of one run, by resource; one that is made of others has several. */
export type Seen = Readonly<
  Record<string, { readonly steps: readonly PlannedStep[]; readonly said: string } | undefined>
>

/** The steps that a recipe would have by these params. */
export function stepsOf(type: string, input: unknown): readonly Step[] {
  const made = (resources[type] ?? compositions[type])?.(input)
  if (!made) throw new RangeError(`no resource ${type}`)
  const steps = [made].flat()
  expect(steps.flatMap(({ problems }) => problems.map(({ title }) => title))).toEqual([])
  return steps
}

/** The keys that are not as desired. */
export function changesOf(seen: Seen[string]): readonly string[] {
  const changes = (seen?.steps ?? []).map(({ step, actual, desired }) =>
    changeOf(step.resource, actual, desired),
  )
  return changes.flatMap(change => change?.keys.map(({ key }) => key) ?? [])
}

/** Runs steps as a recipe would; what each was planned as, and what was said of it. */
export async function run(host: Host, verb: 'plan' | 'apply', steps: PerType<unknown>): Promise<Seen> {
  const said: string[] = []
  const outcome = await runHosts({
    verb,
    hosts: [
      {
        target: { name: host.name, destination: host.name, sshConfigFile: host.sshConfig },
        evaluate: () => ({ steps: steps.flatMap(([type, input]) => stepsOf(type, input)) }),
      },
    ],
    limit: 1,
    emit: event => {
      if (event.event === 'error') said.push(`${event.error.title} ${event.error.said ?? ''}`)
    },
    interrupt: new Interrupt(),
  })
  if (verb === 'apply') {
    const { failed, skipped } = outcome.hosts[host.name] ?? {}
    expect({ failed, skipped, said }).toEqual({ failed: 0, skipped: 0, said: [] })
  }
  const planned = [...(outcome.planned.get(host.name)?.planned ?? [])]
  return Object.fromEntries(
    steps.map(([type, input]) => {
      const own = planned.splice(0, stepsOf(type, input).length)
      if (own.length === 0) throw new Error(`${type} was not planned: ${said.join('; ')}`)
      return [type, { steps: own, said: own.flatMap(({ error }) => error?.title ?? []).join('; ') }]
    }),
  )
}

/** Makes the host so; that a thing cannot be taken away which is not there is fine. */
export async function make(host: Host, scripts: readonly string[]): Promise<void> {
  await host.read(`${scripts.map(script => `( ${script}\n) >/dev/null 2>&1 </dev/null`).join('\n')}\n:`)
}

/** What the scripts that fail say, by resource; all in one go. */
export async function failuresOf(host: Host, scripts: PerType<string>): Promise<Record<string, string>> {
  const text = scripts.map(
    ([, script], index) => `( set -e\n${script}\n) >/tmp/c-${index} 2>&1 </dev/null; echo $?`,
  )
  const codes = (await host.read(text.join('\n'))).trim().split('\n')
  const failed = scripts.flatMap(([type], index) => (codes[index] === '0' ? [] : [{ type, index }]))
  const told = failed.map(async ({ type, index }) => [
    type,
    `failed: ${await host.read(`cat /tmp/c-${index}`)}`,
  ])
  return Object.fromEntries(await Promise.all(told))
}
