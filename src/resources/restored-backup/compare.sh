# The functions of `restore-compare`, as compare.ts describes them.
ops_rw_start() {
  ops_gen=$1
  ops_c=$ops_top/$1${2%/*} ops_base=${2##*/} ops_where=${3:-${2%/*}} ops_chain= ops_said=
  ops_reach "${ops_where:-/}/x" || return 1
  ops_d=$ops_where
  while [ -n "$ops_d" ] && [ ! -d "$ops_d" ]; do ops_chain=${ops_d##*/}${ops_chain:+/$ops_chain} ops_d=${ops_d%/*}; done
  ops_go "${ops_d:-/}" || { ops_rw_refuse "${ops_why:-somebody else moves $ops_d meanwhile}"; return; }
  ops_t=${ops_dir%/}
  if [ -n "$ops_chain" ]; then
    ops_n=${ops_chain%%/*}
    if [ -e "./$ops_n" ] || [ -L "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n"; return; fi
    ops_rw_do missing "$ops_c" "$ops_t/$ops_chain" "$ops_base"
    return
  fi
  ops_rw_top=$ops_t
  ops_rw_names "$ops_c" "$ops_t" "$ops_c/$ops_base" || return
  [ -L "$ops_c/$ops_base" ] || [ ! -d "$ops_c/$ops_base" ] || [ -L "$ops_rw_top/$ops_base" ] || [ ! -d "$ops_rw_top/$ops_base" ] ||
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
  for ops_x in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ ! -L "$ops_x" ] && [ -d "$ops_x" ] || continue
    ops_n=${ops_x##*/}
    [ ! -L "$2/$ops_n" ] && [ -d "$2/$ops_n" ] || continue
    ops_rw_folder "$1/$ops_n" "$2/$ops_n" || return
  done
}
ops_rw_names() {
  ops_rw_into "$2" && ops_rw_both "$@" && ops_rw_missing "$@"
}
ops_rw_missing() {
  ops_c=$1 ops_t=$2 ops_begin=1
  shift 2
  for ops_x; do
    [ -z "$ops_begin" ] || { ops_begin=; set --; }
    [ -e "$ops_x" ] || [ -L "$ops_x" ] || continue
    ops_n=${ops_x##*/}
    [ ! -e "./$ops_n" ] && [ ! -L "./$ops_n" ] || continue
    set -- "$@" "$ops_n"
    [ $# -lt 200 ] || { ops_rw_do missing "$ops_c" "$ops_t" "$@" || return; set --; }
  done
  [ $# = 0 ] || ops_rw_do missing "$ops_c" "$ops_t" "$@"
}
ops_rw_both() {
  ops_c=$1 ops_t=$2 ops_begin=1
  shift 2
  for ops_x; do
    [ -z "$ops_begin" ] || { ops_begin=; set --; }
    ops_n=${ops_x##*/}
    [ -e "$ops_x" ] || [ -L "$ops_x" ] || continue
    [ -e "./$ops_n" ] || [ -L "./$ops_n" ] || continue
    if [ -L "$ops_x" ] && [ -L "./$ops_n" ]; then
      ops_a=$(readlink -n -- "$ops_x" && echo .) ops_b=$(readlink -n -- "./$ops_n" && echo .)
      [ "$ops_a" = "$ops_b" ] || {
        ops_ident=$ops_b ops_a=$(TZ=UTC0 stat -c %y -- "$ops_x" "./$ops_n") || return 1
        ops_rw_differs "${ops_a%%"$ops_newline"*}" "${ops_a##*"$ops_newline"}" || return
      }
    elif [ -L "$ops_x" ] || [ -L "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
    elif [ -d "$ops_x" ]; then [ -d "./$ops_n" ] || ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
    elif [ -f "$ops_x" ] && [ -f "./$ops_n" ]; then
      set -- "$@" "$ops_n"
      [ $# -lt 200 ] || { ops_rw_contents "$@" || return; set --; }
    elif [ -f "$ops_x" ] || [ -f "./$ops_n" ] || [ -d "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
    fi
  done
  [ $# = 0 ] || ops_rw_contents "$@"
}
# NAME ...: hash, mode, owner and time of each, one line a file whatever its name.
ops_rw_prints() {
  for ops_n; do shift; set -- "$@" "./$ops_n"; done
  ops_a=$(sha256sum -- "$@") && ops_b=$(stat -c '%a %u %g' -- "$@") && ops_d=$(TZ=UTC0 stat -c %y -- "$@") || return 1
  printf '%s\n' "$ops_a" | sed 's/^\\//; s/ .*//'
  printf '%s\n' "$ops_b" "$ops_d"
}
ops_rw_contents() {
  ops_a=$(cd -P -- "$ops_c" && ops_rw_prints "$@") && ops_b=$(ops_rw_prints "$@") || return 1
  # Whole lists first: nearly all are alike. Then line by line: hashes, modes and owners, times.
  [ "$(printf '%s\n' "$ops_a" | head -n $(($# * 2)))" != "$(printf '%s\n' "$ops_b" | head -n $(($# * 2)))" ] || return 0
  ops_at=0
  for ops_n; do
    ops_at=$((ops_at + 1))
    ops_x=$(printf '%s\n' "$ops_a" | sed -n "$ops_at{p;q;}") ops_ident=$(printf '%s\n' "$ops_b" | sed -n "$ops_at{p;q;}")
    if [ "$ops_x" != "$ops_ident" ]; then
      ops_rw_differs "$(printf '%s\n' "$ops_a" | sed -n "$((ops_at + 2 * $#))p")" "$(printf '%s\n' "$ops_b" | sed -n "$((ops_at + 2 * $#))p")" || return
    elif [ "$(printf '%s\n' "$ops_a" | sed -n "$((ops_at + $#))p")" != "$(printf '%s\n' "$ops_b" | sed -n "$((ops_at + $#))p")" ]; then
      ops_rw_do attributes "$ops_c" "$ops_t" "$ops_n" || return
    fi
  done
}
# TIME-OF-COPY TIME-IN-PLACE, of ops_n, here: as text in UTC, since an edit may come within the second of the copy.
ops_rw_differs() {
  if LC_ALL=C expr "x$2" \> "x$1" >/dev/null; then ops_rw_do newer "$ops_c" "$ops_t" "$ops_n"; else ops_rw_do changed "$ops_c" "$ops_t" "$ops_n"; fi
}
