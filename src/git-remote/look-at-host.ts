/** Looks at the place of the repository and at the steps that would make it, in one trip where `~` was guessed right. */
import { InputErrors, OpsError } from '../base/errors.ts'
import type { PlannedStep } from '../engine/plan/planned-step.ts'
import type { Step } from '../engine/step.ts'
import { gitBare } from '../resources/git-bare.ts'
import { option } from '../resources/option.ts'
import type { Work } from './decide.ts'
import type { HostSide } from './host-side.ts'
import { guessedPlace, type Prepared } from './prepare.ts'
import { type RepositoryLook, readRepositoryLook, repositoryLook } from './repository-look.ts'
import type { GitRemoteRequest } from './request.ts'

export interface SeenHost {
  readonly look: RepositoryLook
  /** The steps of the work, planned from this very look; the look itself is the first. */
  plan(work: Pick<Work, 'head' | 'marks'>): readonly PlannedStep[]
}

/** @throws OpsError when there is no connection or the place cannot be looked at. */
export async function lookAtHost(
  host: HostSide,
  request: GitRemoteRequest,
  prepared: Prepared,
  branch: string,
): Promise<SeenHost> {
  const guess = guessedPlace(prepared).path
  const seen = await lookAt(host, request, prepared, branch, guess)
  return seen.look.path === guess ? seen : lookAt(host, request, prepared, branch, seen.look.path)
}

async function lookAt(
  host: HostSide,
  request: GitRemoteRequest,
  { login, path }: Prepared,
  branch: string,
  absolute: string,
): Promise<SeenHost> {
  const place = { user: login.user, path }
  const steps = (work: Pick<Work, 'head' | 'marks'>): readonly Step[] => [
    repositoryLook(place),
    ...makingSteps(request, login.user, absolute, work),
  ]
  const seen = await host.look(steps({ head: branch, marks: true }))
  return {
    look: readLook(seen.observations[0], seen.complaints[0], request.target.name, path),
    plan: work => host.plan(steps(work), seen),
  }
}

/** Reads the answer to a `repositoryLook`. @throws OpsError where there was none. */
export function readLook(
  observation: { readonly bytes: Buffer; readonly code: number } | undefined,
  complaint: string | undefined,
  host: string,
  path: string,
): RepositoryLook {
  if (observation?.code === 0) return readRepositoryLook(observation.bytes.toString('utf8'))
  throw new OpsError({
    code: 'failed',
    title: `${path} on ${host} could not be looked at`,
    host,
    ...(complaint && { said: complaint.trim() }),
    changed: 'no',
    next: 'Fix that on the host, then run again.',
  })
}

function makingSteps(
  { become, description }: GitRemoteRequest,
  user: string,
  path: string,
  { head, marks }: Pick<Work, 'head' | 'marks'>,
): readonly Step[] {
  // Git serves a repository to its owner without further ado.
  const owner = become && become.user !== user ? { owner: user } : {}
  const made = gitBare({ path, branch: head, ...owner, ...(description !== undefined && { description }) })
  const mark = option(
    { path: `${path}/config`, section: 'ops', key: 'made-by', value: 'git-remote' },
    { buildsOn: made.name },
  )
  const steps = marks ? [made, mark] : [made]
  const problems = steps.flatMap(step => step.problems)
  if (problems.length > 0) throw new InputErrors(problems)
  // Where a recipe wrote a step is of use; where ops itself did is not.
  return steps.map(step => ({ ...step, where: undefined }))
}
