/** A host without git: who may install it, and how it is told. */

import type { ErrorData } from '../base/errors.ts'
import type { Step } from '../engine/step.ts'
import { apt } from '../resources/apt.ts'
import type { PlanStep } from '../run/plan.ts'
import type { Become } from '../transport/transport.ts'
import { refusal } from './decide.ts'
import type { RepositoryLook } from './repository-look.ts'
import type { GitRemoteQuestions, GitRemoteRequest } from './request.ts'

export interface Install {
  readonly steps: readonly Step[]
  readonly become: Become | undefined
  readonly plan: PlanStep
}

/** Only where it was asked for, on the command line or by the person at the terminal. */
export async function installOf(
  { target, installGit, becomeRoot }: GitRemoteRequest,
  questions: GitRemoteQuestions | undefined,
  { user }: RepositoryLook,
): Promise<{ readonly install: Install } | { readonly refusals: readonly ErrorData[] }> {
  const refuse = (title: string, next: string) => ({ refusals: [refusal(target.name, title, next)] })
  const title = `there is no git on ${target.name}`
  if (user !== 'root' && !becomeRoot)
    return refuse(title, 'Install it there as root; with --no-become ops cannot.')
  const wanted = installGit || ((await questions?.installGit(target.name)) ?? false)
  if (!wanted)
    return refuse(title, 'Add --install-git to have it installed there (apt, as root), or do so by hand.')
  const step: Step = { ...apt({ packages: ['git'] }), where: undefined }
  return {
    install: {
      steps: [step],
      become: becomeRoot,
      plan: {
        name: step.name,
        status: 'change',
        changes: [{ key: 'git', from: 'absent', to: 'present' }],
        because: [],
        notes: [],
      },
    },
  }
}
