/** Turns whatever was thrown into errors to show and an exit code. */
import { type ErrorData, errorDataOf, InputErrors, OpsError } from '../base/errors.ts'
import { exitCodes } from './exit-code.ts'

export interface Refusal {
  readonly errors: readonly ErrorData[]
  readonly exitCode: number
}

/** Errors of ours as they are; anything else is a defect of ops, shown with its stack. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof InputErrors) return { errors: thrown.errors, exitCode: exitCodes.input }
  if (thrown instanceof OpsError) return { errors: [thrown.data], exitCode: exitCodes[thrown.data.code] }
  if (isCancelledPrompt(thrown)) {
    const title = 'interrupted at the question'
    return { errors: [{ code: 'interrupted', title, changed: 'no' }], exitCode: exitCodes.interrupted }
  }
  const data = errorDataOf(thrown)
  const stack = thrown instanceof Error && thrown.stack ? { detail: thrown.stack } : {}
  const error = { ...data, ...stack, title: `a defect of ops itself: ${data.title}` }
  return { errors: [error], exitCode: exitCodes.failed }
}

/** What @inquirer/prompts rejects with on Ctrl-C, known by name so that it need not be loaded here. */
function isCancelledPrompt(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError')
}
