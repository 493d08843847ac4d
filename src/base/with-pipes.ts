/** Programs that are started with pipes to them. */
import type { ChildProcess } from 'node:child_process'
import { OpsError } from './errors.ts'

/** What is true, and what to do, when this machine gives us no more file descriptors. */
export const noDescriptors = 'this machine has no file descriptors left (raise `ulimit -n`, or lower --limit)'

/** Whether its pipes could be made: Node leaves all of them out where there are no file descriptors left (child_process.js). */
export function hasPipes({ stdin, stdout, stderr }: Partial<ChildProcess>): boolean {
  return stdin !== undefined || stdout !== undefined || stderr !== undefined
}

/** The same child. @throws OpsError where it was not started for want of file descriptors. */
export function withPipes<Child extends ChildProcess>(child: Child, program: string): Child {
  if (hasPipes(child)) return child
  // Told a moment later, to nobody.
  child.once('error', () => undefined)
  throw new OpsError({
    code: 'failed',
    title: `${program} cannot be started: ${noDescriptors}`,
    changed: 'no',
    next: 'Raise the limit and run it again: nothing was done by this program.',
  })
}
