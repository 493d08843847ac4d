# The functions of `account-look`, as shell.ts describes them.
  # getent ends with 2 where only some of the names are known.
  ops_getent() {
    getent "$@" || [ $? = 2 ]
  }
  ops_entry() {
    case $ops_newline$1 in
      *"$ops_newline$2:"*) ops_a=${1#"$2:"}; [ "$ops_a" != "$1" ] || ops_a=${1#*"$ops_newline$2:"};;
      *) return 1;;
    esac
    ops_a=${ops_a%%"$ops_newline"*}
  }
  # The N-th of the fields in ops_a, which are parted by colons.
  ops_field() {
    ops_b=$ops_a ops_n=$1
    while [ "$ops_n" -gt 1 ]; do ops_b=${ops_b#*:} ops_n=$((ops_n - 1)); done
    ops_b=${ops_b%%:*}
  }
  ops_users() {
    ops_mark=$1 ops_found= ops_index=0
    shift
    ops_found=$(
      ops_n=$#
      while [ "$ops_n" -gt 0 ]; do set -- "$@" "$1"; shift 4; ops_n=$((ops_n - 4)); done
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
      ops_tell "$(! ops_wants_detail || ops_user_tell "$1" "$4")"
      shift 4
    done
  }
  ops_memberships() {
    ops_a=$(id -Gn -- "$1") || return 1
    ops_b= ops_rest=$2,
    while [ -n "$ops_rest" ]; do
      case " $ops_a " in *" ${ops_rest%%,*} "*) ops_b=$ops_b,${ops_rest%%,*};; esac
      ops_rest=${ops_rest#*,}
    done
    echo "groups=${ops_b#,}"
  }
  ops_groups() {
    ops_mark=$1 ops_index=0
    shift
    ops_found=$(
      ops_n=$#
      while [ "$ops_n" -gt 0 ]; do set -- "$@" "$1"; shift 3; ops_n=$((ops_n - 3)); done
      ops_getent group "$@"
    ) || return 1
    while [ $# -gt 0 ]; do
      if ops_entry "$ops_found" "$1"; then
        echo state=present
        case $2 in *i*) ops_field 2; echo "gid=$ops_b";; esac
      else
        echo state=absent
      fi
      ops_tell "$(! ops_wants_detail || ops_group_tell "$1" "$3")"
      shift 3
    done
  }
  ops_newline='
'
  # The detail of the one that was looked at, and its end.
  ops_tell() {
    [ -z "$1" ] || printf '%s\n' "$1" | ops_detail "$ops_index"
    [ -z "$ops_mark" ] || echo "$ops_mark"
    ops_index=$((ops_index + 1))
  }
  # NAME WANT: reads ops_found.
  ops_user_tell() {
    ops_uid= ops_home=
    if ops_entry "$ops_found" "$1"; then
      ops_field 2; ops_uid=$ops_b
      ops_field 5; ops_home=$ops_b
    fi
    case $2 in absent) [ -z "$ops_uid" ] || ops_user_busy "$1"; return 0;; esac
    ops_c=${2#*:} ops_wanted=${ops_c%%:*} ops_c=${ops_c#*:}
    ops_kind=${ops_c%%:*} ops_c=${ops_c#*:}
    if [ -n "$ops_wanted" ] && [ "$ops_wanted" != "$ops_uid" ]; then
      ops_b=$(getent passwd "$ops_wanted") && echo "obstacle=the uid $ops_wanted belongs to ${ops_b%%:*}"
      [ -z "$ops_uid" ] || ops_user_busy "$1"
    fi
    if [ -n "$ops_uid" ] && [ -n "$ops_c" ] && [ "$ops_c" != "$ops_home" ]; then
      ops_user_busy "$1"
      echo "note=nothing is moved from $ops_home to $ops_c, and no home is made"
    fi
    [ "$ops_kind" != system ] || return 0
    case $ops_uid in '') ops_c=${ops_c:-/home/$1};; *) ops_c=${ops_c:-$ops_home};; esac
    case $ops_uid,$ops_c in ,* | *,/home/*) ;; *) return 0;; esac
    [ -d "$ops_c" ] || return 0
    ops_b=$(stat -L -c %u:%U "$ops_c")
    case $ops_b in "${ops_wanted:-${ops_uid:-none}}":*) ;; *)
      echo "note=$ops_c is there already and belongs to ${ops_b#*:}: $1 cannot write there unless a step gives it to $1 (\`directory\` with \`owner\`)";;
    esac
  }
  # Whose processes keep userdel and usermod from it.
  ops_user_busy() {
    ops_b=$(cat /proc/[0-9]*/status 2>/dev/null | awk -v uid="$ops_uid" '
      /^Name:/ { name = $2 } /^Pid:/ { pid = $2 }
      /^Uid:/ && ($2 == uid || $3 == uid || $4 == uid) && n++ < 3 { printf "%s%s (pid %s)", (n > 1 ? ", " : ""), name, pid }')
    [ -z "$ops_b" ] || echo "obstacle=it has running processes: $ops_b; stop the service, or \`loginctl terminate-user $1\`"
  }
  ops_group_tell() {
    ops_gid=
    if ops_entry "$ops_found" "$1"; then ops_field 2; ops_gid=$ops_b; fi
    case $2 in absent)
      [ -n "$ops_gid" ] || return 0
      ops_b=$(getent passwd | awk -F: -v gid="$ops_gid" '$4 == gid { printf "%s%s", (n++ ? ", " : ""), $1 }')
      [ -z "$ops_b" ] || echo "obstacle=it is the primary group of $ops_b"
      return 0;;
    esac
    ops_wanted=${2#*:}
    [ -n "$ops_wanted" ] && [ "$ops_wanted" != "$ops_gid" ] || return 0
    ops_b=$(getent group "$ops_wanted") && echo "obstacle=the gid $ops_wanted belongs to ${ops_b%%:*}"
    return 0
  }
