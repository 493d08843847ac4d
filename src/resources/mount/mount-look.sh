# The functions of `mount-look`, as look.ts describes them.
# DEVICE PATH FLAGS (with commas)
ops_mount_look() {
  (ops_mount_sure "$2") || { ops_mount_sure "$2" || printf 'why=%s\n' "$ops_why"; }
  ops_a=none
  [ ! -f /etc/fstab ] || ops_a=$(ops_mount_word "$2" | awk '
    NR == FNR { path = $0; next }
    /^[ \t]*#/ { next }
    $2 == path { $1 = $1; print; found++ }
    END { if (!found) print "none" }' - /etc/fstab) || return 1
  case $ops_a in *"$ops_newline"*) ops_a='several lines';; esac
  printf 'fstab=%s\n' "$ops_a"
  ops_mount_find "$2" || { echo mounted=no; ops_mount_below "$2"; return 0; }
  if ops_mount_same "$1" "$2" "$3"; then echo mounted=yes; else printf 'mounted=%s\n' "$ops_source"; fi
  ops_d=
  for ops_a in $(echo "$3" | tr , ' '); do
    case $ops_a in ro|nosuid|nodev|noexec|noatime) case ,$ops_flags, in *,"$ops_a",*) ;; *) ops_d="$ops_d $ops_a";; esac;; esac
  done
  case ,$3, in *,ro,*) ;; *) case ,$ops_flags, in *,ro,*) ops_d="$ops_d rw";; esac;; esac
  printf 'lacks=%s\n' "${ops_d:-none}"
}
# A word as fstab and the kernel spell it: \040 is a blank.
ops_mount_word() { printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g'; }
# PATH: ops_source and ops_flags of what is mounted there last.
ops_mount_find() {
  ops_a=$(ops_mount_word "$1" | awk '
    NR == FNR { path = $0; next }
    $5 == path {
      flags = $6; for (i = 7; i <= NF && $i != "-"; i++);
      found = $(i + 2) " " flags "," $(i + 3)
    }
    END { if (found == "") exit 1; print found }' - /proc/self/mountinfo) || return 1
  ops_source=$(printf '%b' "$(printf %s "${ops_a%% *}" | sed 's/\\\([0-7]\)/\\0\1/g')") ops_flags=${ops_a#* }
}
# PATH: whether nobody else can lead mount(8) elsewhere, which goes there by its name, and no link does.
ops_mount_sure() {
  ops_at=${1%/*}
  ops_sure "${ops_at:-/}" || return 1
  [ "$(readlink -f -- "$1")" = "$1" ] || [ ! -e "${1%/*}/" ] || { ops_why="a symbolic link leads elsewhere: name the real path in the step"; return 1; }
}
# DEVICE PATH FLAGS: whether that is what is mounted there.
ops_mount_same() {
  ops_b=$1
  # shellcheck disable=SC3013 # dash, bash and busybox know -ef
  case ,$3, in *,bind,*|*,rbind,*) [ "$1" -ef "$2" ]; return;; esac
  [ "$ops_b" != "$ops_source" ] || return 0
  case $ops_b in
    UUID=*) ops_b=/dev/disk/by-uuid/${ops_b#*=};;
    LABEL=*) ops_b=/dev/disk/by-label/${ops_b#*=};;
    PARTUUID=*) ops_b=/dev/disk/by-partuuid/${ops_b#*=};;
    PARTLABEL=*) ops_b=/dev/disk/by-partlabel/${ops_b#*=};;
  esac
  case $ops_b in /*) ;; *) return 1;; esac
  if [ -b "$ops_b" ]; then [ "$(readlink -f -- "$ops_b")" = "$(readlink -f -- "$ops_source")" ]
  else
    # A file is mounted through a loop device.
    ops_a=$(cat "/sys/class/block/${ops_source##*/}/loop/backing_file" 2>/dev/null) && [ "$ops_a" = "$ops_b" ]
  fi
}
# PATH: what is there to mount on.
ops_mount_below() {
  if [ -d "$1" ]; then
    if [ -n "$(ls -A -- "$1" | head -c 1)" ]; then echo below=filled; else echo below=empty; fi
  elif [ -e "$1" ] || [ -L "$1" ]; then echo below=occupied
  else echo below=absent
  fi
}
