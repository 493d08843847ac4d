# What runs in the session of a shell, as session-processes.ts describes it.
ops_stat() { read -r ops_line <"/proc/$1/stat" && ops_rest=${ops_line##*) }; } 2>/dev/null
ops_own() {
ops_stat $$; set -- $ops_rest; ops_session=$4 ops_keep=" $$ $2 $ops_watchdog "
while [ "$2" -gt 1 ] && ops_stat "$2"; do set -- $ops_rest; ops_keep="$ops_keep$2 "; done
}
ops_own_self() { read -r ops_self ops_rest </proc/self/stat; ops_keep="$ops_keep$ops_self "; }
ops_signal() {
ops_signalled=
for ops_signal_pid in /proc/[0-9]*; do
  ops_signal_pid=${ops_signal_pid#/proc/}
  case $ops_keep in *" $ops_signal_pid "*) continue ;; esac
  ops_stat "$ops_signal_pid" || continue
  set -- "$1" $ops_rest
  [ "$5" = "$ops_session" ] && kill -"$1" "$ops_signal_pid" 2>/dev/null && ops_signalled=yes
done
}
ops_slay() { ops_signal STOP; ops_signal KILL; }
