/** Shell that looks at the time zone of a host and sets it, as localtime(5) and Debian's tzdata have it. */
import { library } from '../../shell/library.ts'

/**
 * `ops_timezone_look ZONE` prints `zone=` (the name that /etc/localtime leads to; `none` where there is none, `a file` where it
 * is no link), `text=` what /etc/timezone says, `none` where it is not there, and whether ZONE is `known=yes|no` here.
 */
export const timezoneLookLibrary = library('timezone-look')`
  ops_timezone_look() {
    ops_a=none
    if [ -L /etc/localtime ]; then ops_a=$(readlink -f /etc/localtime) && ops_a=\${ops_a#/usr/share/zoneinfo/}
      # A name of a zone may be a link to another one: what was written is what counts.
      ops_b=$(readlink /etc/localtime)
      case $ops_b in */zoneinfo/*) ops_a=\${ops_b##*/zoneinfo/};; esac
    elif [ -e /etc/localtime ]; then ops_a='a file'
    fi
    printf 'zone=%s\n' "$ops_a"
    if [ -f /etc/timezone ]; then printf 'text=%s\n' "$(head -n 1 /etc/timezone)"; else echo text=none; fi
    if [ -f "/usr/share/zoneinfo/$1" ]; then echo known=yes; else echo known=no; fi
  }
`

/** `ops_timezone ZONE`. */
export const timezoneEditLibrary = library('timezone-edit', 'apply')`
  ops_timezone() {
    [ -L /etc/localtime ] || ops_remove /etc/localtime || return
    ops_symlink /etc/localtime "/usr/share/zoneinfo/$1" || return
    [ ! -f /etc/timezone ] || ops_write /etc/timezone -- printf '%s\n' "$1"
  }
`
