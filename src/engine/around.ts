/** What is done on another host around the changes of one: out of a balancer before, back into it afterwards. */
import type { ErrorData } from '../base/errors.ts'

/** Its steps are unknown to the contract of a resource, which a step is made of. */
export interface Around<Each = unknown> {
  /** The word that names the other host. */
  readonly on: string
  readonly out: readonly Each[]
  readonly in: readonly Each[]
  /** How long to wait once it is out. */
  readonly pauseSeconds: number
}

/** What comes before and after the changes of one host. */
export interface Surrounded {
  /** @throws OpsError where the host must not be changed now. */
  before(): Promise<void>
  /** What is wrong with the other hosts then; nothing where all is well. */
  after(isWell: boolean): Promise<ErrorData | undefined>
}
