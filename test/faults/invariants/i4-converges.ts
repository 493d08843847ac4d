/** I4: with the fault gone the next run succeeds, and the one after it changes nothing. */
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import type { Ran } from '../instruments/controller.ts'
import type { PathVersions } from '../instruments/path-state.ts'
import { missing, type Wanted } from './i2-no-false-success.ts'

/** Runs the job again, twice, as `again` does it. @throws BrokenInvariant when it does not get there, or does not rest there. */
export async function converges(
  again: () => Promise<Ran>,
  host: Host,
  managed: readonly PathVersions[],
  isWanted: Wanted = async () => true,
): Promise<void> {
  const second = await again()
  if (second.code !== 0) throw new BrokenInvariant('I4', `the next run ended with ${second.tail}`)
  const wrong = await missing(host, managed)
  if (!(await isWanted(host))) wrong.push('its service is not as wanted')
  if (wrong.length > 0) throw new BrokenInvariant('I4', `after the next run ${wrong.join(', ')}`)
  const third = await again()
  if (third.code !== 0 || third.changed !== 0) {
    throw new BrokenInvariant('I4', `the run after the next one changed ${third.changed}: ${third.tail}`)
  }
}
