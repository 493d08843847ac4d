/** What changes hosts and nobody can be asked about, and what was not given its yes. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { isInteractive } from './prompts.ts'

const nextOf = {
  apply: 'Look at `ops plan` first, then add --yes.',
  'git-remote': 'Run it on a terminal to be asked, or add --yes.',
  schedule: 'Look with --plan first, then add --yes.',
  undo: 'Look with --dry-run first, then add --yes.',
  restore: 'Run it on a terminal to see the plan first, or add --yes.',
} as const

/** The error where the question cannot be put; empty where it can. Told last: what else is wrong has to be mended first. */
export function needsYes(what: keyof typeof nextOf, json: boolean): readonly ErrorData[] {
  if (!json && isInteractive()) return []
  const why = json ? '--json leaves no room for the question' : 'there is no terminal to ask on'
  return [inputError(`${what} needs a yes, and ${why}`, { next: nextOf[what] }).data]
}
