# The functions of `hostname-change`, as change.ts describes them.
ops_hostname() {
  ops_write /etc/hostname -- printf '%s\n' "$1" || return
  if [ -f /etc/hosts ] && grep -Eq '^[[:blank:]]*127[.]0[.]1[.]1[[:blank:]]' /etc/hosts; then
    ops_write /etc/hosts -- ops_hostname_edit "$1" || return
  fi
  printf %s "$1" >/proc/sys/kernel/hostname 2>/dev/null || hostname "$1"
}
# The names come first in the first such line; the old ones go, whatever other names there are stays.
ops_hostname_edit() {
  { ops_hostname_words "$1"; uname -n; cat "$ops_old"; } | awk '
    NR == 1 { line = $0; for (n = 2; n <= NF; n++) left[$n]; next }
    NR == 2 { old = $0; short = old; sub(/[.].*/, "", short); left[old]; left[short]; next }
    $1 == "127.0.1.1" && !done {
      done = 1; comment = index($0, "#") ? " " substr($0, index($0, "#")) : ""
      sub(/#.*/, "")
      for (n = 2; n <= NF; n++) if (!($n in left)) line = line " " $n
      print line comment
      next
    }
    { print }'
}
