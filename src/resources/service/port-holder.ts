/** The shell that says who listens on a TCP port of this host. */
import { library } from '../../shell/library.ts'

/**
 * `ops_port_holder UNIT PORT [ADDRESS]` prints `NAME (pid N)` of a process outside of UNIT that listens where PORT is
 * wanted, and nothing where there is none or only root could see it. ADDRESS as in /proc/net/tcp (proc(5)); without it
 * any one counts, and so does whoever has them all.
 */
export const portLibrary = library('port')`
  ops_port_holder() {
    for ops_inode in $(awk -v port="$2" -v want="\${3:-}" '
      BEGIN { port = sprintf("%04X", port); every = want == "" || want ~ /^0+$/ }
      $4 == "0A" && split($2, l, ":") && l[2] == port && (every || l[1] == want || l[1] ~ /^0+$/) { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null); do
      for ops_p in $(find /proc/[0-9]*/fd -lname "socket:\[$ops_inode\]" 2>/dev/null | cut -d/ -f3); do
        grep -q "/$1\(/\|\$\)" "/proc/$ops_p/cgroup" 2>/dev/null || {
          echo "$(cat "/proc/$ops_p/comm") (pid $ops_p)"
          return 0
        }
      done
    done
  }
`
