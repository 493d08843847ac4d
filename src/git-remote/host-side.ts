/** The host's side of a run: one login, one look, one batch. */

import { applyHost } from '../engine/apply/apply-host.ts'
import type { ApplyResult } from '../engine/apply/context.ts'
import { type LookResult, look } from '../engine/look.ts'
import { makePlan, type PlannedStep } from '../engine/make-plan.ts'
import type { Step } from '../engine/step.ts'
import type { Emit } from '../run/events.ts'
import { HostLink } from '../run/host-link.ts'
import type { Interrupt } from '../run/interrupt.ts'
import { whoWeAre } from '../run/who-we-are.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'

/** Connects with the first look; `close` ends it. */
export class HostSide {
  readonly #link: HostLink
  readonly #target: ConnectTarget
  readonly #emit: Emit

  constructor(target: ConnectTarget, become: Become | undefined, emit: Emit) {
    this.#target = target
    this.#emit = emit
    this.#link = new HostLink(target, become, emit)
  }

  get trips(): number {
    return this.#link.trips
  }

  /** One trip. @throws OpsError when there is no connection, or it was lost. */
  async look(steps: readonly Step[]): Promise<LookResult> {
    return look(await this.#link.open(), steps, { wantsDetail: false })
  }

  plan(steps: readonly Step[], seen: LookResult): readonly PlannedStep[] {
    return makePlan(this.#target.name, steps, seen)
  }

  /** One trip more, and none where the plan is empty. */
  async apply(planned: readonly PlannedStep[], interrupt: Interrupt): Promise<ApplyResult> {
    if (!planned.some(each => each.change)) {
      return { status: 'ok', outcomes: planned.map(() => 'ok'), errors: [] }
    }
    return applyHost({
      session: await this.#link.open(),
      planned,
      emit: this.#emit,
      interrupt,
      who: whoWeAre('git-remote'),
      waitForLock: false,
      upload: payloads => this.#link.upload(payloads),
      noteBoot: () => this.#link.noteBoot(),
      reconnect: after => this.#link.reconnect(after),
    })
  }

  close(): Promise<void> {
    return this.#link.close()
  }
}
