# The time zone of a host: localtime(5), and Debian's tzdata.
# ZONE: prints the name that /etc/localtime leads to (`none`; `a file` where it is no link), what /etc/timezone says (`none`),
# and whether ZONE is known here.
ops_timezone_look() {
  ops_zone=none
  # A name of a zone may be a link to another one: what was written is what counts.
  if [ -L /etc/localtime ]; then ops_zone=$(readlink /etc/localtime) || return
    case $ops_zone in */zoneinfo/*) ops_zone=${ops_zone##*/zoneinfo/};; *) ops_zone=$(readlink -f /etc/localtime) || return; ops_zone=${ops_zone#/usr/share/zoneinfo/};; esac
  elif [ -e /etc/localtime ]; then ops_zone='a file'
  fi
  printf 'zone=%s\n' "$ops_zone"
  ops_zone_text=none
  [ ! -f /etc/timezone ] || { ops_zone_text=$(sed 1q /etc/timezone) || return; }
  printf 'text=%s\n' "$ops_zone_text"
  if [ -f "/usr/share/zoneinfo/$1" ]; then echo known=yes; else echo known=no; fi
}
ops_timezone() {
  if [ -L /etc/localtime ] || [ ! -e /etc/localtime ]; then ops_symlink /etc/localtime "/usr/share/zoneinfo/$1" || return
  else ops_remove /etc/localtime && ops_then ops_symlink /etc/localtime "/usr/share/zoneinfo/$1" || return
  fi
  [ ! -f /etc/timezone ] || ops_then ops_write /etc/timezone -- printf '%s\n' "$1"
}
