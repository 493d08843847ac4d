/** The host's side of a run: one login, one look, one batch. */
import { applyHost } from '../engine/apply/apply-host.ts'
import type { ApplyResult } from '../engine/apply/context.ts'
import { linkContext } from '../engine/apply/link-context.ts'
import type { LookResult } from '../engine/look/look.ts'
import { type GuardedLook, guardedLook } from '../engine/plan/guarded-look.ts'
import { makePlan } from '../engine/plan/make-plan.ts'
import type { PlannedStep } from '../engine/plan/planned-step.ts'
import type { Step } from '../engine/step.ts'
import type { Emit } from '../run/events.ts'
import { HostLink } from '../run/host-link.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'

/** Connects with the first look; `close` ends it. */
export class HostSide {
  readonly #link: HostLink
  readonly #target: ConnectTarget
  readonly #emit: Emit
  #guarded: GuardedLook | undefined

  constructor(target: ConnectTarget, become: Become | undefined, emit: Emit) {
    this.#target = target
    this.#emit = emit
    this.#link = new HostLink(target, become, emit)
  }

  get trips(): number {
    return this.#link.trips
  }

  /** One trip. @throws OpsError when there is no connection, or it was lost. */
  async look(steps: readonly Step[], wantsDetail = false): Promise<LookResult> {
    const guarded = await guardedLook(await this.#link.open(), steps, {
      key: this.#link.key,
      loginUser: () => this.#link.loginUser(),
      wantsDetail,
      emit: this.#emit,
    })
    // A look without a question on our access, as no step could concern it, tells less than an earlier one.
    if (guarded.login?.way || !this.#guarded) this.#guarded = guarded
    return guarded.seen
  }

  plan(steps: readonly Step[], seen: LookResult): readonly PlannedStep[] {
    const { login, missing, places } = this.#guarded ?? {}
    return makePlan(this.#target.name, steps, seen, login, missing, places)
  }

  /** One trip more, and none where the plan is empty. */
  async apply(planned: readonly PlannedStep[], interrupt: Interrupt): Promise<ApplyResult> {
    if (!planned.some(each => each.change)) {
      return { status: 'ok', outcomes: planned.map(() => 'ok'), errors: [] }
    }
    const login = this.#guarded?.login
    return applyHost(
      await linkContext(this.#link, planned, { emit: this.#emit, interrupt, purpose: 'git-remote', login }),
    )
  }

  close(): Promise<void> {
    return this.#link.close()
  }
}
