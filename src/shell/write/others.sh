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
  [ -z "$ops_stages" ] || true >"$ops_stages"
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
# DIRECTORY: its names reach the disk, where it can be opened for that: one that may be written and not read (0300, 0733) cannot.
# Sets ops_why to why they do not.
ops_directory_synced() {
  ops_said=$(sync "$1" 2>&1) || case $ops_said in *'Invalid argument'*|*'Permission denied'*) ;; *) ops_why=${ops_said##*: }; return 1;; esac
}
# DIRECTORY...: where the disk says no, the steps whose it is have failed, and the others are done all the same.
ops_each_synced() {
  ops_unsure_members=
  for ops_dir; do
    if ! ops_directory_synced "$ops_dir"; then
      ops_rest=${ops_list#"$ops_newline"}
      while [ -n "$ops_rest" ]; do
        ops_one=${ops_rest%%"$ops_newline"*} ops_rest=${ops_rest#*"$ops_newline"}
        [ "${ops_one#* }" != "$ops_dir" ] || ops_unsure_members="$ops_unsure_members ${ops_one%% *}"
      done
      printf 'ops: %s: what was changed in it does not reach the disk (%s)\n' "$ops_dir" "$ops_why" >&2
    fi
  done
  [ -z "$ops_unsure_members" ] || ops_unproven $ops_unsure_members
}
# MEMBER...: they are done, and may not outlive a loss of power: they have failed, beside the one that failed before (`ops_failed`).
ops_unproven() {
  ops_beside=$(printf '%s\n' "$@" | sort -nu | tr '\n' ,) ops_beside=${ops_beside%,}
  if [ "${ops_failed:-0}" = 0 ]; then
    case $ops_beside in *,*) ops_reached "${ops_beside%%,*}" "+${ops_beside#*,}";; *) ops_reached "$ops_beside" +;; esac
  else
    read -r ops_reached_at ops_reached_after <"$OPS_DIR/reached" || return 1
    case $ops_reached_after in '') ops_reached_after=-;; *,*|*[0-9]) ops_reached_after=$ops_reached_after,;; esac
    ops_reached "$ops_reached_at" "$ops_reached_after$ops_beside"
  fi
  return 1
}
