# The functions of `generations`, as generations.ts describes them.
ops_generations_open() {
  ops_top=
  if [ ! -d "$1" ]; then
    ops_reach "$1" || return 1
    printf 'refused\t%s is not there: is its disk mounted?\n' "$1"; return 0
  fi
  if ! ls -- "$1" >/dev/null 2>&1; then echo "ops: $1: not allowed to look into it" >&2; return 1; fi
  if ! ops_sure "$1"; then
    printf 'refused\t%s, and so could have put anything into %s: nothing is brought back from there\n' "${ops_why:-somebody else moves it}" "$1"
    return 0
  fi
  cd -P -- "$1" && ops_here && ops_top=$PWD || return 1
  for ops_generation in "$ops_top"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
    [ ! -d "$ops_generation" ] || return 0
  done
  printf 'refused\tthere are no generations in %s\n' "$1"
}
# GENERATION PATH: whether it holds that, as it is named and not behind a symbolic link of the copy.
ops_generation_holds() {
  ops_holds_in=$ops_top/$1${2%/*}
  cd -P -- "$ops_holds_in" 2>/dev/null && ops_here && [ "$PWD" = "$ops_holds_in" ] || return 1
  [ -z "$2" ] || [ -e "./${2##*/}" ] || [ -L "./${2##*/}" ]
}
ops_generations() {
  for ops_generation in "$ops_top"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z*; do
    case $ops_generation in *Z | *Z.last) ;; *) continue ;; esac
    [ -d "$ops_generation" ] && [ ! -L "$ops_generation" ] && ops_generation_holds "${ops_generation##*/}" "$1" || continue
    case $ops_generation in *.last) [ -n "$1" ] && [ -f "$ops_generation$1" ] && [ ! -L "$ops_generation$1" ] || continue ;; esac
    printf '#%s\n' "${ops_generation##*/}"
    (cd -P -- "$ops_generation" && find ".$1" -type f ! -path ./.ops-paths -exec stat -c '%s %n' {} +)
  done | awk "$ops_generation_judging"
}
# WANTED PATH, the list on stdin: the newest one that begins like this; where none is wanted, the newest good one.
ops_generation_choose() {
  awk -F '\t' -v wanted="$1" -v folder="$2" '
    wanted != "" && index($2, wanted) == 1 { chosen = $2 }
    wanted == "newest" || (wanted == "" && $5 == "") { chosen = $2 }
    END { print chosen }'
}
