# The functions of `held`, as held.ts describes them.
ops_write_joined() {
  ops_flush=ops_write_end
  ops_hold "$@" && return 0
  ops_in_turn && ops_write_alone "$@"
}
# What is done by itself comes after all that is held.
ops_in_turn() {
  [ -n "${ops_joined:-}" ] || return 0
  ops_turn_of=$ops_member
  ops_write_end || return
  ops_member=$ops_turn_of
  ops_reached "$ops_member"
}
ops_remove_in_turn() { ops_in_turn && ops_with_others ops_remove "$@"; }
# Stages what ops_write is asked for; 1: it has to be done by itself.
ops_hold() {
  ops_asked=$1 ops_sha= ops_mode= ops_owner= ops_group= ops_fresh=0644 ops_was_sha= ops_first= ops_many= ops_check=
  shift
  while [ "$1" != -- ]; do
    case $1 in
      sha=*) ops_sha=${1#*=};;
      was=*) ops_was_sha=${1#*=};;
      mode=*) ops_mode=${1#*=};;
      owner=*) ops_owner=${1#*=};;
      group=*) ops_group=${1#*=};;
      new=*) ops_fresh=${1#*=};;
      first=*) ops_first=${1#*=};;
      many=*) ops_many=${1#*=};;
      check=*) ops_check=${1#*=};;
      size=*) ;;
      *) return 1;;
    esac
    shift
  done
  shift
  [ -z "$ops_check" ] || [ -n "$ops_sha" ] || return 1
  umask 077
  [ ! -L "$ops_asked" ] && [ ! -d "$ops_asked" ] && ops_dir=${ops_asked%/*} && ops_go "${ops_dir:-/}" || return 1
  ops_name=${ops_asked##*/}
  ops_path=${ops_dir%/}/$ops_name
  case $ops_name in ''|.ops-was|.ops-last|.ops-mark) return 1;; esac
  case $ops_path in /etc/sudoers*|/etc/ssh/*|/etc/nftables.conf|*"$ops_newline"*) return 1;; esac
  if [ "$ops_path" = "$ops_last_path" ] && [ -z "$ops_sha$ops_mode$ops_owner$ops_group" ]; then
    # One more edit of the file that was staged last.
    eval "[ \"\$ops_many_$ops_held\" = \"\$ops_many\" ]" || return 1
    if [ -n "$ops_many" ]; then ops_add_edit "$@"
    else
      eval "[ -n \"\$ops_text_$ops_held\" ]" || return 1
      case $ops_text in *"$ops_newline".) ops_whole=1;; *) ops_whole=;; esac
      ops_old=$ops_stage/$ops_name
      ops_made "$@" || return 1
      eval "ops_text_$ops_held=\$ops_text"
    fi
    eval "ops_whose_$ops_held=\"\$ops_whose_$ops_held \$ops_member\""
    return 0
  fi
  case $ops_held_paths in *"$ops_newline$ops_path$ops_newline"*) return 1;; esac
  [ ! -e "./$ops_name" ] || [ -f "./$ops_name" ] || return 1
  if [ -n "${ops_writes_in:-}" ]; then ops_ways_of_all; fi
  ops_own_way || return 1
  ops_seen= ops_old=
  if [ -e "./$ops_name" ]; then
    [ "$ops_was_sha" != absent ] || return 1
    ops_old=./$ops_name
    if [ -z "$ops_sha" ]; then
      ops_seen=$(TZ=UTC0 stat -c "$ops_identity" -- "./$ops_name" 2>/dev/null) || return 1
    fi
  else case $ops_was_sha in ''|absent) ;; *) return 1;; esac
  fi
  ops_stage_here || return 1
  if [ -n "$ops_sha" ]; then
    ops_text=
    "$@" 2>/dev/null >"$ops_stage/$ops_name" || { rm -f -- "$ops_stage/$ops_name"; return 1; }
  else
    if [ -n "$ops_first" ]; then ops_ended=$("$ops_first" 2>/dev/null && echo "$ops_whole.") && ops_whole=${ops_ended%.} || return 1; fi
    if [ -n "$ops_many" ]; then ops_text= ops_edits= ops_edit_count=0 && ops_add_edit "$@"
    else ops_made "$@" || { rm -f -- "$ops_stage/$ops_name"; return 1; }
    fi
  fi
  [ "$ops_held" != 0 ] || ops_reached "$ops_member"
  ops_held=$((ops_held + 1)) ops_last_path=$ops_path ops_held_paths="$ops_held_paths$ops_path$ops_newline"
  [ -n "$ops_mode" ] || [ -n "$ops_old" ] || ops_mode=$ops_fresh
  eval "ops_whose_$ops_held=\$ops_member ops_dir_$ops_held=\$ops_dir ops_name_$ops_held=\$ops_name ops_sha_$ops_held=\$ops_sha \\
    ops_text_$ops_held=\$ops_text ops_was_$ops_held=\$ops_was_sha ops_seen_$ops_held=\$ops_seen ops_is_$ops_held=\$ops_old ops_many_$ops_held=\$ops_many ops_whole_$ops_held=\$ops_whole \\
    ops_mode_$ops_held=\$ops_mode ops_owner_$ops_held=\$ops_owner ops_group_$ops_held=\$ops_group ops_check_$ops_held=\$ops_check ops_before_$ops_held="
}
# PRODUCER...: its words, for when the file has all its edits.
ops_add_edit() {
  shift 2
  ops_edit_count=$((ops_edit_count + 1))
  for ops_edit_word; do ops_edits=$ops_edits$ops_edit_word$ops_newline; done
  ops_edit_at=$ops_held
  [ "$ops_path" = "$ops_last_path" ] || ops_edit_at=$((ops_held + 1))
  eval "ops_edits_$ops_edit_at=\$ops_edits ops_count_$ops_edit_at=\$ops_edit_count"
}
# PRODUCER...: what it makes of the file, in the stage and, with a dot behind it, in ops_text.
ops_made() {
  ops_product=$("$@" 2>/dev/null && echo .) || return 1
  printf %s "${ops_product%.}" 2>/dev/null >"$ops_stage/$ops_name" || return 1
  # Made a second time: not every awk says that it could not write.
  "$@" 2>/dev/null | cmp -s - "$ops_stage/$ops_name" || return 1
  ops_text=$ops_product
}
# What is to be known of the ways to all directories that the steps name, by one program.
ops_ways_of_all() {
  ops_rest=$ops_writes_in && set --
  while [ -n "$ops_rest" ]; do
    [ ! -d "${ops_rest%%"$ops_newline"*}" ] || set -- "$@" "${ops_rest%%"$ops_newline"*}"
    ops_rest=${ops_rest#*"$ops_newline"}
  done
  ops_ways_seen "$@" || :
}
# The stage in this directory, made when it is first needed; with the first one those of all other directories that the steps name. ops_dir stays what it was.
ops_stage_here() {
  case $ops_staged in *"$ops_newline$ops_dir$ops_newline"*) return 0;; esac
  ops_stages
  # What is not on the disk yet stays written down.
  if [ "$ops_staged" = "$ops_newline" ] && [ -z "${ops_to_sync:-}" ] && [ -n "$ops_stages" ] && [ -s "$ops_stages" ]; then ops_sweep; fi
  ops_stage_in=$ops_dir
  trap 'ops_unstage' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
  set --
  ops_stage_noted && set -- "$ops_stage_new"
  while [ -n "${ops_writes_in:-}" ]; do
    ops_dir=${ops_writes_in%%"$ops_newline"*} ops_writes_in=${ops_writes_in#*"$ops_newline"}
    cd -P -- "$ops_dir" 2>/dev/null && ops_here && [ "$PWD" = "$ops_dir" ] && ops_own_way && ops_stage_noted && set -- "$@" "$ops_stage_new"
  done
  ops_dir=$ops_stage_in
  cd -P -- "$ops_dir" && ops_here && [ "$PWD" = "$ops_dir" ] && mkdir -m 0700 -- "$@" 2>/dev/null
}
# Here: what a killed run left goes, and the stage that is to be made is written down; ops_stage_new is its path.
ops_stage_noted() {
  case $ops_staged in *"$ops_newline$ops_dir$ops_newline"*) return 1;; esac
  for ops_stage_found in .ops.*; do
    case ${ops_stage_found#.ops.} in
      *[!0-9a-f]*|?|??|???) ;;
      *) ops_drop_stage "$ops_stage_found";;
    esac
  done
  ops_stage_new=${ops_dir%/}/$ops_stage
  [ -z "$ops_stages" ] || echo "$ops_stage_new" >>"$ops_stages"
  ops_staged="$ops_staged$ops_dir$ops_newline"
}
