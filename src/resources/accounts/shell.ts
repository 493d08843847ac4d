/** Shell that looks at users and groups, and makes, changes and removes them. */
import { library } from '../../shell/library.ts'

/**
 * `ops_users MARK (NAME FLAGS GROUPS)...` prints `state=` and what the flags ask for: `u` uid, `g` primary group, `h`
 * home, `s` shell, `c` comment; and which of the comma-separated groups the user is in.
 * `ops_groups MARK (NAME FLAGS)...` prints `state=` and, for `i`, the gid.
 */
export const accountLookLibrary = library('account-look')`
  # getent ends with 2 where only some of the names are known.
  ops_getent() {
    getent "$@" || [ $? = 2 ]
  }
  ops_entry() {
    case $ops_newline$1 in
      *"$ops_newline$2:"*) ops_a=\${1#"$2:"}; [ "$ops_a" != "$1" ] || ops_a=\${1#*"$ops_newline$2:"};;
      *) return 1;;
    esac
    ops_a=\${ops_a%%"$ops_newline"*}
  }
  # The N-th of the fields in ops_a, which are parted by colons.
  ops_field() {
    ops_b=$ops_a ops_n=$1
    while [ "$ops_n" -gt 1 ]; do ops_b=\${ops_b#*:} ops_n=$((ops_n - 1)); done
    ops_b=\${ops_b%%:*}
  }
  ops_users() {
    ops_mark=$1 ops_found=
    shift
    ops_found=$(
      ops_n=$#
      while [ "$ops_n" -gt 0 ]; do set -- "$@" "$1"; shift 3; ops_n=$((ops_n - 3)); done
      ops_getent passwd "$@"
    ) || return 1
    while [ $# -gt 0 ]; do
      if ops_entry "$ops_found" "$1"; then
        echo state=present
        case $2 in *u*) ops_field 2; echo "uid=$ops_b";; esac
        case $2 in *g*) echo "group=$(id -gn -- "$1")";; esac
        case $2 in *c*) ops_field 4; printf 'comment=%s\n' "$ops_b";; esac
        case $2 in *h*) ops_field 5; printf 'home=%s\n' "$ops_b";; esac
        case $2 in *s*) ops_field 6; printf 'shell=%s\n' "$ops_b";; esac
        [ -z "$3" ] || ops_memberships "$1" "$3" || return 1
      else
        echo state=absent
      fi
      [ -z "$ops_mark" ] || echo "$ops_mark"
      shift 3
    done
  }
  ops_memberships() {
    ops_a=$(id -Gn -- "$1") || return 1
    ops_b= ops_rest=$2,
    while [ -n "$ops_rest" ]; do
      case " $ops_a " in *" \${ops_rest%%,*} "*) ops_b=$ops_b,\${ops_rest%%,*};; esac
      ops_rest=\${ops_rest#*,}
    done
    echo "groups=\${ops_b#,}"
  }
  ops_groups() {
    ops_mark=$1
    shift
    ops_found=$(
      ops_n=$#
      while [ "$ops_n" -gt 0 ]; do set -- "$@" "$1"; shift 2; ops_n=$((ops_n - 2)); done
      ops_getent group "$@"
    ) || return 1
    while [ $# -gt 0 ]; do
      if ops_entry "$ops_found" "$1"; then
        echo state=present
        case $2 in *i*) ops_field 2; echo "gid=$ops_b";; esac
      else
        echo state=absent
      fi
      [ -z "$ops_mark" ] || echo "$ops_mark"
      shift 2
    done
  }
  ops_newline='
'
`

/**
 * `ops_user_add NAME HOME USERADD-OPTIONS...`: takes the group of that name where there is one; HOME is empty where none is to be
 * made. `ops_user_remove NAME [home]`. Both tools go to a home by its path, so that a way that others can bend is not for them.
 */
export const accountChangeLibrary = library('account-change', 'apply')`
  ops_user_add() {
    ops_a=$1 ops_b=$2
    shift 2
    case " $* " in *" --gid "*) ;; *)
      if getent group "$ops_a" >/dev/null; then set -- "$@" --gid "$ops_a"; fi;;
    esac
    if [ -z "$ops_b" ]; then set -- "$@" --no-create-home
    elif ops_said=$(ops_sure "\${ops_b%/*}" || echo "\${ops_why:-it cannot be looked at}") && [ -z "$ops_said" ]; then set -- "$@" --create-home
    elif [ -d "$ops_b" ]; then set -- "$@" --no-create-home
    else
      echo "ops: $ops_b: no home is made there: $ops_said. Make it by a \`directory\` step; nothing was changed" >&2
      return 98
    fi
    useradd "$@" -- "$ops_a"
  }
  ops_user_remove() {
    if [ -n "$2" ]; then
      ops_b=$(getent passwd -- "$1" | cut -d : -f 6)
      ops_said=$(ops_sure "\${ops_b%/*}" || echo "\${ops_why:-it cannot be looked at}")
      if [ -n "$ops_said" ]; then
        echo "ops: $ops_b: this home is not removed: $ops_said. Remove it by a \`directory\` step; nothing was changed" >&2
        return 98
      fi
      userdel --remove -- "$1"
    else userdel -- "$1"
    fi
  }
`
