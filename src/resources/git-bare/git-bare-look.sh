# The functions of `git-bare-look`, as look.ts describes them.
ops_git_look() {
  ops_git_head=
  ops_tread_or_say h "$1" || return 1
  if [ -d "$1" ]; then
    [ -x "$1" ] && [ -r "$1" ] || { echo "ops: $1: may not be looked into" >&2; return 1; }
    if [ -f "$1/HEAD" ] && [ -d "$1/objects" ] && [ -d "$1/refs" ]; then
      echo state=present
      read -r ops_git_head <"$1/HEAD" || [ -n "$ops_git_head" ] || return 1
      case $ops_git_head in
        'ref: refs/heads/'*) printf 'branch=%s\n' "${ops_git_head#ref: refs/heads/}";;
        *) echo branch=;;
      esac
      ops_git_more "$@"
      return
    fi
    for ops_git_entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
      if [ -e "$ops_git_entry" ] || [ -L "$ops_git_entry" ]; then echo state=occupied; return; fi
    done
    ops_git_absent
  elif [ -e "$1" ] || [ -L "$1" ]; then echo state=occupied
  else ops_reach "$1" && ops_git_absent && ops_tell_way "${ops_git_index:-0}" "$1"
  fi
}
ops_git_absent() { echo state=absent && { command -v git >/dev/null || echo git=absent; }; }
ops_git_more() {
  case $2 in *d*)
    ops_git_description=
    [ ! -f "$1/description" ] || ops_git_description=$({ ops_is_read "${ops_real}description" && cat; } <"$1/description" 2>/dev/null) || ops_git_description=
    case $ops_git_description in *"$ops_newline"*) ops_git_description=${ops_git_description%%"$ops_newline"*}...;; esac
    printf 'description=%s\n' "$ops_git_description";;
  esac
  case $2 in *s*)
    ops_git_shared_as=$(LC_ALL=C awk '
      { line = tolower($0); sub(/^[ \t]+/, "", line) }
      line ~ /^\[/ { core = line ~ /^\[core\]/; sub(/^[^]]*\][ \t]*/, "", line) }
      core && line ~ /^sharedrepository[ \t]*($|=|[#;])/ {
        sub(/^sharedrepository[ \t]*/, "", line); sub(/[ \t]*[#;].*/, "", line)
        shared = line == "" ? "true" : line
        sub(/^=[ \t]*/, "", shared); sub(/[ \t\r]+$/, "", shared); gsub(/"/, "", shared)
      }
      END { print shared }' "$1/config") || return 1
    case $ops_git_shared_as in
      1|true|group) ops_git_shared_as=group;;
      2|all|world|everybody) ops_git_shared_as=all;;
    esac
    printf 'shared=%s\n' "$ops_git_shared_as";;
  esac
  case $2 in *[ougi]*)
    ops_git_owners=$(stat -L -c %U:%u:%G:%g -- "$1") || return 1
    ops_git_owners_left=${ops_git_owners#*:}
    case $2 in *o*) echo "owner=${ops_git_owners%%:*}";; *u*) echo "owner=${ops_git_owners_left%%:*}";; esac
    ops_git_owners_left=${ops_git_owners_left#*:}
    case $2 in *g*) echo "group=${ops_git_owners_left%%:*}";; *i*) echo "group=${ops_git_owners_left#*:}";; esac;;
  esac
}
