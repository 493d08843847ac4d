# The functions of `own-way`, as own-way.ts describes them.
ops_own_way() {
  case $ops_own_ways in *"$ops_newline$ops_dir$ops_newline"*) return 0;; esac
  ops_ways_seen "$ops_dir" || return 1
  ops_own_rest=$ops_dir ops_here_only=1
  while :; do
    ops_owner_mode=${ops_ways#*"$ops_newline${ops_own_rest:-/}$ops_tab"}
    ops_owner_mode=${ops_owner_mode%%"$ops_newline"*}
    case ${ops_owner_mode%% *} in 0|"$ops_user") ;; *) return 1;; esac
    ops_owner_mode=00${ops_owner_mode#* }
    # In one with the sticky bit, what is ours is ours; but not what comes into it.
    case ${ops_owner_mode#"${ops_owner_mode%??}"}/$ops_owner_mode/$ops_here_only in [0145][0145]/*) ;; */00[1357]???/) ;; *) return 1;; esac
    case $ops_own_rest in ''|/) break;; esac
    ops_own_rest=${ops_own_rest%/*} ops_here_only=
  done
  ops_own_ways="$ops_own_ways$ops_dir$ops_newline"
}
# DIR...: their owners and modes, and those of all above them, into ops_ways.
ops_ways_seen() {
  ops_ways_asked=
  for ops_own_rest; do
    shift
    while case $ops_ways$ops_ways_asked in *"$ops_newline${ops_own_rest:-/}$ops_tab"*) false;; esac; do
      ops_ways_asked=$ops_ways_asked$ops_newline${ops_own_rest:-/}$ops_tab
      set -- "$@" "${ops_own_rest:-/}"
      ops_own_rest=${ops_own_rest%/*}
    done
  done
  [ $# != 0 ] || return 0
  ops_ways_asked=$(stat -c '%u %a' -- "$@" 2>/dev/null)$ops_newline || return 1
  for ops_own_rest; do
    ops_ways=$ops_ways$ops_own_rest$ops_tab${ops_ways_asked%%"$ops_newline"*}$ops_newline ops_ways_asked=${ops_ways_asked#*"$ops_newline"}
  done
}
ops_newline='
'
ops_tab='	' ops_own_ways=$ops_newline ops_ways=$ops_newline
[ "${ops_user_of:-}" = $$ ] || { ops_user_of=$$ ops_user=$(id -u 2>/dev/null) || ops_user=; }
