/** What every job of a server is given that asks before it begins. */
import type { Server } from '../mysql/server.ts'
import type { Emit } from '../run/events.ts'
import type { Interrupt } from '../run/interrupt.ts'
import type { JobPlan } from '../run/job-events.ts'

export interface JobContext {
  readonly server: Server
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Undefined: nobody is asked. */
  readonly confirm?: (plan: JobPlan) => Promise<boolean>
  /** Stop after the plan. */
  readonly plansOnly: boolean
}
