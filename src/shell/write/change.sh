# The functions of `change`, as change.ts describes them.
ops_attributes_now() {
  { [ -z "$ops_owner$ops_group" ] || chown -- "$ops_owner${ops_group:+:$ops_group}" "$1"; } &&
    { [ -z "$ops_mode" ] || chmod -- "$ops_mode" "$1"; } || ops_fail "$ops_asked: its mode and owner could not be set"
}
# One system call where that is enough; else the file is written anew, so that no kill leaves half of the change.
ops_attributes() (
  set +e
  ops_follow "$1"
  ops_mode=$2 ops_owner=$3 ops_group=$4
  if [ -n "$2" ] && [ -n "$3$4" ] || { [ -n "$3$4" ] && { [ -u "./$ops_name" ] || [ -g "./$ops_name" ]; }; }; then
    ops_write_alone "$1" ${2:+"mode=$2"} ${3:+"owner=$3"} ${4:+"group=$4"} -- ops_present
    exit
  fi
  ops_regard .
  if [ -n "$ops_open" ]; then ops_enter; ops_regard ..; fi
  [ "$ops_kind" = 8 ] || ops_moved
  ops_sole
  ops_keep "$ops_path" "$ops_old"
  [ -n "$ops_open" ] || ops_as_seen .
  ops_attributes_now "$ops_old"
  [ -z "$ops_open" ] || ops_written
)
ops_remove() (
  set +e
  [ -e "$1" ] || [ -L "$1" ] || exit 0
  ops_locate "$1"
  [ ! -d "./$ops_name" ] || [ -L "./$ops_name" ] || ops_fail "$1: is a directory, not a file; nothing was changed"
  ops_in=.. ops_stageless= ops_did=removed
  ops_regard .
  # Where there is no room for a stage, a file can still be removed.
  if [ -n "$ops_open" ]; then ops_enter; ops_regard ..
  else ops_stageless=1; ops_enter && ops_regard .. || ops_in=.
  fi
  case $ops_kind in
    '') exit 0;;
    8|a) ;;
    4) ops_fail "$1: is a directory, not a file; nothing was changed";;
    *) ops_fail "$1: is a device, pipe or socket, not a file; nothing was changed";;
  esac
  case ${2:-} in
    '') ;;
    to=*) [ "$ops_kind" = a ] && ops_leads "$2" || ops_moved;;
    *) [ "$ops_kind" = 8 ] && ops_sum=$(sha256sum <"$ops_old") && [ "was=${ops_sum%% *}" = "$2" ] || ops_moved;;
  esac
  ops_keep "$ops_path" "$ops_old"
  ops_as_seen "$ops_in"
  if [ -n "$ops_open" ] || [ "$ops_in" = . ]; then
    [ -z "$ops_open" ] || ops_hold_last
    ops_said=$(rm -f -- "$ops_in/$ops_name" 2>&1) || ops_not_removed
    [ ! -e ./.ops-last ] || ops_alike ./.ops-last || ops_overwrote ./.ops-last
  else
    # Taken into the stage first: what is there by then can be looked at, and go back.
    ops_left=1
    ops_said=$(mv -fT -- "../$ops_name" "./$ops_name" 2>&1) || ops_not_removed
    ops_alike "./$ops_name" || ops_take_back
  fi
  [ "$ops_in" = . ] || ops_written
  [ -n "${ops_unsynced:-}" ] || ops_name_synced
)
# COMMAND...: a later part of a change. What refuses it has come after an earlier part was done, and so is no refusal of the whole.
ops_then() {
  ops_then_code=0
  "$@" || ops_then_code=$?
  case $ops_then_code in
    95|98) echo 'ops: what this step did before that stays, and the next run goes on from there' >&2; return 1;;
  esac
  return "$ops_then_code"
}
ops_not_removed() {
  ops_reason "$ops_said"
  ops_hint "$ops_in/$ops_name"
  ops_fail "$ops_asked: cannot be removed ($ops_why$ops_hint); nothing was changed"
}
ops_take_back() {
  mv -nT -- "./$ops_name" "../$ops_name" 2>/dev/null
  [ -e "./$ops_name" ] || [ -L "./$ops_name" ] || ops_moved
  ops_overwrote "./$ops_name"
}
ops_symlink() { ops_with_others ops_symlink_now "$@"; }
ops_symlink_now() (
  set +e
  ops_did=made
  ops_locate "$1"
  [ -L "./$ops_name" ] || [ ! -e "./$ops_name" ] || [ -n "${3:-}" ] || ops_fail "$1: is a file or directory, not a symbolic link; nothing was changed"
  ops_enter
  ops_regard ..
  case $ops_kind in ''|a) ;; *) ops_moved;; esac
  case ${3:-} in
    '') ;;
    was=absent) [ -z "$ops_kind" ] || ops_moved;;
    *) [ "$ops_kind" = a ] && ops_leads "$3" || ops_moved;;
  esac
  ops_said=$(ln -s -- "$2" "./$ops_name" 2>&1) || {
    ops_reason "$ops_said"
    ops_fail "$1: the link could not be made ($ops_why); nothing was changed"
  }
  ops_keep "$ops_path" "$ops_old"
  ops_rename
  ops_written
)
# to=TARGET: whether the link leads there; `?` is one that no look can tell.
ops_leads() {
  ops_lead=$(readlink -n -- "$ops_old" && echo .) || return 1
  case $ops_lead in *"$ops_newline"*) ops_lead='?.';; esac
  [ "to=${ops_lead%.}" = "$1" ]
}

# PATH: whether the journal's real path ops_target is it or lies below it.
ops_concerns() {
  case $ops_target in "$1"|"${1%/}"/*|"$2"|"${2%/}"/*) return 0;; esac
  return 1
}
ops_changed() (
  [ -n "${OPS_DIR:-}" ] && [ -s "$OPS_DIR/journal" ] || exit 1
  ops_real=$(readlink -f -- "$1" || printf %s "$1")
  while IFS=$ops_tab read -r ops_was ops_target; do
    ! ops_concerns "$1" "$ops_real" || exit 0
  done <"$OPS_DIR/journal"
  exit 1
)
ops_restore() (
  set +e
  [ -n "${OPS_DIR:-}" ] && [ -s "$OPS_DIR/journal" ] || exit 0
  ops_real=$(readlink -f -- "$1" || printf %s "$1")
  ops_bad=0
  while IFS=$ops_tab read -r ops_was ops_target; do
    ops_concerns "$1" "$ops_real" || continue
    case $ops_was in
      absent) ops_remove "$ops_target";;
      link:*) ops_symlink "$ops_target" "${ops_was#link:}";;
      *) ops_write_alone "$ops_target" "like=$ops_was" -- cat -- "$ops_was";;
    esac </dev/null || ops_bad=1
  done <"$OPS_DIR/journal"
  exit $ops_bad
)
