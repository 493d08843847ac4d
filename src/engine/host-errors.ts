/** What ends a whole host's run, in words: locked, stopped, moved, unstable. */
import type { Changed, ErrorData } from '../base/errors.ts'
import { type PlannedStep, stepNameAt } from './plan/planned-step.ts'

export function lockedError(host: string, holder: string): ErrorData {
  return {
    code: 'locked',
    title: `${host} is being changed by another run`,
    detail: holder || 'the holder has not written its name yet',
    host,
    changed: 'no',
    next: 'Run the same command again when that one has ended (`ops apply --wait` waits by itself). The lock ends with that run, however it ends.',
  }
}

export function stoppedError(host: string, step: string, changed: boolean, asked = true): ErrorData {
  return {
    code: 'interrupted',
    title: asked
      ? `stopped before ${step}, as asked`
      : `${host} stopped before ${step}: it had heard nothing from here for too long`,
    host,
    step,
    changed: changed ? 'yes' : 'no',
    next: 'What was done is done and proved. Run the same command again to do the rest.',
  }
}

export function movedError(
  host: string,
  planned: readonly PlannedStep[],
  index: number,
  changed: boolean,
  writers: readonly string[] = [],
): ErrorData {
  const where = planned[index]?.step.where
  const name = stepNameAt(planned, index)
  const ofUs = writers.join(', ')
  const detail =
    ofUs === ''
      ? 'or by something that a step of this run started, and that no step says it changes: nothing is overwritten before you have seen it'
      : `${ofUs} wrote into the same file in this run: where nobody else did, the steps want different things of it, and are to be made to agree`
  return {
    code: 'moved',
    title:
      ofUs === ''
        ? `${name} was changed by somebody else since the plan`
        : planned[index]?.change
          ? `${name} is no longer as the plan saw it, after ${ofUs}`
          : `${name} was undone by ${ofUs}`,
    ...(changed && { detail }),
    host,
    step: stepNameAt(planned, index),
    ...(where && { where }),
    changed: changed ? 'yes' : 'no',
    next: 'Nothing was done from that step on. Look at the new plan, then apply again.',
  }
}

export function unstableError(host: string, step: string): ErrorData {
  return {
    code: 'unstable',
    title: `unstable probe: ${step} looked different twice in one run`,
    host,
    step,
    changed: 'unknown',
    next: 'Something else keeps changing it, or its probe prints what does not belong there (a time, a pid).',
  }
}

export function brokenError(host: string, what: string, changed: Changed): ErrorData {
  return {
    code: 'failed',
    title: `${host}: ${what}`,
    host,
    changed,
    next: 'Fix that on the host, then run again.',
  }
}
