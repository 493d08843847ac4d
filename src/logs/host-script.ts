/** The shell text that finds log files on a host, tells what its servers write there, and reads one file. */
import { quote } from '../shell/quote.ts'

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
ops_configurations() {
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
if command -v nginx >/dev/null; then
printf 'nginx\\0'; nginx -V 2>&1 | sed -n 's/.*--prefix=\\([^ ]*\\).*/\\1/p' | tr -d '\\n'; printf '\\0'
nginx -T || cat /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*
printf '\\0'
fi
for ops_apache in apache2ctl apachectl httpd; do
command -v "$ops_apache" >/dev/null || continue
if [ -r /etc/apache2/envvars ]; then . /etc/apache2/envvars; fi
printf 'apache\\0%s\\0' "$APACHE_LOG_DIR"
ops_list=$("$ops_apache" -t -D DUMP_INCLUDES | sed -n 's/^ *([^)]*) *//p')
if [ -n "$ops_list" ]; then printf '%s\\n' "$ops_list" | while IFS= read -r ops_file; do cat "$ops_file"; echo; done
else cat /etc/apache2/apache2.conf /etc/apache2/mods-enabled/*.conf /etc/apache2/conf-enabled/*.conf /etc/apache2/sites-enabled/*.conf /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf
fi
printf '\\0'
break
done
}
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
