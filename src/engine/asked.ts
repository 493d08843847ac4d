/** What one host's steps need to know of another host, and what was answered. */
import { readsOf } from './reach.ts'
import type { Step } from './step.ts'

export interface Asked {
  /** Whom: a name of ops.ini. */
  readonly host: string
  /** How that host is asked. */
  readonly step: Step
}

/** `text` is undefined where a step will bring what is not there yet. */
export interface Answer {
  readonly text: string | undefined
  /** Steps of that host may change it still. */
  readonly mayChange: boolean
}

/** By `keyOf`: undefined while nobody was asked. */
export type Told = (key: string) => Pick<Answer, 'text'> | undefined

export const keyOf = ({ host, step }: Asked): string => `${host} ${JSON.stringify(step.params)}`

/** Whether a host has to be done before the answer is right for another one: facts are what they are, and its own look answers itself. */
export function needsOrder(asked: Asked, host: string): boolean {
  return asked.host !== host && readsOf(asked.step).length > 0
}
