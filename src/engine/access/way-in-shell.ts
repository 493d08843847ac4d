/** Asks a host what our own way in stands on: who came, what sshd, sudo, PAM and the login shell read, which groups they name. */

import { libraryOf } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import accessWayInText from './way-in.sh'

/**
 * `ops_way_in PATH...`: `way=AREA PATH` a file or folder that matters, `glob=AREA PATTERN` names that would be read, `group=NAME` one
 * that lets us in, `cgroup=NAME` what our login runs in; after the line `names=` what namei(1) says of every path that was named and of the PATHs, links and all.
 */
const wayIn = libraryOf('access-way-in', accessWayInText)

/** What an earlier answer holds: the host is asked whether it still does. */
export interface WayInStamp {
  readonly stamp: string
  readonly ways: readonly string[]
  readonly reads: readonly string[]
}

/** The question, with the paths that the steps of a run claim: a link may make any of them one of ours. */
export function wayInProbe(paths: readonly string[], known?: WayInStamp): string {
  const lines = (list: readonly string[]) => list.map(each => `${each}\n`).join('')
  const words = known ? [known.stamp, lines(known.ways), lines(known.reads)] : ['', '', '']
  return `${wayIn.text}\nops_way_in ${[...words, ...paths].map(quote).join(' ')}`
}
