/** Shell that changes files: the one place that writes. Design: stage beside the target, prove, keep, rename. */
import { keptFunctions } from './kept-functions.ts'
import { library } from './library.ts'

/**
 * Functions for applies. Each runs in a subshell of its own, prints one clear last line when it fails (with exit code 98
 * where it says that nothing was changed), and leaves the old or the new file, whatever kills it.
 *
 * - `ops_write PATH [OPTION ...] -- PRODUCER ...` makes the producer's output the content of PATH. Options: `sha=`,
 *   `size=` of the whole content; `mode=`, `owner=`, `group=` (else those of the replaced file are kept; new files
 *   get 0644 or `new=`); `like=FILE` takes attributes from there; `check=SHELL` validates `$1`; `view=SHELL` validates
 *   the host as it will be (with the view library); `place` writes into the existing file.
 * - `ops_payload SHA256` is a producer: prints an uploaded file.
 * - `ops_attributes PATH MODE OWNER GROUP` changes these alone (empty: leave).
 * - `ops_remove PATH`, `ops_symlink PATH TARGET` do as they say.
 * - `ops_restore PATH` puts back what this run changed at or below PATH; `ops_changed PATH` tells whether it did.
 * - `ops_sweep` removes what killed runs left behind; to be called under the host's lock only.
 */
