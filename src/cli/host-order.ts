/** Which hosts of a run come after which, as options of their steps say: `after`, and `onceFor` of a whole group. */
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { asksOf, stepsSoFar } from '../engine/across/asks-of.ts'
import { aroundsOf } from '../engine/across/drain.ts'
import { doneElsewhere } from '../engine/across/elsewhere.ts'
import { circle } from '../engine/across/not-begun.ts'
import { needsOrder } from '../engine/asked.ts'
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
  const balancedBy = new Map<SelectedHost, readonly string[]>()
  for (const [host, evaluate] of evaluations) {
    const given = await evaluate()
    first.set(host, given)
    const steps = evaluations.size > 1 ? await stepsSoFar(given, evaluate) : undefined
    balancedBy.set(
      host,
      aroundsOf(steps ?? []).map(({ on }) => on),
    )
  }
  const order = new HostOrder(first, balancedBy, chosen, options)
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
        (await asksOf(evaluate)).flatMap(asked => (needsOrder(asked, host.name) ? [asked.host] : [])),
      )
  }
  const round = circleIn(afters)
  if (round && errors.length === 0) errors.push(circle(round).data)
  return new Map(
    [...evaluations].map(([host, evaluate]): [SelectedHost, Evaluate] => [
      host,
      async (facts, told, isTrial) => {
        const evaluated = await evaluate(facts, told, isTrial)
        if (!('steps' in evaluated)) return evaluated
        if (!isTrial) order.learn(host, evaluated.steps)
        const { wrong, ...ordered } = order.of(host, evaluated)
        if (wrong.length > 0) throw new InputErrors(wrong)
        return ordered
      },
    ]),
  )
}

class HostOrder {
  /** The steps of each host as they were last known. */
  readonly #known = new Map<SelectedHost, readonly Step[]>()
  /** Hosts whose steps hang on what they are asked. */
  readonly #late = new Set<SelectedHost>()
  readonly #balancedBy: ReadonlyMap<SelectedHost, readonly string[]>
  readonly #chosen: Chosen
  readonly #options: { readonly sshConfigFile?: string }
  readonly #meant = new Map<string, readonly SelectedHost[]>()

  constructor(
    first: ReadonlyMap<SelectedHost, Evaluated>,
    balancedBy: ReadonlyMap<SelectedHost, readonly string[]>,
    chosen: Chosen,
    options: { readonly sshConfigFile?: string },
  ) {
    for (const [host, given] of first) {
      if ('steps' in given) this.#known.set(host, given.steps)
      else this.#late.add(host)
    }
    this.#balancedBy = balancedBy
    this.#chosen = chosen
    this.#options = options
  }

  learn(host: SelectedHost, steps: readonly Step[]): void {
    this.#known.set(host, steps)
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
    const awaits = new Set<string>()
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
        const { doer, late } = this.#doer(onceFor, host, step, evaluated.steps)
        for (const name of late) awaits.add(name)
        if (doer === host) return withNote(step, `once for ${onceFor}`)
        after.add(doer.name)
        return doneElsewhere(step, doer.name, onceFor)
      } catch (thrown) {
        wrong.push(...errorsOf(thrown, step))
        return step
      }
    })
    return { ...evaluated, steps, after: [...after], ...(awaits.size > 0 && { awaits: [...awaits] }), wrong }
  }

  /** Hosts that a balancer comes after: it is as its own steps say once none of them is out of it. */
  #behind(balancer: SelectedHost): readonly string[] {
    return [...this.#balancedBy].flatMap(([host, words]) =>
      host !== balancer && words.some(on => this.#inRun(on).includes(balancer)) ? [host.name] : [],
    )
  }

  /** The first host of the group that is in the run and has the step; and those before it whose steps may come out otherwise. */
  #doer(
    group: string,
    host: SelectedHost,
    step: Step,
    own: readonly Step[],
  ): { readonly doer: SelectedHost; readonly late: readonly string[] } {
    const members = this.#inRun(group)
    if (!members.includes(host))
      throw inputError(`onceFor: ${host.name} is not in ${group}`, {
        next: `Name a group of its own: ${host.groups.join(', ') || 'it is in none'}.`,
      })
    const before = members.slice(0, members.indexOf(host))
    const late = before.filter(member => this.#late.has(member)).map(({ name }) => name)
    for (const member of before) {
      const theirs = this.#known.get(member)
      // Whether it has the step is known once it is planned: until then this one comes after it.
      if (!theirs || theirs.some(each => each.name === step.name)) return { doer: member, late }
      const other = theirs.find(each => isItsOwn(each, step, own))
      if (other)
        throw inputError(
          `onceFor: ${group}: on ${member.name} the same line makes another step, ${other.name}`,
          {
            next: `One host does it for all: write it so that it is the same on each host of ${group}.`,
          },
        )
    }
    return { doer: host, late }
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

/** Whether a step of another host was written by the same line, with another name for each host. */
function isItsOwn(theirs: Step, { resource, options, where }: Step, own: readonly Step[]): boolean {
  return (
    where !== undefined &&
    theirs.resource === resource &&
    theirs.options.onceFor === options.onceFor &&
    JSON.stringify(theirs.where) === JSON.stringify(where) &&
    !own.some(each => each.name === theirs.name)
  )
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
