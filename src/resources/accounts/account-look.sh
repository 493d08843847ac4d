# The functions of `account-look`, as look.ts describes them.
  # getent ends with 2 where only some of the names are known.
  ops_getent() {
    getent "$@" || [ $? = 2 ]
  }
  ops_entry() {
    case $ops_newline$1 in
      *"$ops_newline$2:"*) ops_account=${1#"$2:"}; [ "$ops_account" != "$1" ] || ops_account=${1#*"$ops_newline$2:"};;
      *) return 1;;
    esac
    ops_account=${ops_account%%"$ops_newline"*}
  }
  # The N-th of the fields in ops_account, which are parted by colons.
  ops_field() {
    ops_field_text=$ops_account ops_fields_left=$1
    while [ "$ops_fields_left" -gt 1 ]; do ops_field_text=${ops_field_text#*:} ops_fields_left=$((ops_fields_left - 1)); done
    ops_field_text=${ops_field_text%%:*}
  }
  ops_users() {
    ops_mark=$1 ops_found= ops_index=0
    shift
    ops_found=$(
      ops_words_left=$#
      while [ "$ops_words_left" -gt 0 ]; do set -- "$@" "$1"; shift 4; ops_words_left=$((ops_words_left - 4)); done
      ops_getent passwd "$@"
    ) || return 1
    while [ $# -gt 0 ]; do
      if ops_entry "$ops_found" "$1"; then
        echo state=present
        case $2 in *u*) ops_field 2; echo "uid=$ops_field_text";; esac
        case $2 in *g*) echo "group=$(id -gn -- "$1")";; esac
        case $2 in *c*) ops_field 4; printf 'comment=%s\n' "$ops_field_text";; esac
        case $2 in *h*) ops_field 5; printf 'home=%s\n' "$ops_field_text";; esac
        case $2 in *s*) ops_field 6; printf 'shell=%s\n' "$ops_field_text";; esac
        [ -z "$3" ] || ops_memberships "$1" "$3" || return 1
      else
        echo state=absent
      fi
      ops_tell "$(! ops_wants_detail || ops_user_tell "$1" "$4")"
      shift 4
    done
  }
  ops_memberships() {
    ops_all_groups=$(id -Gn -- "$1") || return 1
    ops_member_of= ops_rest=$2,
    while [ -n "$ops_rest" ]; do
      case " $ops_all_groups " in *" ${ops_rest%%,*} "*) ops_member_of=$ops_member_of,${ops_rest%%,*};; esac
      ops_rest=${ops_rest#*,}
    done
    echo "groups=${ops_member_of#,}"
  }
  ops_groups() {
    ops_mark=$1 ops_index=0
    shift
    ops_found=$(
      ops_words_left=$#
      while [ "$ops_words_left" -gt 0 ]; do set -- "$@" "$1"; shift 3; ops_words_left=$((ops_words_left - 3)); done
      ops_getent group "$@"
    ) || return 1
    while [ $# -gt 0 ]; do
      if ops_entry "$ops_found" "$1"; then
        echo state=present
        case $2 in *i*) ops_field 2; echo "gid=$ops_field_text";; esac
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
    ops_uid= ops_home= ops_shell=
    if ops_entry "$ops_found" "$1"; then
      ops_field 2; ops_uid=$ops_field_text
      ops_field 5; ops_home=$ops_field_text
      ops_field 6; ops_shell=$ops_field_text
    fi
    case $2 in absent) [ -z "$ops_uid" ] || ops_user_busy "$1"; return 0;; esac
    ops_wanted_home=${2#*:} ops_wanted=${ops_wanted_home%%:*} ops_wanted_home=${ops_wanted_home#*:}
    ops_kind=${ops_wanted_home%%:*} ops_wanted_home=${ops_wanted_home#*:}
    ops_wanted_shell=${ops_wanted_home#*:} ops_wanted_home=${ops_wanted_home%%:*}
    ops_wanted_shell=${ops_wanted_shell:-$ops_shell}
    case $ops_wanted_shell in ?*) [ -x "$ops_wanted_shell" ] || echo "note=the host has no program $ops_wanted_shell: nobody can log in as $1 before a step brings it";; esac
    if [ -n "$ops_wanted" ] && [ "$ops_wanted" != "$ops_uid" ]; then
      ops_holder=$(getent passwd "$ops_wanted") && echo "obstacle=the uid $ops_wanted belongs to ${ops_holder%%:*}"
      [ -z "$ops_uid" ] || ops_user_busy "$1"
    fi
    if [ -n "$ops_uid" ] && [ -n "$ops_wanted_home" ] && [ "$ops_wanted_home" != "$ops_home" ]; then
      ops_user_busy "$1"
      echo "note=nothing is moved from $ops_home to $ops_wanted_home, and no home is made"
    fi
    [ -z "$ops_uid" ] || case $(getent shadow "$1" 2>/dev/null) in "$1"::*) echo "note=the password of $1 is empty: at the console and by su the name alone may be enough; \`passwd -l $1\` locks it";; esac
    [ -z "$ops_uid" ] || case $(ops_account_expired "$1") in
      account) echo "note=the account has expired: nobody can log in as $1 (\`chage -l $1\` says when): \`chage -E -1 -I -1 $1\` ends that";;
      shadow) echo "note=/etc/shadow has no line of $1 that can be read, so that PAM lets nobody in as $1, not even with a key: \`pwconv\` adds one";;
      password) echo "note=the password of $1 has expired: at a login a new one is asked for, and commands without a terminal are refused (\`chage -l $1\` says when)";;
    esac
    [ "$ops_kind" != system ] || return 0
    ops_user_homeless "$1"
    case $ops_uid in '') ops_wanted_home=${ops_wanted_home:-/home/$1};; *) ops_wanted_home=${ops_wanted_home:-$ops_home};; esac
    case $ops_uid,$ops_wanted_home in ,* | *,/home/*) ;; *) return 0;; esac
    [ -d "$ops_wanted_home" ] || return 0
    ops_home_owner=$(stat -L -c %u:%U "$ops_wanted_home")
    case $ops_home_owner in *:UNKNOWN) ops_home_owner="${ops_home_owner%%:*}:${ops_home_owner%%:*}, a number that no user has now";; esac
    case $ops_home_owner in "${ops_wanted:-${ops_uid:-none}}":*) ;; *)
      echo "note=$ops_wanted_home is there already and belongs to ${ops_home_owner#*:}: $1 cannot write there unless a step gives it to $1 (\`directory\` with \`owner\`)";;
    esac
  }
  # NAME: of a user that is there and keeps its home. Users that come with packages have homes that were never made.
  ops_user_homeless() {
    [ -n "$ops_uid" ] && [ "${ops_wanted_home:-$ops_home}" = "$ops_home" ] && [ ! -d "$ops_home" ] || return 0
    case $ops_wanted_home,$ops_home in ?*,* | ,/home/*) echo "note=$1 has no home: $ops_home is not there, and is made for a new user alone; a \`directory\` step with \`owner\` makes it";; esac
  }
  # Whose processes keep userdel and usermod from it.
  ops_user_busy() {
    ops_running=$(cat /proc/[0-9]*/status 2>/dev/null | awk -v uid="$ops_uid" '
      /^Name:/ { name = $2 } /^Pid:/ { pid = $2 }
      /^Uid:/ && ($2 == uid || $3 == uid || $4 == uid) && n++ < 3 { printf "%s%s (pid %s)", (n > 1 ? ", " : ""), name, pid }')
    [ -z "$ops_running" ] || echo "obstacle=it has running processes: $ops_running; stop the service, or \`loginctl terminate-user $1\`"
  }
  ops_group_tell() {
    ops_gid=
    if ops_entry "$ops_found" "$1"; then ops_field 2; ops_gid=$ops_field_text; fi
    case $2 in absent)
      [ -n "$ops_gid" ] || return 0
      ops_primary_of=$(getent passwd | awk -F: -v gid="$ops_gid" '$4 == gid { printf "%s%s", (n++ ? ", " : ""), $1 }')
      [ -z "$ops_primary_of" ] || echo "obstacle=it is the primary group of $ops_primary_of"
      return 0;;
    esac
    ops_wanted=${2#*:}
    [ -n "$ops_wanted" ] && [ "$ops_wanted" != "$ops_gid" ] || return 0
    ops_holder=$(getent group "$ops_wanted") && echo "obstacle=the gid $ops_wanted belongs to ${ops_holder%%:*}"
    return 0
  }
