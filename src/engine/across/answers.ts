/** What hosts of a run know of other hosts: asked once those are done, in the same look where that can be. */
import { OpsError } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'
import { HostLink } from '../../run/host-link.ts'
import { type Answer, type Asked, keyOf, needsOrder } from '../asked.ts'
import { anyOverlap } from '../claims.ts'
import type { HostRun } from '../host-run.ts'
import { type Evaluate, type Evaluated, planHost } from '../plan/plan-host.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import { readsOf, stirsOf } from '../reach.ts'
import type { RunHost, RunOptions } from '../run-request.ts'
import type { Step } from '../step.ts'
import type { Turns } from './turns.ts'

type Steps = Extract<Evaluated, { readonly steps: unknown }>

export class Answers {
  readonly #runs: readonly HostRun[]
  readonly #options: Pick<RunOptions, 'sources'>
  readonly #known = new Map<string, Answer>()
  readonly #askedOf = new Map<string, Map<string, Step>>()

  constructor(runs: readonly HostRun[], options: Pick<RunOptions, 'sources'>) {
    this.#runs = runs
    this.#options = options
  }

  /** Takes down what is to be asked, before any host is looked at. */
  note(asks: readonly Asked[]): void {
    for (const asked of asks) {
      const steps = this.#askedOf.get(asked.host) ?? new Map<string, Step>()
      this.#askedOf.set(asked.host, steps.set(keyOf(asked), asked.step))
    }
  }

  /** The steps of a host, with what others ask of it behind them. */
  withQuestions(run: HostRun, steps: readonly Step[]): readonly Step[] {
    const asked = this.#askedOf.get(run.host.target.name)
    return asked ? [...steps, ...asked.values()] : steps
  }

  /** What was seen before others changed holds no longer. */
  forget(): void {
    this.#known.clear()
  }

  /**
   * A host's steps, once all is known that they hang on. `turns` are those of the planning, or of the applying.
   * @throws NotBegun where a host that is asked did not come off, OpsError where one has no such value.
   */
  async evaluated(
    run: HostRun,
    evaluate: Evaluate,
    facts: Parameters<Evaluate>[0],
    turns: Turns,
    isPlan: boolean,
  ): Promise<Evaluated> {
    for (;;) {
      const given = await evaluate(facts, this.#known.size > 0 ? key => this.#known.get(key) : undefined)
      if (!('needs' in given)) {
        if ('steps' in given) run.becauseOf = await this.#becauseOf(evaluate, facts, given)
        return given
      }
      const news = given.needs.filter(asked => !this.#known.has(keyOf(asked)))
      for (const asked of news) this.#known.set(keyOf(asked), await this.#answer(run, asked, turns, isPlan))
      if (news.length > 0) continue
      // Known to be there later: what its steps are cannot be told before.
      const [asked] = given.needs
      throw noneYet(run, asked)
    }
  }

  async #answer(run: HostRun, asked: Asked, turns: Turns, isPlan: boolean): Promise<Answer> {
    const other = this.#runs.find(each => each.host.target.name === asked.host)
    if (needsOrder(asked, run.host.target.name)) await turns.after(run, [asked.host])
    // In its own look where that is to be had; else it is asked by itself.
    else if (isPlan) await turns.after(run, [asked.host]).catch(() => undefined)
    const seen = other?.planned?.find(each => each.step === asked.step || sameQuestion(each.step, asked))
    const isFresh = isPlan || !other?.planned?.some(each => each.change)
    const planned =
      seen && isFresh ? seen : await this.#look(other?.host ?? this.#options.sources?.get(asked.host), asked)
    if (planned.error) throw new OpsError(planned.error)
    const mayChange = isPlan && mayMove(other?.planned ?? [], asked.step)
    const { is, text } = planned.actual
    if (is === 'there') return { text: String(text), mayChange }
    if (mayChange) return { text: undefined, mayChange }
    throw is === 'failed' ? failed(run, asked, String(text)) : none(run, asked, other)
  }

  async #look(
    way: Pick<RunHost, 'target' | 'become'> | undefined,
    { host, step }: Asked,
  ): Promise<PlannedStep> {
    if (!way) throw new Error(`nobody said how ${host} is reached`)
    const link = new HostLink(way.target, way.become, () => undefined)
    try {
      const session = await link.open()
      const { planned } = await planHost(session, () => ({ steps: [step] }), {
        key: link.key,
        wantsDetail: false,
        emit: () => undefined,
      })
      const [only] = planned
      if (!only) throw new Error('a look gave nothing')
      return only
    } finally {
      await link.close()
    }
  }

