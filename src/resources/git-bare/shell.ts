/** Shell that looks at, makes and changes bare git repositories. */
import { library } from '../../shell/library.ts'

/** `ops_git_look PATH FLAGS`: `d` description, `s` shared, `o`/`u` owner, `g`/`i` group. Needs no git. */
export const gitBareLookLibrary = library('git-look')`
  ops_git_look() {
    ops_a=
    if [ -d "$1" ]; then
      [ -x "$1" ] && [ -r "$1" ] || { echo "ops: $1: may not be looked into" >&2; return 1; }
      if [ -f "$1/HEAD" ] && [ -d "$1/objects" ] && [ -d "$1/refs" ]; then
        echo state=present
        read -r ops_a <"$1/HEAD" || [ -n "$ops_a" ] || return 1
        case $ops_a in
          'ref: refs/heads/'*) printf 'branch=%s\n' "\${ops_a#ref: refs/heads/}";;
          *) echo branch=;;
        esac
        ops_git_more "$@"
        return
      fi
      for ops_a in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        if [ -e "$ops_a" ] || [ -L "$ops_a" ]; then echo state=occupied; return; fi
      done
      echo state=absent
    elif [ -e "$1" ] || [ -L "$1" ]; then echo state=occupied
    else ops_reach "$1" && echo state=absent
    fi
  }
  ops_git_more() {
    case $2 in *d*)
      ops_a=$(cat -- "$1/description" 2>/dev/null) || ops_a=
      case $ops_a in *"$ops_newline"*) ops_a=\${ops_a%%"$ops_newline"*}...;; esac
      printf 'description=%s\n' "$ops_a";;
    esac
    case $2 in *s*)
      ops_a=$(LC_ALL=C sed -n 's/^[[:blank:]]*[sS]hared[rR]epository[[:blank:]]*=[[:blank:]]*//p' -- "$1/config") || return 1
      case $ops_a in
        1|true|group) ops_a=group;;
        2|all|world|everybody) ops_a=all;;
      esac
      printf 'shared=%s\n' "$ops_a";;
    esac
    case $2 in *[ougi]*)
      ops_a=$(stat -L -c %U:%u:%G:%g -- "$1") || return 1
      ops_b=\${ops_a#*:}
      case $2 in *o*) echo "owner=\${ops_a%%:*}";; *u*) echo "owner=\${ops_b%%:*}";; esac
      ops_b=\${ops_b#*:}
      case $2 in *g*) echo "group=\${ops_b%%:*}";; *i*) echo "group=\${ops_b#*:}";; esac;;
    esac
  }
`

/** `ops_git_bare new|change PATH BRANCH DESCRIPTION SHARED OWNER GROUP` (empty: leave). */
export const gitBareEditLibrary = library('git-edit', 'apply')`
  # Git reads settings of the repository, and may run its hooks: so it runs as the owner of it, never as root for others.
  ops_git() (
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
    ops_owner=$(stat -c %U -- "$1") || exit 1
    if [ "$(id -u)" = 0 ] && [ "$ops_owner" != root ]; then
      cd / && exec runuser -u "$ops_owner" -- git --git-dir="$@"
    fi
    exec git -c safe.directory="$1" --git-dir="$@"
  )
  ops_git_bare() (
    set +e
    ops_asked=$2 ops_path=$2
    command -v git >/dev/null || ops_fail "$2: git is not installed; a step before this one brings it: apt git"
    if [ "$1" = new ]; then
      ops_said=$(umask 022; mkdir -p -- "\${2%/*}/" 2>&1) || ops_fail "$2: its parent directory cannot be made (\${ops_said##*: })"
      ops_enter
      umask 022
      unset GIT_DIR GIT_WORK_TREE
      git -c init.defaultBranch="$3" init -q --bare \${5:+"--shared=$5"} "./$ops_name" >&2 &&
        git --git-dir="./$ops_name" symbolic-ref HEAD "refs/heads/$3" >&2 ||
        ops_fail "$2: git could not make it; nothing was changed"
      [ -z "$4" ] || printf '%s\n' "$4" >"./$ops_name/description"
      if [ -n "$6$7" ]; then
        chown -R -- "$6\${7:+:$7}" "./$ops_name" || ops_fail "$2: its owner cannot be set; nothing was changed"
        [ -z "$5" ] || find "./$ops_name" -type d -exec chmod g+s {} +
      fi
      ops_rename
      ops_written
    fi
    if [ -n "$6$7" ]; then chown -R -- "$6\${7:+:$7}" "$2" || ops_fail "$2: its owner cannot be set"; fi
    if [ -n "$3" ]; then ops_git "$2" symbolic-ref HEAD "refs/heads/$3" || ops_fail "$2: HEAD cannot be set"; fi
    if [ -n "$4" ]; then
      ops_write "$2/description" "owner=$(stat -c %u -- "$2")" -- printf '%s\n' "$4" || exit 1
    fi
    if [ -n "$5" ]; then
      ops_git "$2" config core.sharedRepository "$5" && chmod -R g+rwX -- "$2" &&
        find "$2" -type d -exec chmod g+s {} + || ops_fail "$2: it cannot be shared"
    fi
  )
`
