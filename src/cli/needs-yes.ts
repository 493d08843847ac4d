/** An apply that nobody can be asked about, and that was not given its yes. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { isInteractive } from './prompts.ts'

/** The error where the question cannot be put; empty where it can. */
export function needsYes(json: boolean): readonly ErrorData[] {
  if (!json && isInteractive()) return []
  const why = json ? '--json leaves no room for the question' : 'there is no terminal to ask on'
  return [
    inputError(`apply needs a yes, and ${why}`, { next: 'Look at `ops plan` first, then add --yes.' }).data,
  ]
}
