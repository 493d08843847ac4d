/** I1: each managed file is the old or the new bytes, mode and owner, at every moment. */
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { absent, type PathVersions, pathsOn } from '../instruments/path-state.ts'

/** @throws BrokenInvariant naming every path that is neither old nor new. */
export async function noTornFile(host: Host, managed: readonly PathVersions[]): Promise<void> {
  const seen = await pathsOn(
    host,
    managed.map(each => each.path),
  )
  const torn = managed.flatMap(({ path, before = absent, between = [], after }) => {
    const words = seen.get(path) ?? ''
    return [before, ...between, after].some(each => each.words === words) ? [] : [`${path} is ${words}`]
  })
  if (torn.length > 0) throw new BrokenInvariant('I1', `neither old nor new: ${torn.join(', ')}`)
}
