# The functions of `restore`, as bring.ts describes them.
ops_bring() (
  set +e
  ops_said=$(ops_generations_open "$1") || exit 1
  if [ -n "$ops_said" ]; then printf 'ops: %s; nothing was changed\n' "${ops_said#*"$ops_tab"}" >&2; exit 98; fi
  ops_generations_open "$1"
  ops_into=$4 ops_over=$5 ops_done= ops_code=0
  ops_bringing=1
  ops_rw_start "$3" "$2" "$4" || ops_code=$?
  [ "$ops_code" != 0 ] || exit 0
  [ -n "$ops_done" ] || exit "$ops_code"
  echo "ops: what was brought back before that is whole and stays: the same command goes on" >&2
  exit 1
)
# As ops_rw_do.
# Sets ops_done once anything was.
ops_bring_do() {
  ops_kind=$1
  shift
  case $ops_kind in
    missing) ops_bring_batch "$@" || return ;;
    folder) ops_bring_folder "$@" || return ;;
    changed | attributes | newer)
      if [ "$ops_kind/$ops_over" = newer/ ]; then
        printf 'ops: %s/%s: was changed after the copy was made; nothing was changed\n' "$2" "$3" >&2
        return 95
      fi
      ops_bring_file "$@" || return ;;
    *) printf 'ops: %s/%s: something of another kind is there; nothing was changed\n' "$2" "$3" >&2; return 98 ;;
  esac
  ops_done=1
}
# COPY-FOLDER FOLDER: goes there and makes the stage; ops_name is what will be in it.
ops_bring_enter() {
  ops_go "${1:-/}" && [ "$ops_dir" = "${1:-/}" ] || ops_fail "$ops_asked: ${ops_why:-somebody else moves its folder meanwhile}; nothing was changed"
  ops_enter
}
ops_bring_batch() (
  ops_batch_copy=$1 ops_batch_place=${2%"${ops_chain:+/$ops_chain}"}
  shift 2
  ops_asked=$ops_batch_place/$1 ops_name=.ops-batch ops_in=./.ops-batch
  ops_bring_enter "$ops_batch_place"
  ops_left=1
  ops_said=$(mkdir -- "$ops_in" 2>&1) || ops_fail "$ops_asked: nothing can be made beside it (${ops_said##*: }); nothing was changed"
  ops_rest=$ops_chain
  while [ -n "$ops_rest" ]; do
    ops_in=$ops_in/${ops_rest%%/*}
    case $ops_rest in */*) ops_rest=${ops_rest#*/} ;; *) ops_rest= ;; esac
    mkdir -- "$ops_in" || ops_fail "$ops_asked: its folders cannot be made; nothing was changed"
  done
  for ops_batch_name; do shift; set -- "$@" "$ops_batch_copy/$ops_batch_name"; done
  # The source is ours alone; the way to the stage is not, so it is named from inside.
  ops_said=$(cp -a -- "$@" "$ops_in/" 2>&1) || {
    ops_reason "$ops_said"
    ops_fail "$ops_asked: cannot be written beside its place ($ops_why); nothing was changed"
  }
  for ops_batch_name; do shift; set -- "$@" "./${ops_batch_name##*/}"; done
  ops_sum_copy=$(cd -P -- "$ops_batch_copy" && ops_bring_sum "$@") && ops_sum_brought=$(cd -P -- "$ops_in" && ops_bring_sum "$@") && [ "$ops_sum_copy" = "$ops_sum_brought" ] || ops_bring_differs
  ops_batch_from=$ops_batch_copy
  while [ "$ops_in" != ./.ops-batch ]; do
    if [ -n "$ops_into" ]; then chmod -- 0755 "$ops_in"
    else chown --reference="$ops_batch_from" -- "$ops_in" && chmod --reference="$ops_batch_from" -- "$ops_in"
    fi || ops_fail "$ops_asked: the mode or owner of its folders cannot be set; nothing was changed"
    ops_in=${ops_in%/*} ops_batch_from=${ops_batch_from%/*}
  done
  if [ -n "$ops_chain" ]; then set -- "./.ops-batch/${ops_chain%%/*}"
  else for ops_batch_name; do shift; set -- "$@" "./.ops-batch/${ops_batch_name#./}"; done
  fi
  sync -f . 2>/dev/null || sync
  ops_said=$(mv -n -t .. -- "$@" 2>&1)
  ops_sum_copy=$(ls -A ./.ops-batch)
  [ -z "$ops_sum_copy" ] || {
    echo "ops: $ops_batch_place: somebody else made $(printf '%s\n' "$ops_sum_copy" | wc -l) of $# names there meanwhile (first $(printf '%s\n' "$ops_sum_copy" | head -n 1)${ops_said:+, $ops_said}); they stay as they are" >&2
    exit 1
  }
  ops_written
)
ops_bring_differs() {
  [ "$ops_user" = 0 ] || ops_fail "$ops_asked: cannot be as its copy is: only root sets owners; nothing was changed"
  ops_fail "$ops_asked: did not arrive as its copy is (content, mode or owner); nothing was changed"
}
# NAME ..., here: one sum of what they are and hold, links and special files too.
ops_bring_sum() {
  {
    find "$@" -type f -exec sha256sum -- {} + && find "$@" -exec stat -c '%f %u %g %n' -- {} + && find "$@" -type l -exec readlink -- {} +
  } | sort | sha256sum
}
# COPY-FOLDER FOLDER NAME: a file or link that is there gives way to its copy, as a file gives way to new content.
ops_bring_file() (
  ops_asked=$2/$3 ops_path=$2/$3 ops_name=$3 ops_sha= ops_check= ops_view= ops_late= ops_swapped=
  case $3 in *"$ops_newline"* | *"$ops_tab"*) ops_fail "$2: what is there under a name with a line break or a tab cannot be kept: bring it back with --into; nothing was changed" ;; esac
  ops_bring_enter "$2"
  ops_regard ..
  case $ops_kind in 8 | a) ;; *) ops_moved ;; esac
  [ "$ops_names" = 1 ] || ops_fail "$ops_asked: has other names (hard links), from which its copy would part it; nothing was changed"
  ops_left=1
  ops_said=$(cp -a -- "$1/$3" "./$3" 2>&1) || {
    ops_reason "$ops_said"
    ops_fail "$ops_asked: cannot be written beside its place ($ops_why); nothing was changed"
  }
  ops_sum_copy=$(cd -P -- "$1" && ops_bring_sum "./$3") && ops_sum_brought=$(ops_bring_sum "./$3") && [ "$ops_sum_copy" = "$ops_sum_brought" ] || ops_bring_differs
  if [ ! -L "./$3" ]; then
    ops_guard_access
    [ -z "$ops_check$ops_view" ] || ops_validate
    ops_said=$(sync "./$3" 2>&1) || ops_fail "$ops_asked: the copy does not reach the disk (${ops_said##*: }); nothing was changed"
  fi
  ops_keep "$ops_path" "$ops_old"
  ops_rename
  ops_written
)
# COPY-FOLDER FOLDER: its own mode and owner. One of ours in a folder of somebody else may be any, renamed to here.
ops_bring_folder() (
  ops_asked=$2
  ops_go "$2" && [ "$ops_dir" = "$2" ] || ops_fail "$2: ${ops_why:-somebody else moves it meanwhile}; nothing was changed"
  [ ! -O . ] || [ -O .. ] || [ -O "$1" ] ||
    ops_fail "$2: belongs to us in a folder of another user, so it is not given away: set its owner by hand; nothing was changed"
  ops_said=$(chown --reference="$1" -- . 2>&1 && chmod --reference="$1" -- . 2>&1) ||
    ops_fail "$2: its mode and owner could not be set (${ops_said##*: }); nothing was changed"
)