  /** By position of the step, the hosts whose values it hangs on that may change: told by other params with another value. */
  async #becauseOf(
    evaluate: Evaluate,
    facts: Parameters<Evaluate>[0],
    given: Steps,
  ): Promise<ReadonlyMap<number, readonly string[]>> {
    const found = new Map<number, string[]>()
    const hosts = new Set(
      (given.asks ?? []).filter(each => this.#known.get(keyOf(each))?.mayChange).map(each => each.host),
    )
    for (const host of hosts) {
      const others = new Set((given.asks ?? []).filter(each => each.host === host).map(keyOf))
      const told = (key: string) => {
        const known = this.#known.get(key)
        return known?.mayChange && others.has(key) ? { text: '[not known yet]' } : known
      }
      const changed = await Promise.resolve(evaluate(facts, told, true)).catch(() => undefined)
      const steps = changed && 'steps' in changed ? changed.steps : undefined
      for (const [at, step] of given.steps.entries()) {
        if (steps && steps.length === given.steps.length && textOf(step) === textOf(steps[at])) continue
        found.set(at, [...(found.get(at) ?? []), host])
      }
    }
    return found
  }
}

const sameQuestion = (step: Step, asked: Asked): boolean =>
  step.resource === asked.step.resource && keyOf({ host: '', step }) === keyOf({ host: '', step: asked.step })

/** Whether applying a host may move what is asked of it. Where no step claims that, whatever is started or set up may write it. */
function mayMove(planned: readonly PlannedStep[], asked: Step): boolean {
  const reads = readsOf(asked)
  const isClaimed = planned.some(
    ({ step: { resource, params } }) =>
      resource !== asked.resource && anyOverlap(resource.owns?.(params) ?? [], reads),
  )
  return planned.some(each => {
    const moved = [...each.affects, ...stirsOf(each.step)]
    const starts = reads.length > 0 && !isClaimed && moved.some(claim => /^(unit|pkg):/.test(claim))
    return each.plan.status !== 'ok' && (starts || anyOverlap(moved, reads))
  })
}

/** With the secrets in it: another one is another value. */
export function textOf(step: Step | undefined): string {
  return JSON.stringify(
    [step?.name, step?.params],
    function (this: Readonly<Record<string, unknown>>, key, value) {
      const whole = this[key]
      return whole instanceof Secret ? whole.reveal() : value
    },
  )
}

const nameOf = ({ step }: Asked): string => (step.params as { readonly name: string }).name

function failed(run: HostRun, asked: Asked, code: string): OpsError {
  const host = run.host.target.name
  return new OpsError({
    code: 'failed',
    title: `${host} reads ${nameOf(asked)} of ${asked.host}, where that question failed with exit code ${code}`,
    host,
    changed: 'no',
    next: `Try it on ${asked.host}. Where it has no value, the question is to print nothing and end with 0.`,
  })
}

function none(run: HostRun, asked: Asked, other: HostRun | undefined): OpsError {
  const host = run.host.target.name
  if (other === run)
    return new OpsError({
      code: 'failed',
      title: `${host} reads its own ${nameOf(asked)}, which it does not have`,
      host,
      changed: 'no',
      next: 'It is read before the steps of the host are made: bring it there by a recipe that is applied before.',
    })
  const next = other
    ? `No step brings it there: see what ${asked.host} is to have.`
    : `${asked.host} is not in this run: name it, or apply what brings it there first.`
  return new OpsError({
    code: 'failed',
    title: `${host} reads ${nameOf(asked)} of ${asked.host}, which has none`,
    host,
    changed: 'no',
    next,
  })
}

function noneYet(run: HostRun, asked: Asked | undefined): OpsError {
  const host = run.host.target.name
  const what = asked ? `${nameOf(asked)} of ${asked.host}` : 'of another host'
  return new OpsError({
    code: 'failed',
    title: `${host} cannot be planned before ${what} is there`,
    host,
    changed: 'no',
    next: `Apply ${asked?.host ?? 'that host'} first; \`ops apply\` of both does them in this order.`,
  })
}
