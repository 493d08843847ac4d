# The functions of `paths-look`, as look.ts describes them.
  # "Cannot see it" is no proof of absence.
  ops_reach() {
    ops_d=${1%/*}
    while [ -n "$ops_d" ] && [ ! -d "$ops_d" ]; do ops_d=${ops_d%/*}; done
    [ -x "${ops_d:-/}" ] && return 0
    echo "ops: $1: not allowed to look into ${ops_d:-/}" >&2
    return 1
  }
  # Sets ops_lack to the first directory on the way to PATH that is not there; empty where all are.
  ops_lacking() {
    ops_lack= ops_d=${1%/*}
    while [ -n "$ops_d" ] && [ ! -d "$ops_d" ]; do ops_lack=$ops_d ops_d=${ops_d%/*}; done
  }
  ops_path_kind() {
    ops_tread "$1" "$2" || { ops_k=refused; return 0; }
    case $1 in *l*) [ ! -L "$2" ] || { ops_k=link; return 0; }; esac
    if [ -f "$2" ]; then ops_k=file
    elif [ -d "$2" ]; then
      ops_k=directory
      case $1 in *e*) [ -z "$(ls -A -- "$2" | head -c 1)" ] || ops_k=filled;; esac
    elif [ -e "$2" ]; then ops_k=special
    elif [ -L "$2" ]; then ops_k=dangling
    else ops_k=absent; ops_reach "$2"
    fi
  }
  # Becomes the program that answers for those of whom it is asked: sum|stat COUNT-OF-ARGUMENTS FLAGS PATH ...
  ops_on() {
    ops_is=$1 ops_n=$2 ops_rest=$ops_kinds
    shift 2
    while [ "$ops_n" -gt 0 ]; do
      ops_k=${ops_rest%% *} ops_rest=${ops_rest#* } ops_f=${1%%:*}
      case $ops_is/$ops_k in
        sum/file) case $ops_f in *h*) set -- "$@" "$2";; esac;;
        stat/file|stat/directory) case $ops_f in *[mougi]*) set -- "$@" "$2";; esac;;
      esac
      shift 2
      ops_n=$((ops_n - 2))
    done
    if [ "$ops_is" = sum ]; then exec sha256sum -- "$@"; else exec stat -L -c %a:%U:%u:%G:%g -- "$@"; fi
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
    ops_mark=$1 ops_kinds= ops_f= ops_sums= ops_stats=
    shift
    for ops_a; do
      if [ -z "$ops_f" ]; then ops_f=$ops_a
      else
        ops_f=${ops_f%%:*}
        ops_path_kind "$ops_f" "$ops_a" || return 1
        case $ops_f/$ops_k in *h*/file) ops_sums=asked;; esac
        case $ops_f/$ops_k in *[mougi]*/file|*[mougi]*/directory) ops_stats=asked;; esac
        ops_kinds="$ops_kinds$ops_k " ops_f=
      fi
    done
    [ -z "$ops_sums" ] || ops_sums=$(ops_on sum $# "$@") || return 1
    [ -z "$ops_stats" ] || ops_stats=$(ops_on stat $# "$@") || return 1
    ops_index=0
    while [ $# -gt 0 ]; do
      ops_k=${ops_kinds%% *} ops_kinds=${ops_kinds#* } ops_f=${1%%:*} ops_sum=
      echo "kind=$ops_k"
      if [ $ops_k = refused ]; then
        ops_tread "$1" "$2" || case $ops_why in *"$ops_newline"*) ops_why='a symbolic link of another user is on the way';; esac
        printf 'why=%s\n' "$ops_why"
      fi
      case $ops_f/$ops_k in
        *h*/file)
          ops_sum=${ops_sums%%"$ops_newline"*} ops_sums=${ops_sums#*"$ops_newline"}
          ops_sum=${ops_sum#\\} ops_sum=${ops_sum%% *}
          echo "sha256=$ops_sum";;
        *l*/link)
          ops_a=$(readlink -n -- "$2" && echo .) || return 1
          case $ops_a in *"$ops_newline"*) ops_a='?.';; esac
          printf 'to=%s\n' "${ops_a%.}";;
      esac
      case $ops_f/$ops_k in
        *[mougi]*/file|*[mougi]*/directory)
          ops_stat=${ops_stats%%"$ops_newline"*} ops_stats=${ops_stats#*"$ops_newline"}
          ops_a=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_f in *m*) echo "mode=$ops_a";; esac
          ops_a=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_f in *o*) echo "owner=$ops_a";; esac
          ops_a=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_f in *u*) echo "owner=$ops_a";; esac
          ops_a=${ops_stat%%:*} ops_stat=${ops_stat#*:}
          case $ops_f in *g*) echo "group=$ops_a";; esac
          case $ops_f in *i*) echo "group=$ops_stat";; esac;;
      esac
      case $1 in *:"${ops_sum%"${ops_sum#????????}"}") ;; *:*)
        if ops_wants_detail; then
          case $ops_k in absent) ops_detail $ops_index absent;; file) ops_text "$2" | ops_detail $ops_index;; esac
        fi;;
      esac
      [ $ops_k != absent ] || ops_tell_way $ops_index "$2"
      [ -z "$ops_mark" ] || echo "$ops_mark"
      ops_index=$((ops_index + 1))
      shift 2
    done
  }
  ops_newline='
'
