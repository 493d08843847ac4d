# The functions of `regard`, as regard.ts describes them.
# Times are told in UTC: the file that is replaced may be /etc/localtime.
ops_identity='%u %g %a %h %f %d:%i:%s:%y@%z'
# By exit code 95: what is there now is the work of somebody else.
ops_moved() {
  printf 'ops: %s: somebody else changed it meanwhile; nothing was changed\n' "$ops_asked" >&2
  exit 95
}
ops_regard() {
  ops_old= ops_seen= ops_kind= ops_names=1 ops_open= ops_copied= ops_mode_was= ops_uid_was= ops_gid_was=
  [ -e "$1/$ops_name" ] || [ -L "$1/$ops_name" ] || return 0
  ops_said=$(TZ=UTC0 stat -c "$ops_identity" -- "$1" "$1/$ops_name" 2>/dev/null) || ops_moved
  # shellcheck disable=SC2086 # words of stat
  ops_may_swap ${ops_said%%"$ops_newline"*} ${ops_said##*"$ops_newline"}
  ops_is "${ops_said##*"$ops_newline"}"
  if [ -z "$ops_open" ] || [ "$ops_kind" = 4 ]; then ops_old=$1/$ops_name
  elif [ "$1" = .. ]; then
    ops_old=./.ops-was ops_left=1
    if ln -- "../$ops_name" ./.ops-was 2>/dev/null; then
      ops_is "$(TZ=UTC0 stat -c "$ops_identity" -- ./.ops-was)"
      ops_names=$((ops_names - 1))
    else
      [ "$ops_kind" = 8 ] && ops_copied=1 && ops_said=$(cp -P -p -- "../$ops_name" ./.ops-was 2>&1) ||
        ops_fail "$ops_asked: cannot be held while others may write in $ops_dir (${ops_said##*: }); nothing was changed"
    fi
  fi
}
# IDENTITY: takes it apart into ops_seen, ops_likeness, ops_kind, ops_names, ops_uid_was, ops_gid_was and ops_mode_was.
ops_is() {
  ops_seen=$1
  ops_likeness=${1%%@*}
  set -- $1
  # Not every stat says that it could not write.
  [ $# = 10 ] || ops_fail "$ops_asked: stat does not say what it is; nothing was changed"
  ops_uid_was=$1 ops_gid_was=$2 ops_mode_was=$3 ops_names=$4 ops_kind=${5%???}
  ops_likeness="$1 $2 $3 $5 ${ops_likeness#* * * * * }"
}
# The identity of the directory and of what is in it (ten words each): whether another user could swap it; ops_open is who.
ops_may_swap() {
  case $1 in 0|"$ops_user") ;; *) ops_open=$1; return;; esac
  ops_swap_bits=00$3
  case ${ops_swap_bits#"${ops_swap_bits%??}"} in
    [2367]?|?[2367])
      case $3/${11} in [1357]???/0|[1357]???/"$ops_user") ;; *) ops_open=$1;; esac;;
  esac
}
# Before a change where it stands: a hard link gives a foreign file a name here.
ops_sole() {
  [ -n "$ops_open" ] || return 0
  [ -n "$ops_copied" ] || case $ops_names/$ops_open in
    1/*) return 0;;
    */0|*/"$ops_user") ;;
    *) [ "$ops_uid_was" != "$ops_open" ] || return 0;;
  esac
  ops_fail "$ops_asked: has another name elsewhere (a hard link), and others may write in $ops_dir: the change could reach a file of somebody else; nothing was changed"
}
ops_as_seen() {
  if [ -z "$ops_old" ]; then [ ! -e "${1:-..}/$ops_name" ] && [ ! -L "${1:-..}/$ops_name" ] || ops_moved
  else [ "$(TZ=UTC0 stat -c "$ops_identity" -- "${1:-..}/$ops_name" 2>/dev/null)" = "$ops_seen" ] || ops_moved
  fi
}
# FILE: whether it is what was looked at, by whatever name. A new name changes the time of its inode and the count of its names.
ops_alike() { [ "$(TZ=UTC0 stat -c '%u %g %a %f %d:%i:%s:%y' -- "$1" 2>/dev/null)" = "$ops_likeness" ]; }
