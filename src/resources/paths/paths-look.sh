# The functions of `paths-look`, as look.ts describes them.
  # "Cannot see it" is no proof of absence.
  ops_reach() {
    ops_seen_above=${1%/*}
    while [ -n "$ops_seen_above" ] && [ ! -d "$ops_seen_above" ]; do ops_seen_above=${ops_seen_above%/*}; done
    [ -x "${ops_seen_above:-/}" ] && return 0
    echo "ops: $1: not allowed to look into ${ops_seen_above:-/}" >&2
    return 1
  }
  # Sets ops_lack to the first directory on the way to PATH that is not there; empty where all are.
  ops_lacking() {
    ops_lack= ops_lacking_above=${1%/*}
    while [ -n "$ops_lacking_above" ] && [ ! -d "$ops_lacking_above" ]; do ops_lack=$ops_lacking_above ops_lacking_above=${ops_lacking_above%/*}; done
  }
  ops_path_kind() {
    ops_tread "$1" "$2" || { ops_kind_now=refused; return 0; }
    case $1 in *l*) [ ! -L "$2" ] || { ops_kind_now=link; return 0; }; esac
    if [ -f "$2" ]; then ops_kind_now=file
    elif [ -d "$2" ]; then
      ops_kind_now=directory
      case $1 in *e*) [ -z "$(ls -A -- "$2" | head -c 1)" ] || ops_kind_now=filled;; esac
    elif [ -e "$2" ]; then ops_kind_now=special
    elif [ -L "$2" ]; then ops_kind_now=dangling
    else ops_kind_now=absent; ops_reach "$2"
    fi
  }
  # Becomes the program that answers for those of whom it is asked: sum|stat COUNT-OF-ARGUMENTS FLAGS PATH ...
  ops_on() {
    ops_asks_for=$1 ops_asked_words=$2 ops_rest=$ops_kinds
    shift 2
    while [ "$ops_asked_words" -gt 0 ]; do
      ops_kind_now=${ops_rest%% *} ops_rest=${ops_rest#* } ops_path_flags=${1%%:*}
      case $ops_asks_for/$ops_kind_now in
        sum/file) case $ops_path_flags in *h*) set -- "$@" "$2";; esac;;
        stat/file|stat/directory) case $ops_path_flags in *[mougi]*) set -- "$@" "$2";; esac;;
      esac
      shift 2
      ops_asked_words=$((ops_asked_words - 2))
    done
    if [ "$ops_asks_for" = sum ]; then exec sha256sum -- "$@"; else exec stat -L -c %a:%U:%u:%G:%g -- "$@"; fi
  }
  ops_text() {
    ops_tread h "$1" && {
      case $(stat -L -c %a /proc/self/fd/0) in
        *[4567]) if ops_is_read "$ops_real"; then echo text; head -c 65537; else echo private; fi;;
        *) echo private;;
      esac
    } <"$1"
  }
  # For the people who read a plan: INDEX PATH.
  ops_tell_way() {
    ops_wants_detail || return 0
    ops_lacking "$2"
    [ -z "$ops_lack" ] || ops_detail "$1" "lack=$ops_lack"
  }
  ops_paths() {
    ops_mark=$1 ops_kinds= ops_path_flags= ops_sums= ops_stats=
    shift
    for ops_look_word; do
      if [ -z "$ops_path_flags" ]; then ops_path_flags=$ops_look_word
      else
        ops_path_flags=${ops_path_flags%%:*}
        ops_path_kind "$ops_path_flags" "$ops_look_word" || return 1
        case $ops_path_flags/$ops_kind_now in *h*/file) ops_sums=asked;; esac
        case $ops_path_flags/$ops_kind_now in *[mougi]*/file|*[mougi]*/directory) ops_stats=asked;; esac
        ops_kinds="$ops_kinds$ops_kind_now " ops_path_flags=
      fi
    done
    [ -z "$ops_sums" ] || ops_sums=$(ops_on sum $# "$@") || return 1
    [ -z "$ops_stats" ] || ops_stats=$(ops_on stat $# "$@") || return 1
    ops_index=0
    while [ $# -gt 0 ]; do
      ops_kind_now=${ops_kinds%% *} ops_kinds=${ops_kinds#* } ops_path_flags=${1%%:*} ops_sum=
      echo "kind=$ops_kind_now"
      if [ "$ops_kind_now" = refused ]; then
        ops_tread "$1" "$2" || case $ops_why in *"$ops_newline"*) ops_why='a symbolic link of another user is on the way';; esac
        printf 'why=%s\n' "$ops_why"
      fi
      case $ops_path_flags/$ops_kind_now in
        *h*/file)
          ops_sum=${ops_sums%%"$ops_newline"*} ops_sums=${ops_sums#*"$ops_newline"}
          ops_sum=${ops_sum#\\} ops_sum=${ops_sum%% *}
          echo "sha256=$ops_sum";;
      esac
      case $ops_path_flags/$ops_kind_now in
        *l*/link|*r*/file|*r*/dangling) if [ -L "$2" ]; then
          ops_link_leads_to=$(readlink -n -- "$2" && echo .) || return 1
          case $ops_link_leads_to in *"$ops_newline"*) ops_link_leads_to='?.';; esac
          printf 'to=%s\n' "${ops_link_leads_to%.}"
        fi;;
      esac
      case $ops_path_flags/$ops_kind_now in
        *[mougi]*/file|*[mougi]*/directory)
          ops_stat=${ops_stats%%"$ops_newline"*} ops_stats=${ops_stats#*"$ops_newline"}
          ops_attribute=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_path_flags in *m*) echo "mode=$ops_attribute";; esac
          ops_attribute=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_path_flags in *o*) echo "owner=$ops_attribute";; esac
          ops_attribute=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_path_flags in *u*) echo "owner=$ops_attribute";; esac
          ops_attribute=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_path_flags in *g*) echo "group=$ops_attribute";; esac
          case $ops_path_flags in *i*) echo "group=$ops_stat";; esac;;
      esac
      case $1 in *:"${ops_sum%"${ops_sum#????????}"}") ;; *:*)
        if ops_wants_detail; then
          case $ops_kind_now in absent) ops_detail $ops_index absent;; file) ops_text "$2" | ops_detail $ops_index;; esac
        fi;;
      esac
      [ "$ops_kind_now" != absent ] || ops_tell_way "$ops_index" "$2"
      [ -z "$ops_mark" ] || echo "$ops_mark"
      ops_index=$((ops_index + 1))
      shift 2
    done
  }
  ops_newline='
'
