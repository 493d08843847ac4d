/** The shell text that finds log files on a host, tells what its servers write there, and reads one file. */
import { bareShell } from '../shell/library.ts'
import { quote } from '../shell/quote.ts'
import { sh } from '../shell/sh.ts'
import configurationsText from './configurations.sh'
import hostScriptText from './host-script.sh'

/** Quotes all of a glob but `*`, `?` and `[...]`; `~/` is the home of whoever looks. */
function quotedGlob(glob: string): string {
  const home = glob.startsWith('~/')
  const pieces = (home ? glob.slice(2) : glob).split(/(\*|\?|\[[!^]?[\w.-]+\])/)
  const words = pieces.map((piece, index) => (index % 2 === 1 || piece === '' ? piece : quote(piece)))
  return `${home ? '"$HOME"/' : ''}${words.join('')}`
}

/**
 * Prints `file` records (change, size, device:inode and name), then the configurations; each part of a record ends with
 * NUL. A server that is not there is silent. POSIX sh; needs `stat` as GNU and busybox have it.
 */
export function lookScript(globs: readonly string[]): string {
  return `${bareShell(hostScriptText)}${bareShell(configurationsText)}ops_logs_home
ops_logs_tell ${globs.map(quotedGlob).join(' ')}
ops_configurations 2>/dev/null </dev/null
exit 0
`
}

export const rotatedAwayCode = 91

/**
 * Prints a file as it is. Rotation may have renamed it since it was found: then it is known by its inode in that folder.
 * Ends with `rotatedAwayCode` where it is gone.
 */
export function readScript(path: string, id: string): string {
  return `${bareShell(hostScriptText)}ops_logs_home\n${sh`ops_logs_read ${path} ${id} ${rotatedAwayCode}`.shell}\n`
}
