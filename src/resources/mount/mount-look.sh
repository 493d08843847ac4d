# The functions of `mount-look`, as look.ts describes them.
# DEVICE PATH FLAGS (with commas) TYPE
ops_mount_look() {
  (ops_mount_sure "$2") || { ops_mount_sure "$2" || printf 'why=%s\n' "$ops_why"; }
  ops_fstab_line=none
  ops_mount_path=$(ops_mount_word "$2") || return
  [ ! -f /etc/fstab ] || ops_fstab_line=$(printf '%s\n' "$ops_mount_path" | awk '
    function plain(place) { gsub(/\/\/+/, "/", place); if (place != "/") sub(/\/$/, "", place); return place }
    NR == FNR { path = $0; next }
    /^[ \t]*#/ { next }
    plain($2) == path { $1 = $1; print; found++ }
    END { if (!found) print "none" }' - /etc/fstab) || return 1
  case $ops_fstab_line in *"$ops_newline"*) ops_fstab_line='several lines';; esac
  printf 'fstab=%s\n' "$ops_fstab_line"
  [ ! -d /run/systemd/system ] || ops_mount_units "$2"
  ops_mount_find "$2" || case $? in 1) echo mounted=no; ops_mount_below "$2"; return 0;; *) return 1;; esac
  if ops_mount_same "$1" "$2" "$3" "$4"; then echo mounted=yes; else printf 'mounted=%s (%s)\n' "$ops_source" "$ops_type"; fi
  ops_flags_lacking=
  ops_flags_wanted=$3,
  while [ -n "$ops_flags_wanted" ]; do
    ops_mount_flag=${ops_flags_wanted%%,*} ops_flags_wanted=${ops_flags_wanted#*,}
    ops_mount_is_shown "$ops_mount_flag" "$3" || continue
    case ,$ops_flags, in *,"$ops_mount_flag",*) ;; *) ops_flags_lacking="$ops_flags_lacking $ops_mount_flag";; esac
  done
  # Some can be read alone, whatever is asked.
  case $ops_type,$3, in squashfs,*|iso9660,*|*,ro,*) ;; *) case ,$ops_flags, in *,ro,*) ops_flags_lacking="$ops_flags_lacking rw";; esac;; esac
  ops_mount_unasked "$3"
  [ "$ops_type" != tmpfs ] || ops_mount_memory "$2" "$3" || return
  ops_flags_lacking=${ops_flags_lacking# }
  printf 'lacks=%s\n' "${ops_flags_lacking:-none}"
}
# FLAG FLAGS: whether the kernel shows that flag where it is in effect, and sets it on what is mounted; `dirsync`, it does not.
ops_mount_is_shown() {
  case $1 in
    ro|nosuid|nodev|noexec|noatime) return 0 ;;
    discard) [ "$ops_type" = ext4 ] || return 1 ;;
    nodiratime|sync|lazytime) ;;
    *) return 1 ;;
  esac
  case ,$2, in *,bind,*|*,rbind,*) return 1 ;; esac
  ops_mount_is_plain "$ops_type"
}
# FLAGS: adds to ops_flags_lacking what a flag that nobody asked for takes away. Of a bind mount, and of what a program of its own
# mounts, the flags may come from elsewhere; `user` and its like bring all three.
ops_mount_unasked() {
  ops_mount_is_plain "$ops_type" || return 0
  case ,$1, in *,bind,*|*,rbind,*|*,user,*|*,users,*|*,owner,*|*,group,*) return 0;; esac
  for ops_mount_flag in suid dev exec; do
    case ,$1, in *,"no$ops_mount_flag",*) continue;; esac
    case ,$ops_flags, in *,"no$ops_mount_flag",*) ops_flags_lacking="$ops_flags_lacking $ops_mount_flag";; esac
  done
}
# NAME FLAGS: into ops_mount_asked what is asked for by that name; 1: nothing.
ops_mount_value() {
  ops_mount_asked=$(printf '%s\n' "$2" | tr , '\n' | sed -n "s/^$1=//p" | tail -n 1)
  [ -n "$ops_mount_asked" ]
}
# NAME: into ops_mount_asked what a tmpfs has without it, where the kernel shows another size or number of files: half of the memory, and one
# for each such page. 1: it shows none, or that cannot be known.
ops_mount_default() {
  case $1,$ops_flags, in
    size,*,size=*) ops_mount_asked=50% ;;
    nr_inodes,*,nr_inodes=*)
      ops_mount_memory_known && ops_mount_asked=$((ops_mount_memory_kib * 1024 / ${ops_mount_pages%% *} / 2))
      ;;
    *) return 1 ;;
  esac
}
# Sets ops_mount_memory_kib, unless a container shows another one.
ops_mount_memory_known() {
  ! grep -q ' /proc/meminfo ' /proc/self/mountinfo || return 1
  ops_mount_memory_kib=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
  [ -n "$ops_mount_memory_kib" ]
}
# PATH FLAGS: adds to ops_flags_lacking what a tmpfs has otherwise: its size, how many files, and whose its folder is.
ops_mount_memory() {
  # The size of a page, how many there are, and how many files there may be.
  ops_mount_pages=$(stat -f -c '%S %b %c' -- "$1") && ops_mount_folder=$(stat -c '%a:%u:%g' -- "$1") || return 1
  for ops_mount_flag in size nr_inodes mode uid gid; do
    ops_mount_value "$ops_mount_flag" "$2" || ops_mount_default "$ops_mount_flag" || continue
    case $ops_mount_flag in
      size) ops_mount_size "${ops_mount_pages%% *}"; ops_mount_is=${ops_mount_pages#* } ops_mount_is=${ops_mount_is% *} ;;
      nr_inodes) ops_mount_bytes "$ops_mount_asked"; ops_mount_is=${ops_mount_pages##* } ;;
      mode) ops_mount_wanted=$(printf '%s' "$ops_mount_asked" | sed 's/^0*\(.\)/\1/'); ops_mount_is=${ops_mount_folder%%:*} ;;
      uid) ops_mount_number -u; ops_mount_is=${ops_mount_folder#*:} ops_mount_is=${ops_mount_is%:*} ;;
      gid) ops_mount_number -g; ops_mount_is=${ops_mount_folder##*:} ;;
    esac
    [ -z "$ops_mount_wanted" ] || [ "$ops_mount_wanted" = "$ops_mount_is" ] || ops_flags_lacking="$ops_flags_lacking $ops_mount_flag=$ops_mount_asked"
  done
}
# PAGE: sets ops_mount_wanted to how many pages that size is, or to nothing where it cannot be known. A percentage is of the memory, unless a container shows another one.
ops_mount_size() {
  case $ops_mount_asked in
    *[!0-9]*%) ops_mount_wanted= ;;
    *%)
      ops_mount_wanted=
      ! ops_mount_memory_known || ops_mount_wanted=$(((ops_mount_memory_kib * 1024 * ${ops_mount_asked%?} / 100 + $1 - 1) / $1))
      ;;
    *)
      ops_mount_bytes "$ops_mount_asked"
      [ -z "$ops_mount_wanted" ] || ops_mount_wanted=$(((ops_mount_wanted + $1 - 1) / $1))
      ;;
  esac
}
# NUMBER, which k, m or g may follow: sets ops_mount_wanted, in the same way.
ops_mount_bytes() {
  case ${1%[kKmMgG]} in
    '' | *[!0-9]* | 0?*) ops_mount_wanted=; return 0 ;;
  esac
  case $1 in
    *[kK]) ops_mount_wanted=$((${1%?} << 10)) ;;
    *[mM]) ops_mount_wanted=$((${1%?} << 20)) ;;
    *[gG]) ops_mount_wanted=$((${1%?} << 30)) ;;
    *) ops_mount_wanted=$1 ;;
  esac
}
# -u or -g: sets ops_mount_wanted to the number of that user or group, as mount(8) takes names as well.
ops_mount_number() {
  case $ops_mount_asked in
    *[!0-9]*)
      if [ "$1" = -u ]; then ops_mount_wanted=$(id -u -- "$ops_mount_asked" 2>/dev/null) || ops_mount_wanted=
      else ops_mount_wanted=$(getent group "$ops_mount_asked" | cut -d : -f 3)
      fi
      ;;
    *) ops_mount_wanted=$ops_mount_asked ;;
  esac
}
# TYPE: whether the kernel shows a file system of that type by this name, and mounts it itself.
ops_mount_is_plain() {
  case $1 in tmpfs|ramfs|ext2|ext3|ext4|xfs|btrfs|f2fs|vfat|squashfs|iso9660|overlay) ;; *) return 1;; esac
}
# PATH: `unit=` the file that systemd goes by in the place of the line of fstab, and `asked=` the link that has such a unit mounted at boot.
ops_mount_units() {
  ops_mount_name=$(systemd-escape -p --suffix=mount -- "$1" 2>/dev/null) || return 0
  for ops_mount_unit in "/etc/systemd/system/$ops_mount_name" "/run/systemd/system/$ops_mount_name"; do
    [ -e "$ops_mount_unit" ] || [ -L "$ops_mount_unit" ] || continue
    printf 'unit=%s\n' "$ops_mount_unit"
    [ "$(readlink -- "$ops_mount_unit")" != /dev/null ] || return 0
    break
  done
  for ops_mount_unit in /etc/systemd/system/*.wants /etc/systemd/system/*.requires /lib/systemd/system/*.wants; do
    [ -L "$ops_mount_unit/$ops_mount_name" ] || continue
    printf 'asked=%s\n' "$ops_mount_unit/$ops_mount_name"
    return 0
  done
}
# A word as fstab and the kernel spell it: \040 is a blank.
ops_mount_word() { printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g'; }
# PATH: ops_source, ops_type and ops_flags of what is mounted there last. 1: nothing is; 2: that cannot be told.
ops_mount_find() {
  ops_mount_path=$(ops_mount_word "$1") || return 2
  ops_mounted_there=$(printf '%s\n' "$ops_mount_path" | awk '
    NR == FNR { path = $0; next }
    $5 == path {
      flags = $6; for (i = 7; i <= NF && $i != "-"; i++);
      found = $(i + 2) " " $(i + 1) " " flags "," $(i + 3)
    }
    END { if (found == "") exit 1; print found }' - /proc/self/mountinfo) || { [ $? != 1 ] || return 1; return 2; }
  ops_source=$(printf %s "${ops_mounted_there%% *}" | sed 's/\\\([0-7]\)/\\0\1/g') || return 2
  ops_source=$(printf '%b' "$ops_source") ops_flags=${ops_mounted_there##* }
  ops_type=${ops_mounted_there#* } ops_type=${ops_type% *}
}
# PATH: whether nobody else can lead mount(8) elsewhere, which goes there by its name, and no link does.
ops_mount_sure() {
  ops_at=${1%/*}
  ops_sure "${ops_at:-/}" || return 1
  [ "$(readlink -f -- "$1")" = "$1" ] || [ ! -e "${1%/*}/" ] || { ops_why="a symbolic link leads elsewhere: name the real path in the step"; return 1; }
}
# DEVICE PATH FLAGS TYPE: whether that is what is mounted there.
ops_mount_same() {
  ops_mount_device=$1
  # shellcheck disable=SC3013 # dash, bash and busybox know -ef
  case ,$3, in *,bind,*|*,rbind,*) [ "$1" -ef "$2" ]; return;; esac
  ! ops_mount_is_plain "$4" || [ "$ops_type" = "$4" ] || return 1
  [ "$ops_mount_device" != "$ops_source" ] || return 0
  case $ops_mount_device in
    UUID=*) ops_mount_device=/dev/disk/by-uuid/${ops_mount_device#*=};;
    LABEL=*) ops_mount_device=/dev/disk/by-label/${ops_mount_device#*=};;
    PARTUUID=*) ops_mount_device=/dev/disk/by-partuuid/${ops_mount_device#*=};;
    PARTLABEL=*) ops_mount_device=/dev/disk/by-partlabel/${ops_mount_device#*=};;
  esac
  case $ops_mount_device in /*) ;; *) return 1;; esac
  if [ -b "$ops_mount_device" ]; then [ "$(readlink -f -- "$ops_mount_device")" = "$(readlink -f -- "$ops_source")" ]
  else
    # A file is mounted through a loop device.
    ops_loop_file=$(cat "/sys/class/block/${ops_source##*/}/loop/backing_file" 2>/dev/null) && [ "$ops_loop_file" = "$ops_mount_device" ]
  fi
}
# PATH: what is there to mount on.
ops_mount_below() {
  if [ -d "$1" ]; then
    if [ -n "$(ls -A -- "$1" | head -c 1)" ]; then echo below=filled; else echo below=empty; fi
  elif [ -e "$1" ] || [ -L "$1" ]; then echo below=occupied
  else
    echo below=absent
    ops_wants_detail || return 0
    ops_mount_made= ops_mount_path=$1
    until [ -e "$ops_mount_path/" ]; do ops_mount_made=$ops_mount_path${ops_mount_made:+, $ops_mount_made} ops_mount_path=${ops_mount_path%/*}; done
    printf '%s\n' "$ops_mount_made" | ops_detail 0
  fi
}
