# The functions of `timezone-look`, as shell.ts describes them.
ops_timezone_look() {
  ops_a=none
  if [ -L /etc/localtime ]; then ops_a=$(readlink -f /etc/localtime) && ops_a=${ops_a#/usr/share/zoneinfo/}
    # A name of a zone may be a link to another one: what was written is what counts.
    ops_b=$(readlink /etc/localtime)
    case $ops_b in */zoneinfo/*) ops_a=${ops_b##*/zoneinfo/};; esac
  elif [ -e /etc/localtime ]; then ops_a='a file'
  fi
  printf 'zone=%s\n' "$ops_a"
  if [ -f /etc/timezone ]; then printf 'text=%s\n' "$(head -n 1 /etc/timezone)"; else echo text=none; fi
  if [ -f "/usr/share/zoneinfo/$1" ]; then echo known=yes; else echo known=no; fi
}
