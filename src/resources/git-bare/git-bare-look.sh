# The functions of `git-bare-look`, as look.ts describes them.
ops_git_look() {
  ops_a=
  ops_tread_or_say h "$1" || return 1
  if [ -d "$1" ]; then
    [ -x "$1" ] && [ -r "$1" ] || { echo "ops: $1: may not be looked into" >&2; return 1; }
    if [ -f "$1/HEAD" ] && [ -d "$1/objects" ] && [ -d "$1/refs" ]; then
      echo state=present
      read -r ops_a <"$1/HEAD" || [ -n "$ops_a" ] || return 1
      case $ops_a in
        'ref: refs/heads/'*) printf 'branch=%s\n' "${ops_a#ref: refs/heads/}";;
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
    ops_a=
    [ ! -f "$1/description" ] || ops_a=$({ ops_is_read "${ops_real}description" && cat; } <"$1/description" 2>/dev/null) || ops_a=
    case $ops_a in *"$ops_newline"*) ops_a=${ops_a%%"$ops_newline"*}...;; esac
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
    ops_b=${ops_a#*:}
    case $2 in *o*) echo "owner=${ops_a%%:*}";; *u*) echo "owner=${ops_b%%:*}";; esac
    ops_b=${ops_b#*:}
    case $2 in *g*) echo "group=${ops_b%%:*}";; *i*) echo "group=${ops_b#*:}";; esac;;
  esac
}
