/** I9: the host can still be reached, by a plain login of the system's own client. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'

const loginMs = 60_000

/** @throws BrokenInvariant when a fresh login does not come about in a minute. */
export async function stillReachable(host: Host): Promise<void> {
  const login = host.ssh('echo in')
  const end = await Promise.race([login, pause(loginMs, undefined, { ref: false })])
  if (end?.stdout !== 'in\n') {
    throw new BrokenInvariant(
      'I9',
      `ssh says: ${end ? end.stderr.trim() : `nothing for ${loginMs / 1000} s`}`,
    )
  }
}
