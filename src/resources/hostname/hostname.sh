# The name of a host: hostname(5), and the line 127.0.1.1 of /etc/hosts that Debian's installer writes.
# NAME: what the line 127.0.1.1 of /etc/hosts is to be.
ops_hostname_words() {
  case $1 in *.*) printf '127.0.1.1\t%s %s\n' "$1" "${1%%.*}";; *) printf '127.0.1.1\t%s\n' "$1";; esac
}
# NAME: prints the name that the kernel has, what /etc/hostname says (hostname(5); `none`), and whether that line has NAME and its
# first label: `named`, `other`, or `none` where there is no such line.
ops_hostname_look() {
  ops_name_kept=$(uname -n) || return
  printf 'now=%s\n' "$ops_name_kept"
  ops_name_kept=
  [ ! -f /etc/hostname ] || { ops_name_kept=$(sed -n -e 's/[[:blank:]]*#.*//' -e '/[^[:blank:]]/{p;q;}' /etc/hostname) || return; }
  printf 'static=%s\n' "${ops_name_kept:-none}"
  ops_name_kept=none
  if [ -f /etc/hosts ]; then
    ops_name_kept=$(ops_hostname_words "$1" | awk '
      { sub(/#.*/, "") }
      NR == 1 { for (n = 2; n <= NF; n++) wanted[$n]; next }
      $1 == "127.0.1.1" { seen = 1; for (n = 2; n <= NF; n++) delete wanted[$n] }
      END { for (each in wanted) missing = 1; print (!seen ? "none" : missing ? "other" : "named") }' - /etc/hosts) || return
  fi
  echo "address=$ops_name_kept"
}
ops_hostname() {
  ops_write /etc/hostname -- printf '%s\n' "$1" || return
  if [ -f /etc/hosts ] && grep -Eq '^[[:blank:]]*127[.]0[.]1[.]1[[:blank:]]' /etc/hosts; then
    ops_then ops_write /etc/hosts -- ops_hostname_edit "$1" || return
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
