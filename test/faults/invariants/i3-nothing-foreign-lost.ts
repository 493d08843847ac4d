/** I3: what belongs to somebody else is as it was. */
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { absent, type PathVersions, pathsOn } from '../instruments/path-state.ts'

/** @throws BrokenInvariant naming every foreign path that differs. */
export async function nothingForeignLost(host: Host, foreign: readonly PathVersions[]): Promise<void> {
  const seen = await pathsOn(
    host,
    foreign.map(each => each.path),
  )
  const lost = foreign.filter(({ path, before = absent }) => seen.get(path) !== before.words)
  if (lost.length > 0) {
    throw new BrokenInvariant('I3', lost.map(({ path }) => `${path} is ${seen.get(path)}`).join(', '))
  }
}
