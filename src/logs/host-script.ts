/** The shell text that finds log files on a host, tells what its servers write there, and reads one file. */
import { bareShell } from '../shell/library.ts'
import { quote } from '../shell/quote.ts'
import configurationsText from './configurations.sh'

/** Quotes all of a glob but `*`, `?` and `[...]`; `~/` is the home of whoever looks. */
export function quotedGlob(glob: string): string {
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
  return `cd "\${HOME:-/}" 2>/dev/null || cd /
for ops_file in ${globs.map(quotedGlob).join(' ')}; do
[ -f "$ops_file" ] || continue
printf 'file\\0%s\\0%s\\0' "$(stat -L -c '%Y %s %d:%i' -- "$ops_file")" "$ops_file"
done
${bareShell(configurationsText)}ops_configurations 2>/dev/null </dev/null
exit 0
`
}

export const rotatedAwayCode = 91

/**
 * Prints a file as it is. Rotation may have renamed it since it was found: then it is known by its inode in that folder.
 * Ends with `rotatedAwayCode` where it is gone.
 */
export function readScript(path: string, id: string): string {
  const inode = id.slice(id.indexOf(':') + 1)
  return `cd "\${HOME:-/}" 2>/dev/null || cd /
ops_file=${quote(path)}
ops_is_it() { [ "$(stat -L -c %d:%i /proc/self/fd/3)" = ${quote(id)} ]; }
if ! { exec 3<"$ops_file" && ops_is_it; } 2>/dev/null; then
case $ops_file in */*) ops_folder=\${ops_file%/*}/ ;; *) ops_folder=./ ;; esac
ops_file=$(find "$ops_folder" -maxdepth 1 -inum ${quote(inode)} 2>/dev/null | head -n 1)
[ -n "$ops_file" ] && exec 3<"$ops_file" && ops_is_it || exit ${rotatedAwayCode}
fi
exec cat <&3
`
}
