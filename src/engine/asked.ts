/** What one host's steps need to know of another host, and what was answered. */
import type { Step } from './step.ts'

/** The type of the resource that asks a host for a value. */
export const answerType = 'output'

/** Such a step is no step of the host's own recipe. */
export const isAnswer = ({ step }: { readonly step: Step }): boolean => step.resource.type === answerType

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

/** Whether a host has to be done before the answer is right for another one: its own look answers itself, and facts are there always. */
export function needsOrder({ host, step }: Asked, reader: string): boolean {
  return host !== reader && (step.params as { readonly isFacts?: boolean }).isFacts !== true
}