export const writeLibrary = library('write', 'apply')`
  ops_fail() {
    printf 'ops: %s\n' "$1" >&2
    case $1 in *'; nothing was changed'*) exit 98 ;; esac
    exit 1
  }
  # The reason in what a tool said: the part after its last ": ".
  ops_reason() {
    ops_why=\${1##*"$ops_newline"}
    ops_why=\${ops_why##*: }
  }

  # PATH: sets ops_path to the file that is really written; links are followed to a regular file and no further.
  ops_follow() {
    ops_asked=$1 ops_path=$1
    if [ -L "$1" ]; then
      [ -e "$1" ] || ops_fail "$1: is a symbolic link that leads nowhere; nothing was changed"
      ops_path=$(readlink -f -- "$1") || ops_fail "$1: this symbolic link cannot be followed; nothing was changed"
      # shellcheck disable=SC2046
      set -- "$1" $(stat -c %u -- "$1" "$ops_path") "$ops_user"
      [ "$2" = 0 ] || [ "$2" = "$4" ] || [ "$2" = "$3" ] ||
        ops_fail "$1: is a symbolic link of another user to a file that is not theirs; nothing was changed"
    fi
    [ ! -d "$ops_path" ] || ops_fail "$ops_asked: is a directory, not a file; nothing was changed"
    [ ! -e "$ops_path" ] || [ -f "$ops_path" ] ||
      ops_fail "$ops_asked: is a device, pipe or socket, not a file; nothing was changed"
  }

  # Makes the stage .ops.NONCE beside ops_path and goes into it. Staying inside keeps others from swapping it.
  ops_enter() {
    umask 077
    ops_dir=\${ops_path%/*} ops_name=\${ops_path##*/}
    ops_dir=\${ops_dir:-/}
    cd -P -- "$ops_dir" 2>/dev/null ||
      ops_fail "$ops_asked: its directory $ops_dir is not there or may not be entered; nothing was changed"
    ops_dir=$PWD
    ops_stages
    [ -z "$ops_stages" ] || [ ! -s "$ops_stages" ] || ops_sweep
    for ops_old in .ops.*; do
      case \${ops_old#.ops.} in
        *[!0-9a-f]*|?|??|???) ;;
        *) ops_drop_stage "$ops_old";;
      esac
    done
    ops_stage=.ops.\${OPS_NONCE:-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')}
    [ -z "$ops_stages" ] || echo "$ops_dir/$ops_stage" >"$ops_stages"
    ops_said=$(mkdir -m 0700 -- "$ops_stage" 2>&1) || {
      ops_reason "$ops_said"
      ops_hint .
      ops_fail "$ops_asked: nothing can be made in $ops_dir ($ops_why$ops_hint); nothing was changed"
    }
    trap 'cd .. || cd -P -- "$ops_dir"; rm -rf -- "$ops_stage"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM
    cd -P -- "$ops_stage" && [ -O . ] && [ "$PWD" = "\${ops_dir%/}/$ops_stage" ] ||
      ops_fail "$ops_asked: somebody else interferes in $ops_dir; nothing was changed"
  }
  # The end of a good write. One sync makes both the new name and the stage's end last; until then the stage is written down.
  ops_written() {
    trap - EXIT
    { cd .. || cd -P -- "$ops_dir"; } && rmdir -- "$ops_stage" || rm -rf -- "$ops_stage"
    [ -z "\${ops_late:-}" ] || ops_judge_late
    ops_said=$(sync . 2>&1) || case $ops_said in *'Invalid argument'*) ;; *)
      ops_fail "$ops_asked: is replaced, but its directory does not reach the disk (\${ops_said##*: })";;
    esac
    [ -z "$ops_stages" ] || [ -d "$ops_stage" ] || : >"$ops_stages"
    exit 0
  }
  # Where the stage in use is written down, so that one left by a power cut is found again.
  ops_stages() {
    ops_stages=
    ops_kept_root
    [ -z "$ops_kept" ] || ops_stages=$ops_kept/../stage
  }
  ops_drop_stage() {
    if [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; then rm -rf -- "$1"; fi
  }
  ops_sweep() (
    ops_stages
    [ -n "$ops_stages" ] && [ -s "$ops_stages" ] || exit 0
    read -r ops_old <"$ops_stages"
    case \${ops_old##*/.ops.} in ''|*[!0-9a-f]*) exit 0;; esac
    ops_drop_stage "$ops_old"
    : >"$ops_stages"
  )
  ops_hint() {
    ops_hint=
    case $ops_why in 'Operation not permitted'*)
      ops_a=$(lsattr -d -- "$1" 2>/dev/null)
      case \${ops_a%% *} in
        *i*) ops_hint=', it is immutable: see chattr -i';;
        *a*) ops_hint=', it is append-only: see chattr -a';;
      esac
    esac
  }

  ${keptFunctions.text}

  # Gives the staged file the owner, mode, ACL and attributes that it is to have; prints how many names the old one has.
  ops_dress() {
    ops_old=\${ops_like:-../$ops_name} ops_has_mode=
    if [ -e "$ops_old" ]; then
      # shellcheck disable=SC2046
      set -- $(stat -c '%a %u %g %h' -- "$ops_old")
      if cp --attributes-only --preserve=all --no-preserve=timestamps,links -- "$ops_old" "./$ops_name" 2>/dev/null
      then ops_has_mode=1
      else chown -- "$2:$3" "./$ops_name" || return 1
      fi
    else
      set -- "$ops_fresh" '' '' 1
    fi
    [ -z "$ops_owner$ops_group" ] || chown -- "$ops_owner\${ops_group:+:$ops_group}" "./$ops_name" || return 1
    # A change of owner takes setuid away.
    [ -n "$ops_has_mode" ] && [ -z "$ops_mode$ops_owner$ops_group" ] ||
      chmod -- "\${ops_mode:-$1}" "./$ops_name" || return 1
    # A change of owner without the right to it can pass in silence.
    # shellcheck disable=SC2046
    set -- "\${ops_owner:-$2}" "\${ops_group:-$3}" $(stat -c '%u %g %U %G %s' -- "./$ops_name") "$4"
    [ -z "$1" ] || [ "$1" = "$3" ] || [ "$1" = "$5" ] || { echo "the owner $1 cannot be set"; return 1; }
    [ -z "$2" ] || [ "$2" = "$4" ] || [ "$2" = "$6" ] || { echo "the group $2 cannot be set"; return 1; }
    [ "\${ops_size:-$7}" = "$7" ] || { echo "it has $7 bytes, not $ops_size"; return 1; }
    echo "$8"
  }

  # The uploaded file of this hash. Steps for another user have no stage that they may read.
  ops_payload() {
    if [ -z "\${OPS_STAGE:-}" ]; then
      echo "another user cannot read uploaded files, so name the owner in the step instead of running it as that user" >&2
      return 1
    fi
    cat -- "$OPS_STAGE/$1"
  }
  ops_write() (
    set +e
    ops_a=$1
    ops_sha= ops_size= ops_mode= ops_owner= ops_group= ops_like= ops_check= ops_view= ops_late= ops_place= ops_fresh=0644
    shift
    while [ "$1" != -- ]; do
      case $1 in
        sha=*) ops_sha=\${1#*=};;
        size=*) ops_size=\${1#*=};;
        mode=*) ops_mode=\${1#*=};;
        owner=*) ops_owner=\${1#*=};;
        group=*) ops_group=\${1#*=};;
        new=*) ops_fresh=\${1#*=};;
        like=*) ops_like=\${1#*=};;
        check=*) ops_check=\${1#*=};;
        view=*) ops_view=\${1#*=};;
        place) ops_place=1;;
        *) ops_fail "ops_write: unknown option $1";;
      esac
      shift
    done
    shift
    ops_follow "$ops_a"
    ops_enter
    ops_said=$("$@" 2>&1 >"./$ops_name") || {
      # The builtins of some shells say "I/O error" whatever it was; cat knows.
      ops_said=$("$@" 2>/dev/null | cat 2>&1 >"./$ops_name") || :
      [ -n "$ops_said" ] || ops_said=$("$@" 2>&1 >/dev/null)
      ops_reason "$ops_said"
      ops_fail "$ops_asked: the new content could not be written beside it (\${ops_why:-unknown reason}); nothing was changed"
    }
    # Without a known hash, the content is made a second time through a pipe, which no full disk can cut.
    if [ -n "$ops_sha" ]; then
      ops_sum=$(sha256sum <"./$ops_name")
      [ "\${ops_sum%% *}" = "$ops_sha" ]
    else "$@" 2>/dev/null | cmp -s - "./$ops_name"
    fi || ops_fail "$ops_asked: the new content did not arrive whole; nothing was changed"
    if [ -z "$ops_owner$ops_group$ops_like" ] && [ ! -e "../$ops_name" ]; then
      ops_names=1
      ops_said=$(chmod -- "\${ops_mode:-$ops_fresh}" "./$ops_name" 2>&1)
    else ops_said=$(ops_dress 2>&1) && ops_names=$ops_said
    fi || {
      ops_reason "$ops_said"
      ops_fail "$ops_asked: its mode and owner could not be set ($ops_why); nothing was changed"
    }
    ops_guard_access
    if [ -n "$ops_check$ops_view" ] && [ -z "$ops_sha" ]; then
      ops_sum=$(sha256sum <"./$ops_name")
      ops_sha=\${ops_sum%% *}
    fi
    if [ -n "$ops_check" ]; then
      ops_said=$(set -- "$(pwd -P)/$ops_name"; eval "$ops_check" 2>&1 </dev/null) || {
        printf '%s\n' "$ops_said" >&2
        ops_fail "$ops_asked: its validator refused the new content (\${ops_said##*"$ops_newline"}); nothing was changed"
      }
    fi
    [ -z "$ops_view" ] || ops_judge
    if [ -n "$ops_check$ops_view" ]; then
      ops_sum=$([ ! -L "./$ops_name" ] && [ -f "./$ops_name" ] && sha256sum <"./$ops_name")
      [ "\${ops_sum%% *}" = "$ops_sha" ] ||
        ops_fail "$ops_asked: its validator changed the new content; nothing was changed"
    fi
    ops_keep "$ops_path"
    if [ -n "$ops_place" ] && [ -e "$ops_path" ]; then
      cat "./$ops_name" >"../$ops_name" && sync "../$ops_name" || {
        cat "$ops_was" >"../$ops_name" && ops_fail "$ops_asked: could not be written in its place; it was put back"
        ops_fail "$ops_asked: was not written whole in its place; its previous content is in $ops_was"
      }
      ops_attributes_now "../$ops_name"
      ops_written
    fi
    [ "$ops_names" = 1 ] || [ ! -e "$ops_path" ] ||
      echo "ops: note: $ops_path had more than one name (hard links); the others keep the previous content" >&2
    ops_said=$(sync "./$ops_name" 2>&1) || {
      ops_reason "$ops_said"
      ops_fail "$ops_asked: the new content does not reach the disk ($ops_why); nothing was changed"
    }
    ops_rename
    ops_written
  )
  # Files that lock everybody out when they are wrong have a validator of their own, whichever step writes them.
  ops_guard_access() {
    case $ops_path in /etc/sudoers*|/etc/ssh/*|/etc/nftables.conf) ;; *) return 0;; esac
    [ -z "$ops_check$ops_view\${ops_as_it_was:-}" ] && ! cmp -s -- "./$ops_name" "../$ops_name" || return 0
    case $ops_path in
      /etc/sudoers|/etc/sudoers.d/*) ! command -v visudo >/dev/null || ops_check='visudo -cf "$1"';;
      /etc/ssh/sshd_config) ! [ -d /run/sshd ] || ops_check='/usr/sbin/sshd -t -f "$1"';;
      /etc/nftables.conf) ! nft list tables >/dev/null 2>&1 || ops_check='nft -c -f "$1"';;
    esac
  }
  # The staged file or link takes its name.
  ops_rename() {
    ops_said=$(mv -fT -- "./$ops_name" "../$ops_name" 2>&1) || {
      ops_reason "$ops_said"
      ops_hint "../$ops_name"
      case $ops_why in *busy*) ops_hint=", it is a mount point of its own: the param inPlace writes into it";; esac
      ops_fail "$ops_asked: cannot be replaced ($ops_why$ops_hint); nothing was changed"
    }
  }
  ops_attributes_now() {
    { [ -z "$ops_owner$ops_group" ] || chown -- "$ops_owner\${ops_group:+:$ops_group}" "$1"; } &&
      { [ -z "$ops_mode" ] || chmod -- "$ops_mode" "$1"; } || ops_fail "$ops_asked: its mode and owner could not be set"
  }
  # One system call where that is enough; else the file is written anew, so that no kill leaves half of the change.
  ops_attributes() (
    set +e
    ops_follow "$1"
    ops_mode=$2 ops_owner=$3 ops_group=$4
    if [ -n "$2" ] && [ -n "$3$4" ] || { [ -n "$3$4" ] && { [ -u "$ops_path" ] || [ -g "$ops_path" ]; }; }; then
      ops_write "$1" \${2:+"mode=$2"} \${3:+"owner=$3"} \${4:+"group=$4"} -- cat -- "$ops_path"
      exit
    fi
    ops_keep "$ops_path"
    ops_attributes_now "$ops_path"
  )
  ops_remove() (
    set +e
    ops_asked=$1
    [ ! -d "$1" ] || [ -L "$1" ] || ops_fail "$1: is a directory, not a file; nothing was changed"
    ops_keep "$1"
    ops_said=$(rm -f -- "$1" 2>&1) || {
      ops_reason "$ops_said"
      ops_hint "$1"
      ops_fail "$1: cannot be removed ($ops_why$ops_hint); nothing was changed"
    }
    ops_dir=\${1%/*}
    sync "\${ops_dir:-/}" 2>/dev/null || :
  )
  ops_symlink() (
    set +e
    ops_asked=$1 ops_path=$1
    [ -L "$1" ] || [ ! -e "$1" ] || ops_fail "$1: is a file or directory, not a symbolic link; nothing was changed"
    ops_enter
    ops_said=$(ln -s -- "$2" "./$ops_name" 2>&1) || {
      ops_reason "$ops_said"
      ops_fail "$1: the link could not be made ($ops_why); nothing was changed"
    }
    ops_keep "$1"
    ops_rename
    ops_written
  )

  # PATH: whether the journal's real path ops_target is it or lies below it.
  ops_concerns() {
    case $ops_target in "$1"|"\${1%/}"/*|"$2"|"\${2%/}"/*) return 0;; esac
    return 1
  }
  ops_changed() (
    [ -n "\${OPS_DIR:-}" ] && [ -s "$OPS_DIR/journal" ] || exit 1
    ops_real=$(readlink -f -- "$1" || printf %s "$1")
    while IFS=$ops_tab read -r ops_was ops_target; do
      ! ops_concerns "$1" "$ops_real" || exit 0
    done <"$OPS_DIR/journal"
    exit 1
  )
  ops_restore() (
    set +e
    [ -n "\${OPS_DIR:-}" ] && [ -s "$OPS_DIR/journal" ] || exit 0
    ops_real=$(readlink -f -- "$1" || printf %s "$1")
    ops_bad=0
    while IFS=$ops_tab read -r ops_was ops_target; do
      ops_concerns "$1" "$ops_real" || continue
      case $ops_was in
        absent) ops_remove "$ops_target";;
        link:*) ops_symlink "$ops_target" "\${ops_was#link:}";;
        *) ops_write "$ops_target" "like=$ops_was" -- cat -- "$ops_was";;
      esac </dev/null || ops_bad=1
    done <"$OPS_DIR/journal"
    exit $ops_bad
  )
  ops_user=$(id -u 2>/dev/null) || ops_user=
  ops_tab='	'
  ops_newline='
'
`
