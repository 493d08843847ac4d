/** Turns whatever was thrown into errors to show and an exit code. */
import { type ErrorData, errorDataOf, InputErrors, OpsError } from '../base/errors.ts'
import { exitCodes } from './exit-code.ts'

export interface Refusal {
  readonly errors: readonly ErrorData[]
  readonly exitCode: number
}

/** What the system says where a disk is full, or a quota, or may only be read. */
const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** Errors of ours as they are; anything else is a defect of ops, shown with its stack. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof InputErrors) return { errors: thrown.errors, exitCode: exitCodes.input }
  if (thrown instanceof OpsError) return { errors: [thrown.data], exitCode: exitCodes[thrown.data.code] }
  if (isCancelledPrompt(thrown)) {
    const title = 'interrupted at the question'
    return { errors: [{ code: 'interrupted', title, changed: 'no' }], exitCode: exitCodes.interrupted }
  }
  const data = errorDataOf(thrown)
  const { code, path }: Partial<NodeJS.ErrnoException> = thrown instanceof Error ? thrown : {}
  if (code !== undefined && fullDisk.has(code)) {
    const title = `this machine could not write ${path ?? 'a file'}: ${data.title}`
    const next =
      'Make room there, or let it be written, then run again: it looks first, and does only what is still to do.'
    return { errors: [{ code: 'failed', title, next }], exitCode: exitCodes.failed }
  }
  const stack = thrown instanceof Error && thrown.stack ? { detail: thrown.stack } : {}
  const error = { ...data, ...stack, title: `a defect of ops itself: ${data.title}` }
  return { errors: [error], exitCode: exitCodes.failed }
}

/** What @inquirer/prompts rejects with on Ctrl-C, known by name so that it need not be loaded here. */
function isCancelledPrompt(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError')
}
