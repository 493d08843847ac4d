/** From what a probe printed to the state of its step, or to the error that nothing can be made of it. */
import type { ErrorData } from '../../base/errors.ts'
import { noUserYet, type Observation } from '../look/observation.ts'
import type { State } from '../resource.ts'
import type { Step } from '../step.ts'

/** One of the two is given. */
export interface ReadState {
  readonly state?: State
  readonly error?: ErrorData
}

/** The last line, where ops itself says on the host why it cannot look. A path that is named twice in a row is told once. */
const ownWords = /(?:^|\n)ops: (?:(\/.*): (?=\1 ))?(.*)$/

/** `said` is what the probe wrote to stderr, secrets masked. */
export function readState(step: Step, observation: Observation, said: string, host: string): ReadState {
  const text = observation.bytes.toString('utf8')
  if (text.startsWith(noUserYet)) return { state: {} }
  const unplanned = 'Nothing can be planned for this step before its probe works on that host.'
  const problem = (title: string, next = unplanned, shown = said): { error: ErrorData } => ({
    error: {
      code: 'failed',
      title,
      host,
      step: step.name,
      ...(step.where && { where: step.where }),
      ...(shown.trim() && { said: shown.trim().slice(-2000) }),
      changed: 'no',
      next,
    },
  })
  if (observation.code !== 0) {
    const [whole, , reason] = ownWords.exec(said.trimEnd()) ?? []
    if (whole === undefined || reason === undefined)
      return problem(`the probe of ${step.name} failed with exit code ${observation.code}`)
    return problem(
      `${step.name}: ${reason}`,
      'Fix that on the host, or change the recipe, then run again.',
      said.trimEnd().slice(0, -whole.length),
    )
  }
  if (observation.bytes.includes(0)) return problem(`the probe of ${step.name} printed a NUL byte`)
  try {
    return { state: step.resource.parse(text, step.params) }
  } catch (error) {
    return problem(`${step.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
