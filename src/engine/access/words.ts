/** What people are told of steps that endanger our access, and of what became of an earlier run. */
import type { ErrorData } from '../../base/errors.ts'
import type { Step } from '../step.ts'
import type { AccessArea } from './area.ts'
import type { Access, AccessContext } from './dangers.ts'

const areaWords: Readonly<Record<AccessArea, string>> = {
  ssh: 'sshd',
  firewall: 'firewall',
  network: 'network',
  sudo: 'sudo',
  account: 'login account',
  limits: 'limits of the login',
  mounts: 'mounts',
  other: 'named by the step',
}

/** The line beside a step in the plan. */
export function accessNote({ areas }: Access): string {
  const words = areas.map(area => areaWords[area]).join(', ')
  return `can cut our own access (${words}): the host takes it back within a minute unless a new login works`
}

/** The same where the host cannot take it back, and where the step is more likely harmless than not. */
export function unwatchedNote({ areas }: Access, problem: string): string {
  const words = areas.map(area => areaWords[area]).join(', ')
  return `could cut our own access (${words}), and the host would not take it back by itself: ${problem}`
}

/** Why a step that endangers our access is refused; undefined where the host can put everything back by itself. */
export function unguardedError(
  step: Step,
  { lasting }: Access,
  { problem }: AccessContext,
  host: string,
): ErrorData | undefined {
  const why =
    lasting.length > 0
      ? `it removes ${lasting.join(', ')} for good, and nothing on the host could put that back`
      : problem === undefined
        ? undefined
        : `the host could not take it back by itself: ${problem}`
  if (why === undefined) return undefined
  return {
    code: 'failed',
    title: `${step.name} can cut our own access, and ${why}`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: "Do it by hand from the console of the host, or say `access: 'unguarded'` in the options of the step.",
  }
}

/** What became of an earlier run that nobody waited for, from the verdict that its host kept. */
export function earlierVerdict(text: string): string {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(each => each[1] ?? '')
  const value = (key: string) => values(key)[0] ?? 'unknown'
  const who = `an earlier run (${value('who')}) did not confirm that it can still log in`
  const stays = values('stays')
  const rest = stays.length > 0 ? `; the packages that it installed stay: ${stays.join(', ')}` : ''
  return value('verdict') === 'restored'
    ? `${who}: at ${value('at')} the host took back ${value('steps')}${rest}`
    : `${who}: at ${value('at')} the host tried to take back ${value('steps')}, and could not: ${values('detail').join('; ')}${rest}`
}
