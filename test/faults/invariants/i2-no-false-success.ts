/** I2: a run ends with 0 only where plain commands see the wanted state; and `changed: no` is true where it is said. */
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import type { Ran } from '../instruments/controller.ts'
import { absent, type PathVersions, pathsOn } from '../instruments/path-state.ts'

/** What tells whether a host is as wanted, beside its paths. */
export type Wanted = (host: Host) => Promise<boolean>

/** Paths that are not as they should be after the job, in words. */
export async function missing(host: Host, managed: readonly PathVersions[]): Promise<string[]> {
  const seen = await pathsOn(
    host,
    managed.map(each => each.path),
  )
  return managed.flatMap(({ path, after }) =>
    seen.get(path) === after.words ? [] : [`${path} is ${seen.get(path)}`],
  )
}

/** @throws BrokenInvariant where the run claims what a look that shares no code with ops does not see. */
export async function noFalseSuccess(
  ran: Ran,
  host: Host,
  managed: readonly PathVersions[],
  isWanted: Wanted = async () => true,
): Promise<void> {
  if (ran.code === 0) {
    const wrong = await missing(host, managed)
    if (!(await isWanted(host))) wrong.push('its service is not as wanted')
    if (wrong.length > 0) throw new BrokenInvariant('I2', `exit 0, but ${wrong.join(', ')}`)
  }
  if (ran.errors.length === 0 || ran.errors.some(each => each.changed !== 'no')) return
  const seen = await pathsOn(
    host,
    managed.map(each => each.path),
  )
  const moved = managed.filter(({ path, before = absent }) => seen.get(path) !== before.words)
  if (moved.length > 0)
    throw new BrokenInvariant(
      'I2',
      `told that nothing was changed, but ${moved.map(each => each.path).join(', ')}`,
    )
}
