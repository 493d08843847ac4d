/** Directories on the way to what a step writes that are not there, and that no earlier step would make. */
import type { ErrorData } from '../../base/errors.ts'
import { type Claim, overlap } from '../claims.ts'
import type { Step } from '../step.ts'

/**
 * The first of them; undefined where all come in time. `lack` is the first one that a look found missing, and `makers` what
 * earlier steps move that lack none themselves.
 */
export function lackingAt(step: Step, lack: string, makers: () => Iterable<Claim>): string | undefined {
  return missingOf(step, lack).find(directory => !isMade(directory, makers(), makes))
}

/** The directories above that a step makes on its way, and surely no earlier one. `lack` is the first that is missing. */
export function madeAbove(
  step: Step,
  lack: string | undefined,
  makers: () => Iterable<Claim>,
): readonly string[] {
  const missing = lack === undefined ? [] : missingOf(step, lack)
  return missing.filter(directory => !isMade(directory, makers(), makesSurely))
}

export function madeAboveNotes(made: readonly string[]): readonly string[] {
  return made.length === 0 ? [] : [`makes ${made.join(', ')} as well, with mode 0755`]
}

/** All directories on the way to what the step writes from the first one on that is missing. */
function missingOf({ resource, params }: Step, lack: string): readonly string[] {
  const owned = (resource.owns?.(params) ?? []).map(claim => claim.replace(/^path:|#.*$/gs, ''))
  const path = owned.find(each => each.startsWith(`${lack}/`))
  const parts =
    path === undefined
      ? []
      : path
          .slice(lack.length + 1)
          .split('/')
          .slice(0, -1)
  return [lack, ...parts.map((_, at) => `${lack}/${parts.slice(0, at + 1).join('/')}`)]
}

function isMade(directory: string, claims: Iterable<Claim>, by: typeof makes): boolean {
  for (const claim of claims) if (by(claim, directory)) return true
  return false
}

/** What makes one path makes the directories above it, and not those below. */
function makes(claim: Claim, directory: string): boolean {
  const isWide = claim.endsWith('/') || claim.endsWith('*')
  return isWide ? overlap(claim, `path:${directory}/`) : makesSurely(claim, directory)
}

/** What brings anything, as a package does, brings nothing surely. */
function makesSurely(claim: Claim, directory: string): boolean {
  return `${claim.replace(/[/*]+$/, '')}/`.startsWith(`path:${directory}/`)
}

export function lackError(step: Step, directory: string, host: string): ErrorData {
  return {
    code: 'failed',
    title: `${step.name}: there is no directory ${directory} on the host, and no step before this one makes it`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: `Put a step before it that makes it, such as directory({ path: '${directory}' }).`,
  }
}
