# The functions of `filesystem-structure`, as structure.ts describes them.
ops_structure_look() {
  ops_self=$(id -u) || return
  [ "$ops_self" = 0 ] || { ops_missed "structure: only root can read disks"; return 0; }
  ops_mounts_seen=$(ops_all_mounts) ops_named=
  # shellcheck disable=SC2046 # one word for each device
  if [ $# = 0 ]; then set -- $(ops_block_devices); else ops_named=1; fi
  for ops_device; do
    ops_disk=$ops_device ops_idle=
    ops_structure "$ops_device"
    if [ -n "$ops_said" ]; then ops_missed "the structure of $ops_disk: $ops_said"
    elif [ -n "$ops_idle" ]; then ops_left "$ops_disk ($ops_idle)"
    else ops_looked "$ops_disk ($ops_type)"
    fi
  done
}
# How a device is mounted, in whatever namespace: rw, ro or nothing.
ops_mounted_as() {
  ops_name=$(readlink -f -- "$1") ops_name=${ops_name##*/}
  read -r ops_number <"/sys/class/block/$ops_name/dev" 2>/dev/null || ops_number=-
  ops_as=$(printf '%s\n' "$ops_mounts_seen" | OPS_A=$1 awk -v number="$ops_number" -v name="/dev/$ops_name" '
    {
      for (i = 7; i < NF && $i != "-"; i++) ;
      if ($3 != number && $(i + 2) != name && $(i + 2) != ENVIRON["OPS_A"]) next
      how = how == "rw" || $(i + 3) ~ /^rw/ ? "rw" : "ro"
    }
    END { print how }')
  [ -n "$ops_as" ] || { [ ! -r "/proc/fs/ext4/$ops_name/options" ] || read -r ops_as <"/proc/fs/ext4/$ops_name/options"; }
  [ -n "$ops_as" ] || { [ ! -e "/sys/fs/xfs/$ops_name" ] || ops_as=rw; }
  for ops_btrfs_member in /sys/fs/btrfs/*/devices/"$ops_name"; do [ -n "$ops_as" ] || [ ! -e "$ops_btrfs_member" ] || ops_as=rw; done
}
# Sets ops_type, and ops_head to "headless" where only a copy of the superblock can be read.
ops_superblock() {
  ops_head= ops_type=$(ops_filesystem_type "$1")
  [ -z "$ops_type" ] || return 0
  ops_head=headless
  ops_sectors=$(cat "/sys/class/block/$ops_name/size")
  if [ "$(ops_bytes "$1" 0 4)" = 58465342 ] || [ "$(ops_bytes "$1" $(((ops_sectors / 8 + 3) / 4 * 4096)) 4)" = 58465342 ]; then ops_type=xfs
  elif [ "$(ops_bytes "$1" 65600 8)" = 5f42485266535f4d ] || [ "$(ops_bytes "$1" 67108928 8)" = 5f42485266535f4d ]; then ops_type=btrfs
  elif [ "$(ops_bytes "$1" 1080 2)" = 53ef ] || dumpe2fs -h -o superblock=32768 -o blocksize=4096 "$1" >/dev/null 2>&1 ||
    dumpe2fs -h -o superblock=8193 -o blocksize=1024 "$1" >/dev/null 2>&1; then ops_type=ext4
  fi
}
# DEVICE OFFSET COUNT, as hex.
ops_bytes() { dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | od -An -v -tx1 | tr -d ' \n'; }
# Sets ops_said where it could not be asked, ops_idle where it need not be, ops_type, ops_as and ops_verdict; prints a record where it
# is damaged.
ops_structure() {
  ops_said=
  if [ ! -b "$1" ]; then ops_idle='not there'; [ -z "$ops_named" ] || printf 'structure\t%s\t\tabsent\t\n' "$1"; return 0; fi
  ops_mounted_as "$1"
  if [ "$ops_as" = rw ]; then
    if [ -n "$ops_named" ]; then ops_said="it is mounted read-write"; else ops_idle='in use for writing'; fi
    return 0
  fi
  ops_superblock "$1"
  ops_checker=
  case $ops_type in
    ext[234]) ops_checker=e2fsck; set -- "$1" e2fsck -f -n "$1";;
    xfs) ops_checker=xfs_repair; set -- "$1" xfs_repair -n ${ops_as:+-d} "$1";;
    btrfs) ops_checker=btrfs; set -- "$1" btrfs check --readonly ${ops_as:+--force} "$1";;
    *)
      if ! command -v blkid >/dev/null; then ops_said="blkid is not installed, so nobody knows what is on it"
      elif [ -n "$ops_named" ]; then ops_said="it holds ${ops_type:-nothing known}; what can be checked is ext4, XFS and btrfs"
      else ops_idle=${ops_type:-empty}
      fi
      return 0;;
  esac
  command -v "$ops_checker" >/dev/null || { ops_said="$ops_checker is not installed"; return 0; }
  ops_device=$1
  shift
  ops_code=0
  { ops_told=$(ops_alive "$@" </dev/null 2>&1) || ops_code=$?; } 7>&2
  [ "$ops_code" != 0 ] || return 0
  case $ops_told in
    *" is in use."*|*"contains a mounted filesystem"*|*"evice or resource busy"*|*" is mounted"*)
      ops_said="it is in use"; return 0;;
  esac
  ops_complaint=$(printf '%s\n' "$ops_told" | ops_first_complaint)
  ops_verdict=${ops_head:-damaged}
  case $ops_type in
    ext[234]) case $ops_told in *"skipping journal recovery"*) ops_verdict=unfinished;; esac;;
    xfs)
      case $ops_told in *ALERT:*) ops_verdict=unfinished;; esac
      # Counters that are written at unmount only: what a clean unmount after the next mount sets right.
      if [ -z "$ops_complaint" ]; then
        [ "$ops_verdict" = unfinished ] || ops_said="was not unmounted cleanly: mount it once, then look again"
        [ -n "$ops_said" ] || ops_said="its log waits to be replayed: mount it once, then look again"
        return 0
      fi;;
  esac
  printf 'structure\t%s\t%s\t%s\t%s\n' "$ops_device" "$ops_type" "$ops_verdict" "$ops_complaint"
}
# The first line that tells of a damage: banners, progress and counters that wait for an unmount do not.
ops_first_complaint() {
  sed -e '/^e2fsck [0-9]/d' -e '/^Pass [0-9]/d' -e '/^Phase [0-9]/d' -e '/^ *- /d' -e '/^ *$/d' -e '/^Warning: skipping journal/d' \
    -e '/^\[[0-9]*\/[0-9]*\] checking/d' -e '/^Opening filesystem/d' -e '/^Checking filesystem/d' -e '/^UUID:/d' -e '/^sb_[a-z]* [0-9]*, counted/d' \
    -e '/^ALERT:/,/^ *to destroy\|^$/d' -e '/^No modify flag/d' -e '/^WARNING: filesystem mounted/d' -e '/^Warning! /d' -e "s/$ops_tab/ /g" \
    -e 's/  *[A-Z][a-z]*? no$//' -e 's/ at 0x[0-9a-f]*,/:/' -e 's/[ .!]*$//' |
    head -n 1 | cut -c 1-160
}
