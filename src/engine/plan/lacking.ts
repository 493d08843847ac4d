/** Directories on the way to what a step writes that are not there, and that no earlier step would make. */
import type { ErrorData } from '../../base/errors.ts'
import { type Claim, overlap } from '../claims.ts'
import type { Step } from '../step.ts'

/**
 * The first of them; undefined where all come in time. `lack` is the first one that a look found missing, and `makers` what
 * earlier steps move that lack none themselves.
 */
export function lackingAt(
  { resource, params }: Step,
  lack: string,
  makers: () => Iterable<Claim>,
): string | undefined {
  const owned = (resource.owns?.(params) ?? []).map(claim => claim.replace(/^path:|#.*$/gs, ''))
  const path = owned.find(each => each.startsWith(`${lack}/`))
  const parts =
    path === undefined
      ? []
      : path
          .slice(lack.length + 1)
          .split('/')
          .slice(0, -1)
  const needed = [lack, ...parts.map((_, at) => `${lack}/${parts.slice(0, at + 1).join('/')}`)]
  return needed.find(directory => !isMade(directory))

  function isMade(directory: string): boolean {
    for (const claim of makers()) if (makes(claim, directory)) return true
    return false
  }
}

/** What makes one path makes the directories above it, and not those below. */
function makes(claim: Claim, directory: string): boolean {
  const isWide = claim.endsWith('/') || claim.endsWith('*')
  return isWide ? overlap(claim, `path:${directory}/`) : `${claim}/`.startsWith(`path:${directory}/`)
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
