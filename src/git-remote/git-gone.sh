# The functions of `git-gone`, as repository-gone.ts describes them.
ops_git_gone() (
  ops_parent=${1%/*} ops_name=${1##*/}
  ops_go "${ops_parent:-/}" || { echo "ops: $1: $ops_why; nothing was changed" >&2; exit 1; }
  ops_aside=.$ops_name.ops-undo
  if [ -e "./$ops_name" ]; then mv -T -- "./$ops_name" "./$ops_aside"; fi
  ops_refs=$(ops_git_as_owner "${ops_dir%/}/$ops_aside" for-each-ref --format='%(objectname) %(refname)') &&
    [ "$ops_refs" = "$2" ] || {
      mv -T -- "./$ops_aside" "./$ops_name" && echo "ops: $1: something else was pushed meanwhile; it was put back" >&2
      exit 1
    }
  ops_empty "$ops_aside"
)
