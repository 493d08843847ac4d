# The functions of `others`, as others.ts describes them.
# FUNCTION PATH ...
ops_with_others() {
  case ${ops_joined:-}/$2 in /*|*"$ops_newline"*) "$@"; return;; esac
  ops_unsynced=yes
  "$@" || { ops_with_failed=$?; ops_unsynced=; return "$ops_with_failed"; }
  ops_unsynced= ops_to_sync="$ops_to_sync$ops_member ${2%/*}/$ops_newline"
}
ops_others_synced() {
  ops_rest=$ops_to_sync ops_list=$ops_newline$ops_to_sync ops_seen=$ops_newline ops_to_sync= && set --
  while [ -n "$ops_rest" ]; do
    ops_dir=${ops_rest%%"$ops_newline"*} ops_rest=${ops_rest#*"$ops_newline"}
    ops_dir=${ops_dir#* }
    case $ops_seen in *"$ops_newline$ops_dir$ops_newline"*) continue;; esac
    ops_seen=$ops_seen$ops_dir$ops_newline && set -- "$@" "$ops_dir"
  done
  { [ $# -gt 2 ] && ops_syncfs_tells && ops_one_of_each "$@" && ops_sync_devices; } || ops_each_synced "$@" || return
  ops_stages
  [ -z "$ops_stages" ] || : >"$ops_stages"
}
# DIRECTORY...: sets ops_devices to one of each file system.
ops_one_of_each() {
  ops_rest=$(stat -L -c %d -- "$@" 2>/dev/null) || return 1
  ops_seen=' ' ops_devices=
  for ops_dir; do
    ops_device_id=${ops_rest%%"$ops_newline"*} ops_rest=${ops_rest#*"$ops_newline"}
    case $ops_seen in *" $ops_device_id "*) continue;; esac
    ops_seen="$ops_seen$ops_device_id " ops_devices=$ops_devices$ops_dir$ops_newline
  done
}
# DIRECTORY...: where the disk says no, the step whose it is has failed, and the others are done all the same. A directory
# that may be written and not read (0733) cannot be opened for that: alone, a change in it is done without a sync as well.
ops_each_synced() {
  for ops_dir; do
    ops_said=$(sync "$ops_dir" 2>&1) || case $ops_said in *'Invalid argument'*|*'Permission denied'*) ;; *)
      ops_member=${ops_list%%" $ops_dir$ops_newline"*}
      ops_member=${ops_member##*"$ops_newline"}
      ops_reached "${ops_member%% *}" +
      printf 'ops: %s: what was changed in it does not reach the disk (%s)\n' "$ops_dir" "${ops_said##*: }" >&2
      return 1;;
    esac
  done
}
