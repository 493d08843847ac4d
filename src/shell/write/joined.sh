# The functions of `joined`, as joined.ts describes them.
# Removes all stages with what is left in them.
ops_unstage() {
  ops_rest=${ops_staged#"$ops_newline"}
  set --
  while [ -n "$ops_rest" ]; do
    ops_staged_in=${ops_rest%%"$ops_newline"*}
    set -- "$@" "${ops_staged_in%/}/$ops_stage"
    ops_rest=${ops_rest#*"$ops_newline"}
  done
  [ $# = 0 ] || { [ -z "$ops_swapped" ] && rmdir -- "$@" 2>/dev/null; } || rm -rf -- "$@" || return 1
  ops_nothing_held
  ops_stages
  [ -z "$ops_stages" ] || [ -n "${ops_to_sync:-}" ] || true >"$ops_stages"
}
ops_nothing_held() {
  ops_swapped= ops_held=0 ops_last_path= ops_text= ops_staged=$ops_newline ops_held_paths=$ops_newline
}
# WORD...: sets them for what is held at ops_held_at.
ops_take() {
  for ops_field; do eval "ops_$ops_field=\$ops_${ops_field}_$ops_held_at"; done
  ops_path=${ops_dir%/}/$ops_name ops_new=${ops_dir%/}/$ops_stage/$ops_name
}
# The files of which all edits are known.
ops_held_edited() {
  ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take dir name is many
    [ -n "$ops_many" ] || continue
    ops_take whole edits count
    cd -P -- "$ops_dir" && ops_here && [ "$PWD" = "$ops_dir" ] || return 1
    ops_old=$ops_is
    ops_made "$ops_many" "$ops_count" || return 1
    eval "ops_text_$ops_held_at=\$ops_text"
  done
}
# Proves, dresses and names what is staged. Where it fails, ops_member tells whose step that is.
ops_write_end() {
  [ "$ops_held" -gt 0 ] || { ops_unstage; return; }
  ops_all_held=$ops_held ops_devices= ops_first_left=1 ops_at_once=yes
  if ops_held_edited && ops_held_proved && ops_held_dressed && ops_held_kept && ops_held_synced; then
    ops_held_named || { ops_failed=$?; ops_held_unkept; ops_unstage; ops_synced; return $ops_failed; }
    ops_held_unkept
    ops_unstage
    [ "$ops_first_left" = 1 ] || ops_synced || return
    [ "$ops_first_left" -le "$ops_all_held" ] || return 0
  else
    ops_held_unkept
    ops_unstage
  fi
  ops_held_alone
}
# Those that are left, each by itself.
ops_held_alone() {
  ops_held_at=$ops_first_left
  while [ "$ops_held_at" -le "$ops_all_held" ]; do
    eval "ops_whose=\$ops_whose_$ops_held_at"
    for ops_member in $ops_whose; do
      ops_reached "$ops_member"
      (ops_joined= ops_kept_for=$ops_member; ops_do_member) || return
    done
    ops_held_at=$((ops_held_at + 1))
  done
}
# Whether all that was staged is whole, and what it replaces is what was looked at.
ops_held_proved() {
  set -- && ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take dir name is seen
    [ -z "$ops_is" ] || [ -n "$ops_seen" ] || set -- "$@" "$ops_path"
  done
  ops_list=
  [ $# = 0 ] || ops_list=$(TZ=UTC0 stat -c "$ops_identity" -- "$@" 2>/dev/null) || return 1
  set -- && ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take dir name is seen sha was
    if [ -n "$ops_is" ] && [ -z "$ops_seen" ]; then
      ops_seen=${ops_list%%"$ops_newline"*} ops_list=${ops_list#*"$ops_newline"}
      eval "ops_seen_$ops_held_at=\$ops_seen"
    fi
    # A regular file with one name, that is. Else it is done by itself.
    if [ -n "$ops_seen" ]; then ops_is "$ops_seen" && [ "$ops_kind/$ops_names" = 8/1 ] || return 1; fi
    if [ -n "$ops_sha" ]; then
      set -- "$@" "$ops_new"
      case $ops_was in ''|absent) ;; *) set -- "$@" "$ops_path";; esac
    fi
  done
  [ $# != 0 ] || return 0
  ops_list=$(sha256sum -- "$@" 2>/dev/null) || return 1
  ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take sha was
    [ -n "$ops_sha" ] || continue
    ops_held_sum "$ops_sha" || return 1
    case $ops_was in ''|absent) ;; *) ops_held_sum "$ops_was" || return 1;; esac
  done
}
# HASH: whether it is the next of ops_list.
ops_held_sum() {
  ops_sum_line=${ops_list%%"$ops_newline"*} ops_list=${ops_list#*"$ops_newline"}
  ops_sum_line=${ops_sum_line#\\} && [ "${ops_sum_line%% *}" = "$1" ]
}
# Owner, mode and attributes: new files that are to have the same get them together.
ops_held_dressed() {
  ops_dressed=' ' ops_first_alike=0
  while [ "$ops_first_alike" -lt "$ops_all_held" ]; do
    ops_first_alike=$((ops_first_alike + 1)) && ops_held_at=$ops_first_alike
    case $ops_dressed in *" $ops_held_at "*) continue;; esac
    ops_take dir name is seen mode owner group
    if [ -n "$ops_is" ] || { [ -n "$ops_owner$ops_group" ] && [ "$ops_user" != 0 ]; }; then
      (ops_like= ops_size= ops_open= ops_old= && cd -P -- "${ops_new%/*}" && ops_here &&
        if [ -n "$ops_is" ]; then ops_old=../$ops_name && ops_is "$ops_seen"; else ops_fresh=$ops_mode; fi && ops_dress) >/dev/null 2>&1 || return 1
      continue
    fi
    ops_dress_all "$ops_mode $ops_owner:$ops_group" || return 1
  done
}
# MODE OWNER:GROUP.
ops_dress_all() {
  ops_alike=$1 && set --
  while [ "$ops_held_at" -le "$ops_all_held" ]; do
    ops_take dir name is mode owner group
    if [ -z "$ops_is" ] && [ "$ops_mode $ops_owner:$ops_group" = "$ops_alike" ]; then
      set -- "$@" "$ops_new" && ops_dressed="$ops_dressed$ops_held_at "
    fi
    ops_held_at=$((ops_held_at + 1))
  done
  case $ops_alike in
    *' :') ;;
    *:) ops_owner_only=${ops_alike#* } && chown -- "${ops_owner_only%:}" "$@" 2>/dev/null || return 1;;
    *) chown -- "${ops_alike#* }" "$@" 2>/dev/null || return 1;;
  esac
  chmod -- "${ops_alike%% *}" "$@" 2>/dev/null
}
# What each replaces is kept. The journal tells of it when the validators before it and its own have agreed.
ops_held_kept() {
  ops_told=$ops_newline
  [ -z "${OPS_DIR:-}" ] || [ ! -s "$OPS_DIR/journal" ] || ops_told=$ops_newline$(cat "$OPS_DIR/journal")$ops_newline || return 1
  ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take dir name is
    case $ops_told in *"$ops_tab$ops_path$ops_newline"*) continue;; esac
    ops_before=absent
    [ -z "$ops_is" ] || ops_before=$(ops_keep_copy "$ops_path" "$ops_path" 2>/dev/null && printf '%s\n' "$ops_was") || return 1
    eval "ops_before_$ops_held_at=\$ops_before"
  done
}
ops_held_told() {
  [ -n "$ops_before" ] || return 0
  ops_was=$ops_before && ops_keep_told "$ops_path" 2>/dev/null && eval "ops_before_$ops_held_at="
}
# The copies of those that were not written go.
ops_held_unkept() {
  set -- && ops_held_at=$ops_first_left
  while [ "$ops_held_at" -le "$ops_all_held" ]; do
    ops_take before
    case $ops_before in /*) set -- "$@" "$ops_before";; esac
    ops_held_at=$((ops_held_at + 1))
  done
  [ $# = 0 ] || rm -f -- "$@"
}
# Contents reach the disk before any name does. syncfs(2) tells of errors since Linux 5.8.
ops_held_synced() {
  set -- && ops_held_at=0
  while [ "$ops_held_at" -lt "$ops_all_held" ]; do
    ops_held_at=$((ops_held_at + 1)) && ops_take dir name
    set -- "$@" "$ops_new"
  done
  ops_devices=
  if [ $# -gt 2 ] && ops_syncfs_tells; then
    # A directory of each file system.
    ops_list=$(stat -c %d -- "$@" 2>/dev/null) || return 1
    ops_seen=' '
    for ops_new; do
      ops_device_id=${ops_list%%"$ops_newline"*} ops_list=${ops_list#*"$ops_newline"}
      case $ops_seen in *" $ops_device_id "*) continue;; esac
      ops_new=${ops_new%/*} && ops_new=${ops_new%/*} ops_seen="$ops_seen$ops_device_id " ops_devices="$ops_devices${ops_new:-/}$ops_newline"
    done
    ops_sync_devices && return 0
    ops_devices=
  fi
  sync -- "$@" 2>/dev/null
}
ops_syncfs_tells() {
  read -r ops_kernel 2>/dev/null </proc/sys/kernel/osrelease || return 1
  case $ops_kernel in [6-9].*|[1-9][0-9].*|5.[89].*|5.[1-9][0-9]*) ;; *) return 1;; esac
}
ops_sync_devices() {
  set -- && ops_rest=$ops_devices
  while [ -n "$ops_rest" ]; do
    set -- "$@" "${ops_rest%%"$ops_newline"*}"
    ops_rest=${ops_rest#*"$ops_newline"}
  done
  sync -f -- "$@" 2>/dev/null
}
# Its validator, which sees all that comes before it.
ops_held_checked() (
  set +e
  ops_view= ops_take sha
  cd -P -- "${ops_new%/*}" && ops_here && ops_validate
)
# Each gets its name, where that is as it was looked at; ops_first_left is the first that has not got it.
ops_held_named() {
  while ops_named_at_once && [ "$ops_first_left" -le "$ops_all_held" ]; do
    ops_held_at=$ops_first_left && ops_take dir name whose seen check before
    ops_member=${ops_whose%% *} ops_asked=$ops_path
    ops_reached "$ops_member"
    [ -z "$ops_check" ] || ops_held_checked || return
    if [ -n "$ops_seen" ]; then [ "$(TZ=UTC0 stat -c "$ops_identity" -- "$ops_path" 2>/dev/null)" = "$ops_seen" ]
    else [ ! -e "$ops_path" ] && [ ! -L "$ops_path" ]
    fi || { (ops_moved); return; }
    ops_held_told || return 0
    if [ -z "$ops_seen" ]; then
      mv -nT -- "$ops_new" "$ops_path" 2>/dev/null
      if [ -e "$ops_new" ]; then
        [ ! -e "$ops_path" ] && [ ! -L "$ops_path" ] || { (ops_moved); return; }
        return 0
      fi
    elif ops_swap "$ops_new" "$ops_path"; then
      ops_is "$ops_seen"
      ops_alike "$ops_new" || { ops_swap "$ops_new" "$ops_path" && { (ops_moved); return; }; } || ops_overwrote "$ops_new"
    else
      ops_held_last=${ops_new%/*}/.ops-last
      ops_is "$ops_seen"
      if ln -f -- "$ops_path" "$ops_held_last" 2>/dev/null; then ops_alike "$ops_held_last" || { (ops_moved); return; }; else ops_held_last=; fi
      mv -fT -- "$ops_new" "$ops_path" 2>/dev/null || return 0
      [ -z "$ops_held_last" ] || ops_alike "$ops_held_last" || ops_overwrote "$ops_held_last"
    fi
    ops_first_left=$((ops_first_left + 1))
  done
}
# Names reach the disk.
ops_synced() {
  [ -z "$ops_devices" ] || { ops_sync_devices && return 0; }
  ops_list=$ops_newline ops_held_at=1 ops_unsure_members= ops_bad=$ops_newline
  while [ "$ops_held_at" -lt "$ops_first_left" ]; do
    ops_take dir name whose
    ops_held_at=$((ops_held_at + 1))
    case $ops_bad in *"$ops_newline$ops_dir$ops_newline"*) ops_unsure_members="$ops_unsure_members $ops_whose"; continue;; esac
    case $ops_list in *"$ops_newline$ops_dir$ops_newline"*) continue;; esac
    ops_list="$ops_list$ops_dir$ops_newline"
    if ! ops_directory_synced "$ops_dir"; then
      ops_unsure_members="$ops_unsure_members $ops_whose" ops_bad=$ops_bad$ops_dir$ops_newline
      printf 'ops: %s: is replaced, but its directory does not reach the disk (%s)\n' "$ops_path" "$ops_why" >&2
    fi
  done
  # Those after it have their names as well.
  [ -z "$ops_unsure_members" ] || ops_unproven $ops_unsure_members
}
ops_stage=.ops.${OPS_NONCE:-0}
ops_nothing_held
