# The functions of `port`, as port-holder.ts describes them.
ops_port_holder() {
  for ops_inode in $(awk -v port="$2" -v want="${3:-}" '
    BEGIN { port = sprintf("%04X", port); every = want == "" || want ~ /^0+$/ }
    $4 == "0A" && split($2, l, ":") && l[2] == port && (every || l[1] == want || l[1] ~ /^0+$/) { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null); do
    for ops_holder_pid in $(find /proc/[0-9]*/fd -lname "socket:\[$ops_inode\]" 2>/dev/null | cut -d/ -f3); do
      grep -q "/$1\(/\|\$\)" "/proc/$ops_holder_pid/cgroup" 2>/dev/null || {
        echo "$(cat "/proc/$ops_holder_pid/comm") (pid $ops_holder_pid)"
        return 0
      }
    done
  done
}
