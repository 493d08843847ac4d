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

/** What another host is not to stay as. */
export interface Missing {
  /** The word that names the balancer. */
  readonly on: string
  /** `not in` where it is neither out as the steps say, nor in. */
  readonly is: 'out' | 'not in'
}

/** A balancer as it was found. */
export interface Seen<Each> {
  readonly on: string
  /** Its steps that have the host in it, and those that take it out, as planned there now. */
  readonly back: readonly Each[]
  readonly out: readonly Each[]
}

/** What the balancers of a host are like: those that are without it, and all that were looked at. */
export interface Looked<Each> {
  readonly missing: readonly Missing[]
  readonly seen: readonly Seen<Each>[]
}

/** What a run leaves the balancers of a host as. */
export interface Left {
  /** Words of those that have the host in them now, and had not when they were looked at first. */
  readonly changed: readonly string[]
  /** Words of those that did not take it back. */
  readonly failed: readonly string[]
  /** What is wrong with them; left out where all is well. */
  readonly error?: ErrorData
}

/** What comes before and after the changes of one host. */
export interface Surrounded {
  /** Whether a host that has nothing to change is to be put back. @throws OpsError where that cannot be known. */
  isToBePutBack(): Promise<boolean>
  /** `hold` locks the host, which nobody else is to change or to put back meanwhile. @throws OpsError where the host must not be changed now. */
  before(hold: () => Promise<void>): Promise<void>
  /** `untouched`: its change was not begun. */
  after(how: 'well' | 'failed' | 'untouched'): Promise<Left>
}

/** The same in a sentence; `isPart`: not all steps of the host are looked at. */
export function missingWord(host: string, { on, is }: Missing, isPart = false): string {
  const found = is === 'out' ? `out of ${on} since an earlier run` : `not in ${on} as it is to be`
  if (isPart) return `${host} is ${found}, and stays so: with --only its other steps are not looked at`
  return `${host} is ${found}: it is put ${is === 'out' ? 'back' : 'in'} once its steps hold`
}
