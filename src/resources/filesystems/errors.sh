# The functions of `filesystem-errors`, as errors.ts describes them.
ops_errors_look() {
  ops_self=$(id -u) || return
  [ "$ops_self" = 0 ] || ops_missed "error counters on disk: only root can read them"
  for ops_device in $(ops_block_devices); do
    ops_ext_folder=/sys/fs/ext4/${ops_device##*/}
    if [ -r "$ops_ext_folder/errors_count" ]; then
      read -r ops_ext_count <"$ops_ext_folder/errors_count"
      ops_looked "$ops_device"
      [ "$ops_ext_count" = 0 ] || ops_ext_counted "$ops_ext_count" "$(cat "$ops_ext_folder/first_error_time")" "$(cat "$ops_ext_folder/last_error_time")" "$(cat "$ops_ext_folder/last_error_func" 2>/dev/null)"
      continue
    fi
    [ "$ops_self" = 0 ] || continue
    ops_type_code=0
    ops_ext_type=$(ops_filesystem_type "$ops_device") || ops_type_code=$?
    case $ops_type_code in 0|2) ;; *) ops_missed "error counters of $ops_device: blkid cannot tell what is on it"; continue;; esac
    case $ops_ext_type in ext[234]) ;; *) continue;; esac
    ops_ext_counters=$(TZ=UTC dumpe2fs -h "$ops_device" 2>/dev/null) || { ops_missed "error counters of $ops_device: dumpe2fs cannot read it"; continue; }
    ops_looked "$ops_device"
    ops_ext_counters=$(printf '%s\n' "$ops_ext_counters" | sed -n 's/^FS Error count: *//p; s/^\(First\|Last\) error \(time\|function\): */\1 \2=/p')
    case $ops_ext_counters in [1-9]*) ;; *) continue;; esac
    ops_ext_counted "${ops_ext_counters%%[!0-9]*}" "$(ops_ext_time First)" "$(ops_ext_time Last)" "$(printf '%s\n' "$ops_ext_counters" | sed -n 's/^Last function=//p')"
  done
  awk '{ for (i = 7; i < NF && $i != "-"; i++) ; if ($(i + 1) == "btrfs" && !seen[$(i + 2)]++) print $5 }' /proc/self/mountinfo |
  while read -r ops_target; do
    if command -v btrfs >/dev/null; then
      ops_btrfs_counters=$(btrfs device stats "$(printf %b "$(printf %s "$ops_target" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")" 2>/dev/null) ||
        { ops_missed "error counters of btrfs on $ops_target: they cannot be read"; continue; }
      ops_looked "btrfs on $ops_target"
      printf '%s\n' "$ops_btrfs_counters" | sed -n 's/^\[\(.*\)\]\.\([a-z_]*\) *\([1-9][0-9]*\)$/btrfs	\1	\2	\3/p'
    else
      set -- /sys/fs/btrfs/*/devinfo/*/error_stats
      [ -r "$1" ] || ops_missed "error counters of btrfs on $ops_target: the program btrfs is not installed"
    fi
  done
  command -v btrfs >/dev/null || for ops_btrfs_file in /sys/fs/btrfs/*/devinfo/*/error_stats; do
    [ ! -r "$ops_btrfs_file" ] || ops_looked "btrfs ${ops_btrfs_file#/sys/fs/btrfs/}"
    [ ! -r "$ops_btrfs_file" ] || OPS_A=$ops_btrfs_file awk '$2 > 0 { split(ENVIRON["OPS_A"], part, "/"); print "btrfs\t" part[5] " device " part[7] "\t" $1 "\t" $2 }' "$ops_btrfs_file"
  done
  for ops_degraded in /sys/block/*/md/degraded; do
    [ -r "$ops_degraded" ] && read -r ops_lacking <"$ops_degraded" || continue
    ops_array=${ops_degraded%/md/degraded}
    ops_looked "array ${ops_array##*/}"
    [ "$ops_lacking" != 0 ] || continue
    printf 'array\t%s\t%s\n' "${ops_array##*/}" "$ops_lacking"
  done
  return 0
}
ops_ext_counted() { printf 'ext\t%s\t%s\t%s\t%s\t%s\n' "$ops_device" "$@"; }
ops_ext_time() { TZ=UTC date -d "$(printf '%s\n' "$ops_ext_counters" | sed -n "s/^$1 time=//p")" +%s 2>/dev/null; }
