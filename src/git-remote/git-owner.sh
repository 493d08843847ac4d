# The functions of `git-owner`, as as-owner.ts describes them.
ops_git_as_owner() (
  # shellcheck disable=SC2145 # the first of them is the folder
  [ "$(id -u)" = 0 ] || exec git --git-dir="$@"
  ops_go "$1" || { echo "$1: $ops_why" >&2; exit 1; }
  shift
  ops_owner=$(stat -c %U .) || exit 1
  [ "$ops_owner" != root ] || exec git --git-dir=. "$@"
  exec runuser -u "$ops_owner" -- git --git-dir=. "$@"
)
