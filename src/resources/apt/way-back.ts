/** What brings back the packages that were there before a step. */
import type { KeyChange } from '../../engine/resource.ts'
import type { WayBack } from '../../engine/way-back.ts'
import { namesOf } from './package.ts'

/** What came goes, and what went comes again, in the version of today. */
export function aptWayBack(
  keys: readonly KeyChange[],
  packages: readonly string[],
  state: 'present' | 'absent',
): WayBack {
  const moved = keys.map(({ key }) => key).filter(key => packages.includes(key))
  // Of several names none was installed, or the step would have had nothing to do.
  const names = [...new Set(moved.flatMap(namesOf))]
  if (names.length === 0) return 'files'
  if (state === 'absent') {
    return {
      params: { packages: names },
      left: Object.fromEntries(names.map(name => [name, 'absent'])),
      stays: 'the versions are those of today, and removed configuration does not come back',
    }
  }
  return {
    params: { packages: names, state: 'absent' },
    // Of alternatives only one came; what is no longer there is gone already.
    left: Object.fromEntries(moved.filter(spec => !spec.includes('|')).map(spec => [spec, 'present'])),
    stays:
      'what they brought along stays, as their configuration does: `apt-get autoremove --purge` takes that away',
  }
}
