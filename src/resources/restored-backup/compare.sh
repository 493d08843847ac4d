# The functions of `restore-compare`, as compare.ts describes them.
ops_rw_start() {
  ops_gen=$1
  ops_start_copy=$ops_top/$1${2%/*} ops_base=${2##*/} ops_where=${3:-${2%/*}} ops_chain= ops_said=
  ops_reach "${ops_where:-/}/x" || return 1
  ops_there=$ops_where
  while [ -n "$ops_there" ] && [ ! -d "$ops_there" ]; do ops_chain=${ops_there##*/}${ops_chain:+/$ops_chain} ops_there=${ops_there%/*}; done
  ops_go "${ops_there:-/}" || { ops_rw_refuse "${ops_why:-somebody else moves $ops_there meanwhile}"; return; }
  ops_start_place=${ops_dir%/}
  if [ -n "$ops_chain" ]; then
    ops_start_name=${ops_chain%%/*}
    if [ -e "./$ops_start_name" ] || [ -L "./$ops_start_name" ]; then ops_rw_do other "$ops_start_copy" "$ops_start_place" "$ops_start_name"; return; fi
    ops_rw_do missing "$ops_start_copy" "$ops_start_place/$ops_chain" "$ops_base"
    return
  fi
  ops_rw_top=$ops_start_place
  ops_rw_names "$ops_start_copy" "$ops_start_place" "$ops_start_copy/$ops_base" || return
  [ -L "$ops_start_copy/$ops_base" ] || [ ! -d "$ops_start_copy/$ops_base" ] || [ -L "$ops_rw_top/$ops_base" ] || [ ! -d "$ops_rw_top/$ops_base" ] ||
    ops_rw_folder "$ops_top/$1$2" "$ops_rw_top/$ops_base"
}
# FOLDER: goes there, by this very way.
ops_rw_into() {
  ops_go "${1:-/}" && [ "$ops_dir" = "${1:-/}" ] || ops_rw_refuse "${ops_why:-somebody else moves $1 meanwhile}"
}
ops_rw_folder() {
  ops_rw_into "$2" || return
  ops_said=$(stat -c '%a %u %g' -- . "$1") || return 1
  [ "${ops_said%%"$ops_newline"*}" = "${ops_said##*"$ops_newline"}" ] || ops_rw_do folder "$1" "$2" '' || return
  ops_rw_names "$1" "$2" "$1"/* "$1"/.[!.]* "$1"/..?* || return
  ops_rw_beside "$1" "$2"
  for ops_below in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ ! -L "$ops_below" ] && [ -d "$ops_below" ] || continue
    ops_rw_name=${ops_below##*/}
    [ ! -L "$2/$ops_rw_name" ] && [ -d "$2/$ops_rw_name" ] || continue
    ops_rw_folder "$1/$ops_rw_name" "$2/$ops_rw_name" || return
  done
}
ops_rw_names() {
  ops_rw_into "$2" && ops_rw_both "$@" && ops_rw_missing "$@"
}
ops_rw_missing() {
  ops_rw_copy=$1 ops_rw_place=$2 ops_begin=1
  shift 2
  for ops_below; do
    [ -z "$ops_begin" ] || { ops_begin=; set --; }
    [ -e "$ops_below" ] || [ -L "$ops_below" ] || continue
    ops_rw_name=${ops_below##*/}
    [ ! -e "./$ops_rw_name" ] && [ ! -L "./$ops_rw_name" ] || continue
    set -- "$@" "$ops_rw_name"
    [ $# -lt 200 ] || { ops_rw_do missing "$ops_rw_copy" "$ops_rw_place" "$@" || return; set --; }
  done
  [ $# = 0 ] || ops_rw_do missing "$ops_rw_copy" "$ops_rw_place" "$@"
}
ops_rw_both() {
  ops_rw_copy=$1 ops_rw_place=$2 ops_begin=1
  shift 2
  for ops_below; do
    [ -z "$ops_begin" ] || { ops_begin=; set --; }
    ops_rw_name=${ops_below##*/}
    [ -e "$ops_below" ] || [ -L "$ops_below" ] || continue
    [ -e "./$ops_rw_name" ] || [ -L "./$ops_rw_name" ] || continue
    if [ -L "$ops_below" ] && [ -L "./$ops_rw_name" ]; then
      ops_text_copy=$(readlink -n -- "$ops_below" && echo .) ops_text_place=$(readlink -n -- "./$ops_rw_name" && echo .)
      [ "$ops_text_copy" = "$ops_text_place" ] || {
        ops_ident=$ops_text_place ops_text_copy=$(TZ=UTC0 stat -c %y -- "$ops_below" "./$ops_rw_name") || return 1
        ops_rw_differs "${ops_text_copy%%"$ops_newline"*}" "${ops_text_copy##*"$ops_newline"}" "$ops_rw_name" || return
      }
    elif [ -L "$ops_below" ] || [ -L "./$ops_rw_name" ]; then ops_rw_do other "$ops_rw_copy" "$ops_rw_place" "$ops_rw_name" || return
    elif [ -d "$ops_below" ]; then [ -d "./$ops_rw_name" ] || ops_rw_do other "$ops_rw_copy" "$ops_rw_place" "$ops_rw_name" || return
    elif [ -f "$ops_below" ] && [ -f "./$ops_rw_name" ]; then
      set -- "$@" "$ops_rw_name"
      [ $# -lt 200 ] || { ops_rw_contents "$@" || return; set --; }
    elif [ -f "$ops_below" ] || [ -f "./$ops_rw_name" ] || [ -d "./$ops_rw_name" ]; then ops_rw_do other "$ops_rw_copy" "$ops_rw_place" "$ops_rw_name" || return
    fi
  done
  [ $# = 0 ] || ops_rw_contents "$@"
}
# NAME ...: hash, mode, owner and time of each, one line a file whatever its name.
ops_rw_prints() {
  for ops_print_name; do shift; set -- "$@" "./$ops_print_name"; done
  ops_print_hashes=$(sha256sum -- "$@") && ops_print_modes=$(stat -c '%a %u %g' -- "$@") && ops_print_times=$(TZ=UTC0 stat -c %y -- "$@") || return 1
  printf '%s\n' "$ops_print_hashes" | sed 's/^\\//; s/ .*//'
  printf '%s\n' "$ops_print_modes" "$ops_print_times"
}
ops_rw_contents() {
  ops_prints_copy=$(cd -P -- "$ops_rw_copy" && ops_rw_prints "$@") && ops_prints_place=$(ops_rw_prints "$@") || return 1
  # Whole lists first: nearly all are alike. Then line by line: hashes, modes and owners, times.
  ops_firsts=$(printf '%s\n' "$ops_prints_copy" | head -n $(($# * 2)))
  [ -z "$ops_firsts" ] || [ "$ops_firsts" != "$(printf '%s\n' "$ops_prints_place" | head -n $(($# * 2)))" ] || return 0
  ops_at=0
  for ops_content_name; do
    ops_at=$((ops_at + 1))
    ops_hash_copy=$(printf '%s\n' "$ops_prints_copy" | sed -n "$ops_at{p;q;}") ops_ident=$(printf '%s\n' "$ops_prints_place" | sed -n "$ops_at{p;q;}")
    if [ "$ops_hash_copy" != "$ops_ident" ]; then
      ops_rw_differs "$(printf '%s\n' "$ops_prints_copy" | sed -n "$((ops_at + 2 * $#))p")" "$(printf '%s\n' "$ops_prints_place" | sed -n "$((ops_at + 2 * $#))p")" "$ops_content_name" || return
    elif [ "$(printf '%s\n' "$ops_prints_copy" | sed -n "$((ops_at + $#))p")" != "$(printf '%s\n' "$ops_prints_place" | sed -n "$((ops_at + $#))p")" ]; then
      ops_rw_do attributes "$ops_rw_copy" "$ops_rw_place" "$ops_content_name" || return
    fi
  done
}
# TIME-OF-COPY TIME-IN-PLACE NAME, here: as text in UTC, since an edit may come within the second of the copy.
ops_rw_differs() {
  LC_ALL=C expr "x$2" \> "x$1" >/dev/null
  case $? in
    0) ops_rw_do newer "$ops_rw_copy" "$ops_rw_place" "$3" ;;
    1) ops_rw_do changed "$ops_rw_copy" "$ops_rw_place" "$3" ;;
    *) echo "ops: $ops_rw_place/$3: nobody can tell which is newer" >&2; return 1 ;;
  esac
}
