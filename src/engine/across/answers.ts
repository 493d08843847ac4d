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
import { failed, none, noneYet, notAsked, notReadable } from './answer-errors.ts'
import { NotBegun } from './not-begun.ts'
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

  /** Whether a host of the run that it reads from has anything to change: claims of steps need not tell all that moves. */
  hasNews(run: HostRun): boolean {
    return this.#runs.some(
      other =>
        other !== run &&
        run.asks?.includes(other.host.target.name) &&
        other.planned?.some(each => each.change),
    )
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
        if ('steps' in given) {
          run.asks = [...new Set((given.asks ?? []).map(each => each.host))]
          const open = (given.asks ?? []).filter(each => this.#known.get(keyOf(each))?.mayChange)
          run.hangsOn = [...new Set(open.map(each => each.host))]
          run.differs =
            open.length > 0
              ? await this.#differing(evaluate, facts, given, new Set(open.map(keyOf)))
              : new Set()
        }
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
    try {
      if (other) await turns.after(run, [asked.host])
    } catch (thrown) {
      // Facts are there to be read also where hosts wait for one another.
      if (thrown instanceof NotBegun || needsOrder(asked, run.host.target.name)) throw thrown
    }
    const seen = other?.answers?.find(each => each.step === asked.step || sameQuestion(each.step, asked))
    const isFresh = isPlan || !other?.planned?.some(each => each.change)
    const planned =
      seen && isFresh
        ? seen
        : await this.#look(other?.host ?? (await this.#options.sources?.(asked.host)), asked)
    const { is, text } = planned.actual
    const isBytes = is === 'bytes' || planned.observation.bytes.includes(0)
    if (planned.error && !isBytes) throw new OpsError(planned.error)
    const mayChange = isPlan && other !== undefined && mayMove(other, asked.step)
    if (is === 'there') return { text: String(text), mayChange }
    if (mayChange) return { text: undefined, mayChange }
    if (isBytes || is === 'long') throw notReadable(run, asked, isBytes)
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
    } catch (thrown) {
      throw notAsked(host, step, thrown)
    } finally {
      await link.close()
    }
  }

  /** Positions of the steps that are others with other values: a sign, and no proof that the rest hangs on none. */
  async #differing(
    evaluate: Evaluate,
    facts: Parameters<Evaluate>[0],
    given: Steps,
    open: ReadonlySet<string>,
  ): Promise<ReadonlySet<number>> {
    const told = (key: string) => (open.has(key) ? { text: '[not known yet]' } : this.#known.get(key))
    const changed = await Promise.resolve(evaluate(facts, told, true)).catch(() => undefined)
    const steps = changed && 'steps' in changed ? changed.steps : undefined
    const isSame = (step: Step, at: number) =>
      steps?.length === given.steps.length && textOf(step) === textOf(steps[at])
    return new Set(given.steps.flatMap((step, at) => (isSame(step, at) ? [] : [at])))
  }
}

const sameQuestion = (step: Step, asked: Asked): boolean =>
  step.resource === asked.step.resource && keyOf({ host: '', step }) === keyOf({ host: '', step: asked.step })

/** Whether applying a host may move what is asked of it. Where no step claims that, whatever is started or set up may write it. */
function mayMove({ planned = [], hangsOn = [] }: HostRun, asked: Step): boolean {
  if (hangsOn.length > 0) return true
  const reads = readsOf(asked)
  const isClaimed = planned.some(({ step: { resource, params } }) =>
    anyOverlap(resource.owns?.(params) ?? [], reads),
  )
  return planned.some(each => {
    const moved = [...each.affects, ...stirsOf(each.step)]
    const starts = !isClaimed && moved.some(claim => /^(unit|pkg):/.test(claim))
    const isBoot = each.step.options.drops === 'boot'
    return each.plan.status !== 'ok' && (starts || isBoot || anyOverlap(moved, reads))
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
