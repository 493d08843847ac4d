/** Which hosts of a run come after which, as options of their steps say: `after`, and `onceFor` of a whole group. */
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { asksOf } from '../engine/across/asks-of.ts'
import { aroundsOf } from '../engine/across/drain.ts'
import { doneElsewhere } from '../engine/across/elsewhere.ts'
import { circle } from '../engine/across/not-begun.ts'
import type { Evaluate, Evaluated } from '../engine/plan/plan-host.ts'
import type { Step } from '../engine/step.ts'
import { type SelectedHost, selectHosts } from '../inventory/select.ts'
import type { Chosen } from './targets.ts'

type Steps = Extract<Evaluated, { readonly steps: unknown }>

/** The same hosts, each with those that it comes after; what is wrong with that is added to `errors`. */
export async function inOrder(
  evaluations: ReadonlyMap<SelectedHost, Evaluate>,
  chosen: Chosen,
  options: { readonly sshConfigFile?: string },
  errors: ErrorData[],
): Promise<ReadonlyMap<SelectedHost, Evaluate>> {
  const first = new Map<SelectedHost, Evaluated>()
  for (const [host, evaluate] of evaluations) first.set(host, await evaluate())
  const order = new HostOrder(first, chosen, options)
  // Without such options nothing is asked of anybody.
  const known = [...first].flatMap(([host, each]) => ('steps' in each ? [[host, each] as const] : []))
  const afters = new Map(
    known.map(([host, each]) => {
      const { after = [], wrong } = order.of(host, each)
      errors.push(...wrong.filter(error => !errors.some(told => told.title === error.title)))
      return [host.name, after]
    }),
  )
  for (const [host, evaluate] of evaluations) {
    const known = first.get(host)
    if (known && 'needs' in known)
      afters.set(
        host.name,
        (await asksOf(evaluate)).map(asked => asked.host),
      )
  }
  const round = circleIn(afters)
  if (round && errors.length === 0) errors.push(circle(round).data)
  return new Map(
    [...evaluations].map(([host, evaluate]): [SelectedHost, Evaluate] => [
      host,
      async (facts, told) => {
        const evaluated = await evaluate(facts, told)
        if (!('steps' in evaluated)) return evaluated
        const { wrong, ...ordered } = order.of(host, evaluated)
        if (wrong.length > 0) throw new InputErrors(wrong)
        return ordered
      },
    ]),
  )
}

class HostOrder {
  readonly #first: ReadonlyMap<SelectedHost, Evaluated>
  readonly #chosen: Chosen
  readonly #options: { readonly sshConfigFile?: string }
  readonly #meant = new Map<string, readonly SelectedHost[]>()

  constructor(
    first: ReadonlyMap<SelectedHost, Evaluated>,
    chosen: Chosen,
    options: { readonly sshConfigFile?: string },
  ) {
    this.#first = first
    this.#chosen = chosen
    this.#options = options
  }

  of(host: SelectedHost, evaluated: Steps): Steps & { readonly wrong: readonly ErrorData[] } {
    const behind = this.#behind(host)
    // Hosts that share their steps go on sharing them.
    if (
      behind.length === 0 &&
      !evaluated.steps.some(({ options }) => (options.after ?? options.onceFor) !== undefined)
    )
      return { ...evaluated, wrong: [] }
    const after = new Set<string>([...(evaluated.after ?? []), ...behind])
    const wrong: ErrorData[] = []
    const steps = evaluated.steps.map(step => {
      try {
        for (const word of [step.options.after ?? []].flat()) {
          const others = this.#inRun(word).filter(each => each !== host)
          for (const other of others) after.add(other.name)
          if (others.length > 0)
            step = withNote(step, `not before ${others.map(each => each.name).join(', ')}`)
        }
        const { onceFor } = step.options
        if (onceFor === undefined) return step
        const doer = this.#doer(onceFor, host, step)
        if (doer === host) return withNote(step, `once for ${onceFor}`)
        after.add(doer.name)
        return doneElsewhere(step, doer.name, onceFor)
      } catch (thrown) {
        wrong.push(...errorsOf(thrown, step))
        return step
      }
    })
    return { ...evaluated, steps, after: [...after], wrong }
  }

  /** Hosts that a balancer comes after: it is as its own steps say once none of them is out of it. */
  #behind(balancer: SelectedHost): readonly string[] {
    return [...this.#first].flatMap(([host, known]) => {
      const arounds = 'steps' in known ? aroundsOf(known.steps) : []
      return host !== balancer && arounds.some(({ on }) => this.#inRun(on).includes(balancer))
        ? [host.name]
        : []
    })
  }

  /** The first host of the group that is in the run and has the step. */
  #doer(group: string, host: SelectedHost, { name }: Step): SelectedHost {
    const members = this.#inRun(group)
    if (!members.includes(host))
      throw inputError(`onceFor: ${host.name} is not in ${group}`, {
        next: `Name a group of its own: ${host.groups.join(', ') || 'it is in none'}.`,
      })
    const has = (member: SelectedHost): boolean => {
      const known = this.#first.get(member)
      return known !== undefined && (!('steps' in known) || known.steps.some(step => step.name === name))
    }
    return members.find(has) ?? host
  }

  /** Hosts of the run that a word means, in the order in which it means them. */
  #inRun(word: string): readonly SelectedHost[] {
    const known = this.#meant.get(word)
    if (known) return known
    const { inventory, hosts, merged } = this.#chosen
    const meant = selectHosts(inventory, [word], this.#options).flatMap(each => {
      const name = merged.find(other => other.name === each.name)?.as ?? each.name
      return hosts.find(host => host.name === name || host.address === each.address) ?? []
    })
    this.#meant.set(word, [...new Set(meant)])
    return [...new Set(meant)]
  }
}

function withNote(step: Step, note: string): Step {
  return { ...step, options: { ...step.options, notes: [...(step.options.notes ?? []), note] } }
}

function errorsOf(thrown: unknown, { name, where }: Step): readonly ErrorData[] {
  const told =
    thrown instanceof Error && 'errors' in thrown ? (thrown.errors as readonly ErrorData[]) : undefined
  const data = thrown instanceof Error && 'data' in thrown ? [thrown.data as ErrorData] : undefined
  const errors = told ?? data
  if (!errors) throw thrown
  return errors.map(error => ({ ...error, title: `${name}: ${error.title}`, ...(where && { where }) }))
}

/** Names that wait for one another in a ring. */
function circleIn(afters: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const from = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(name)
    if (at >= 0) return path.slice(at)
    if (done.has(name)) return undefined
    for (const other of afters.get(name) ?? []) {
      const found = from(other, [...path, name])
      if (found) return found
    }
    done.add(name)
    return undefined
  }
  for (const name of afters.keys()) {
    const found = from(name, [])
    if (found) return found
  }
  return undefined
}
