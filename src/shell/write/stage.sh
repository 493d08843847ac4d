# The functions of `stage`, as stage.ts describes them.
ops_fail() {
  printf 'ops: %s\n' "$1" >&2
  case $1 in *'; nothing was changed'*) exit 98 ;; esac
  exit 1
}
# The reason in what a tool said: the part after its last ": ".
ops_reason() {
  ops_why=${1##*"$ops_newline"}
  ops_why=${ops_why##*: }
}
ops_hint() {
  ops_hint=
  case $ops_why in 'Operation not permitted'*)
    ops_lsattr=$(lsattr -d -- "$1" 2>/dev/null)
    case ${ops_lsattr%% *} in
      *i*) ops_hint=', it is immutable: see chattr -i';;
      *a*) ops_hint=', it is append-only: see chattr -a';;
    esac
  esac
}

# PATH: goes to the directory that holds it; a link that it is itself is not followed.
ops_locate() {
  ops_asked=$1 ops_dir=${1%/*}
  ops_go "${ops_dir:-/}"
  ops_located $? "$1"
  ops_name=${1##*/} ops_path=${ops_dir%/}/${1##*/}
}
# PATH: the same for the file that is really written. Links are followed to a regular file and no further.
ops_follow() {
  ops_asked=$1
  [ -e "$1" ] || [ ! -L "$1" ] || ops_fail "$1: is a symbolic link that leads nowhere; nothing was changed"
  ops_go_to "$1"
  ops_located $? "$1"
  [ -n "$ops_name" ] && [ ! -d "./$ops_name" ] || ops_fail "$1: is a directory, not a file; nothing was changed"
  [ ! -e "./$ops_name" ] || [ -f "./$ops_name" ] ||
    ops_fail "$1: is a device, pipe or socket, not a file; nothing was changed"
  ops_path=${ops_dir%/}/$ops_name
}
ops_located() {
  case $1 in
    0) ;;
    1) ops_fail "$2: its directory ${2%/*} is not there or may not be entered; nothing was changed";;
    *) ops_fail "$2: $ops_why; nothing was changed";;
  esac
}

# Makes the stage .ops.NONCE in this directory and goes into it.
ops_enter() {
  umask 077
  case $ops_name in .ops-was|.ops-last|.ops-mark) ops_fail "$ops_asked: this name is kept for ops itself; nothing was changed";; esac
  ops_stages
  [ -z "$ops_stages" ] || [ ! -s "$ops_stages" ] || [ -n "${ops_to_sync:-}" ] || ops_sweep
  for ops_stage_found in .ops.*; do
    case ${ops_stage_found#.ops.} in
      *[!0-9a-f]*|?|??|???) ;;
      *) ops_drop_stage "$ops_stage_found";;
    esac
  done
  ops_stage=.ops.${OPS_NONCE:-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')} ops_left=
  [ -n "${ops_to_sync:-}" ] || [ -z "$ops_stages" ] || true >"$ops_stages"
  [ -z "$ops_stages" ] || echo "${ops_dir%/}/$ops_stage" >>"$ops_stages"
  # Without -m it may be open to those whom an ACL of this directory names, until it is closed from inside.
  ops_mkdir_words='-m 0700'
  ops_mkdir_is_sure || ops_mkdir_words=
  ops_said=$(mkdir $ops_mkdir_words -- "$ops_stage" 2>&1) || {
    [ -z "${ops_stageless:-}" ] || return 1
    ops_reason "$ops_said"
    ops_hint .
    ops_fail "$ops_asked: nothing can be made in $ops_dir ($ops_why$ops_hint); nothing was changed"
  }
  trap ops_unenter EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
  cd -P -- "$ops_stage" && ops_here && [ -O . ] && [ "$PWD" = "${ops_dir%/}/$ops_stage" ] ||
    ops_fail "$ops_asked: somebody else interferes in $ops_dir; nothing was changed"
  trap 'ops_left=1; ops_leave' EXIT
  if [ -z "$ops_mkdir_words" ]; then
    chmod 0700 .
    for ops_intruder in ./* ./.[!.]* ./..?*; do
      [ ! -e "$ops_intruder" ] && [ ! -L "$ops_intruder" ] || ops_fail "$ops_asked: somebody else interferes in $ops_dir; nothing was changed"
    done
  fi
  # In somebody else's directory, what only we can have put into it tells a stage from a directory that was renamed.
  [ -O .. ] || { true >.ops-mark; ops_left=1; }
}
# The empty stage away, whether we stand beside it or in it: by what path either can be reached, somebody else may have changed.
ops_unenter() { rmdir -- "./$ops_stage" 2>/dev/null || { cd -P .. && rmdir -- "./$ops_stage" 2>/dev/null; }; }
# Out of the stage, and the stage away. ops_left says that something is in it.
ops_leave() {
  trap - EXIT
  # Where nobody else may write, all of it is one removal.
  if [ -n "$ops_left" ] && [ -n "${ops_swapped:-}" ]; then cd -P .. && rm -rf -- "./$ops_stage"; return; fi
  [ -z "$ops_left" ] || rm -rf -- "./$ops_name" ./.ops-was ./.ops-last ./.ops-mark
  cd -P .. && { rmdir -- "$ops_stage" 2>/dev/null || rmdir -- "$ops_stage" 2>/dev/null; }
}
# The end of a good write. One sync makes both the new name and the stage's end last; until then the stage is written down.
ops_written() {
  ops_leave
  [ -z "${ops_late:-}" ] || ops_judge_late
  [ -z "${ops_unsynced:-}" ] || exit 0
  ops_name_synced
  [ -z "$ops_stages" ] || [ -d "$ops_stage" ] || [ -n "${ops_to_sync:-}" ] || true >"$ops_stages"
  exit 0
}
ops_name_synced() {
  ops_directory_synced . || ops_fail "$ops_asked: is ${ops_did:-replaced}, but its directory does not reach the disk ($ops_why)"
}
# Where the stages in use are written down, a line each, so that one left by a power cut is found again.
ops_stages() {
  ops_stages=
  ops_kept_root
  [ -z "$ops_kept" ] || ops_stages=$ops_kept/../stage
}
# NAME, here: removes a stage that a killed run left. Others could give this name to a directory of ours that lies in theirs.
ops_drop_stage() (
  [ -d "./$1" ] && [ ! -L "./$1" ] && [ -O "./$1" ] || exit 0
  ops_own=
  [ ! -O . ] || ops_own=1
  cd -P -- "./$1" && ops_here && [ -O . ] || exit 0
  # Elsewhere than it was, it goes only if it is empty.
  if [ "$PWD" = "${ops_dir%/}/$1" ] && { [ -n "$ops_own" ] || { [ ! -L .ops-mark ] && [ -O .ops-mark ]; }; }; then rm -rf -- ./* ./.[!.]* ./..?*; fi
  cd -P .. && rmdir -- "./$1" 2>/dev/null
  exit 0
)
ops_sweep() (
  ops_stages
  [ -n "$ops_stages" ] && [ -s "$ops_stages" ] || exit 0
  while read -r ops_old; do
    case ${ops_old##*/.ops.} in ''|*[!0-9a-f]*) continue;; esac
    ops_swept_in=${ops_old%/*}
    ! ops_go "${ops_swept_in:-/}" || ops_drop_stage "${ops_old##*/}"
  done <"$ops_stages"
  true >"$ops_stages"
)
