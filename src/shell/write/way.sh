# The functions of `way`, as way.ts describes them.
  # Sets PWD to where the kernel says that we are. dash and busybox ask it at each cd -P; bash works it out beforehand.
  # shellcheck disable=SC2164 # its exit code is the answer
  ops_here() { [ -z "${BASH_VERSION:-}" ] || cd -P /proc/self/cwd 2>/dev/null; }
  # DIR: sets ops_dir.
  ops_go() {
    ops_vouch= ops_links=0 ops_why= ops_make=
    cd -P -- "$1" 2>/dev/null && ops_here && [ "$PWD" = "$1" ] && ops_dir=$1 && return 0
    ops_rest=$1 ops_leave=
    ops_xlong && ops_vouched
  }
  # PATH: sets ops_dir and ops_name.
  ops_go_to() {
    ops_dir=${1%/*} ops_name=${1##*/}
    ops_go "${ops_dir:-/}" || return
    [ -L "./$ops_name" ] || return 0
    ops_rest=$ops_name ops_leave=1 ops_name=
    ops_xlong && ops_vouched
  }
  ops_go_making() {
    ops_go "$1" && return 0
    [ "$?" = 1 ] || return 2
    ops_vouch= ops_links=0 ops_rest=$1 ops_leave= ops_make=1 ops_why=
    ops_xlong && ops_vouched
  }
  # Goes on along ops_rest, which sets ops_dir, and whose last part is left in ops_name where ops_leave says so.
  ops_xlong() {
    case $ops_rest in /*) cd / && ops_dir=/ || return 1;; esac
    while [ -n "$ops_rest" ]; do
      ops_part=${ops_rest%%/*}
      case $ops_rest in */*) ops_rest=${ops_rest#*/};; *) ops_rest=;; esac
      case $ops_part in
        ''|.) continue;;
        ..) cd -P .. && ops_here && ops_dir=$PWD || return 1; continue;;
      esac
      if [ -L "./$ops_part" ]; then ops_take_link || return; continue; fi
      if [ -n "$ops_leave" ] && [ -z "$ops_rest" ] && [ ! -d "./$ops_part" ]; then ops_name=$ops_part; return 0; fi
      ops_said=
      if [ -n "${ops_make:-}" ] && [ ! -e "./$ops_part" ]; then
        ops_may_make "$ops_part" || return
        ops_said=$(umask 022; mkdir -- "./$ops_part" 2>&1) || :
      fi
      cd -P -- "./$ops_part" 2>/dev/null && ops_here || {
        ops_why="${ops_dir%/}/$ops_part is not there or may not be entered${ops_said:+ (${ops_said##*: })}"
        return 1
      }
      if [ "$PWD" != "${ops_dir%/}/$ops_part" ]; then
        ops_why="somebody else moves ${ops_dir%/}/$ops_part meanwhile"
        return 2
      fi
      ops_dir=$PWD
    done
  }
  # Whether `mkdir -m` goes by the name once only, as GNU's does: others set the mode of what then stands there, which may be a
  # link to anything. A link or a hard link to a program of many names is one of those.
  ops_mkdir_is_sure() {
    case ${ops_mkdir:-} in '') ops_mkdir=$(command -v mkdir);; esac
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    case $ops_mkdir in /*) [ ! -L "$ops_mkdir" ] && ! [ "$ops_mkdir" -ef /bin/busybox ];; *) return 1;; esac
  }
  # NAME, here. What we make would belong to root, and so could not be gone to by that link again.
  ops_may_make() {
    [ -n "$ops_vouch" ] || return 0
    ops_why="${ops_dir%/}/$1 is not there, and no directory is made behind $ops_vouch_at, which is a symbolic link of another user (${ops_vouch#* }). Name the real path in the step"
    return 2
  }
  # FLAGS PATH, for looks: goes where PATH is, or sets ops_why where a change would not. Flags with l or r look at a link itself.
  # Sets ops_real to the real path, and ops_theirs where the directory is not ours.
  ops_tread() {
    ops_dir=${2%/*} ops_name=${2##*/} ops_theirs=
    case $1 in
      *[lr]*) ops_go "${ops_dir:-/}";;
      *) if [ -d "$2" ]; then ops_go "$2" && ops_name=; else ops_go_to "$2"; fi;;
    esac
    case $? in
      0) ops_real=${ops_dir%/}/$ops_name; [ -O . ] || ops_theirs=1;;
      1) ops_real=$2;;
      2) return 1;;
    esac
  }
  # The same for looks that have no word for it.
  ops_tread_or_say() { ops_tread "$@" || { printf 'ops: %s: %s\n' "$2" "$ops_why" >&2; return 1; }; }
  # REAL-PATH: whether standard input is this very file, where others could have put another one in its place.
  ops_is_read() {
    [ -z "$ops_theirs" ] || [ "$(readlink /proc/self/fd/0)" = "$1" ] || { printf 'ops: %s: somebody else moves it meanwhile\n' "$1" >&2; return 1; }
  }
  # The link ops_part, here: its text comes before what is left of the way in ops_rest, where it may be followed; ops_dir is where from.
  ops_take_link() {
    ops_links=$((ops_links + 1)) ops_link_path=${ops_dir%/}/$ops_part
    [ "$ops_links" -le 40 ] || { ops_why="$ops_link_path is a symbolic link that leads nowhere"; return 1; }
    ops_lead=$(readlink -n -- "./$ops_part" && echo .) && ops_mover_words=$(stat -c '%u %a %U %G %g' -- . "./$ops_part") ||
      { ops_why="somebody else moves $ops_link_path meanwhile"; return 2; }
    ops_lead=${ops_lead%.}
    ops_movers "${ops_user:-$(id -u)}" $ops_mover_words || return
    case $ops_lead in /*) cd / && ops_dir=/;; esac
    ops_rest=$ops_lead${ops_rest:+/$ops_rest}
  }
  # SELF, then uid, mode, user, group and gid of this directory and of the link in it: who but root and SELF could move the link.
  ops_movers() {
    ops_mover=00$3 ops_open=
    ops_mover=${ops_mover#"${ops_mover%???}"}
    case ${ops_mover#?} in *[2367]) ops_open="anybody";; [2367]?) [ "$4" = "$5" ] || [ "$6" = 0 ] || ops_open="the group $5";; esac
    case $3 in [1357]???) ops_open=;; esac
    if [ -n "$ops_open" ]; then
      ops_why="$ops_link_path is a symbolic link of another user: $ops_open may move it. Name the real path in the step, or let nobody else write in $ops_dir"
      return 2
    fi
    for ops_mover in "$2 $4" "$7 $9"; do
      case ${ops_mover%% *} in 0|"$1"|"${ops_vouch%% *}") continue;; esac
      if [ -n "$ops_vouch" ]; then
        ops_why="$ops_link_path is a symbolic link of another user (${ops_mover#* }) behind one of ${ops_vouch#* }"
        return 2
      fi
      ops_vouch=$ops_mover ops_vouch_at=$ops_link_path
    done
  }
  # Where a link of another user was followed, this directory has to be theirs.
  ops_vouched() {
    [ -n "$ops_vouch" ] || return 0
    ops_dir_owner=$(stat -c '%u %U' .) || return 2
    [ "${ops_dir_owner%% *}" != "${ops_vouch%% *}" ] || return 0
    ops_why="$ops_vouch_at is a symbolic link of another user (${ops_vouch#* }) and leads to $ops_dir of ${ops_dir_owner#* }. Name the real path in the step, or let root make the link in a directory of root's own"
    return 2
  }
  # Whether nobody else can move anything on the whole way to this directory, or change what is in it.
  ops_sure_way() {
    ops_self=${ops_user:-$(id -u)} ops_way_part=$ops_dir
    set -- /
    while [ -n "$ops_way_part" ] && [ "$ops_way_part" != / ]; do set -- "$@" "$ops_way_part"; ops_way_part=${ops_way_part%/*}; done
    ops_list=$(stat -c '%u %a %g %U' -- "$@") || return 1
    for ops_way_part; do
      set -- ${ops_list%%"$ops_newline"*}
      ops_list=${ops_list#*"$ops_newline"} ops_why="$ops_way_part belongs to $4"
      case $1 in 0|"$ops_self") ;; *) return 1;; esac
      ops_why="others may write in $ops_way_part" ops_bits=00$2
      case $2/$3/${ops_bits#"${ops_bits%??}"} in */0/?[0145]) ;; [1357]???/*) [ "$ops_way_part" != "$ops_dir" ] || return 1;; */[2367]?|*/?[2367]) return 1;; esac
    done
    ops_why=
  }
  # PATH: the same for the way to it, as far as it is there.
  ops_sure() {
    ops_there=$1
    while [ -n "$ops_there" ] && [ ! -d "$ops_there" ]; do ops_there=${ops_there%/*}; done
    ops_go "${ops_there:-/}" && ops_sure_way
  }
  ops_mkdir= ops_newline='
'
