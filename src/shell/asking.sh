# How a session is asked to end, as session-processes.ts describes it.
ops_kind() {
  ops_kind=${ops_line%) *}
  while read -r ops_key ops_value; do
    case $ops_key in SigCgt:) ops_kind="$ops_kind $ops_value"; break ;; esac
  done <"/proc/$1/status"
} 2>/dev/null
ops_ask() {
  ops_young=
  for ops_asked_pid in /proc/[0-9]*; do
    ops_asked_pid=${ops_asked_pid#/proc/}
    case $ops_keep in *" $ops_asked_pid "*) continue ;; esac
    ops_stat "$ops_asked_pid" || continue
    set -- $ops_rest
    [ "$4" = "$ops_session" ] || continue
    case $1:${12}:${13} in
      [SZ]:*) ;;
      *:0:0) ops_kind "$ops_asked_pid" && { ops_young="$ops_young $ops_asked_pid"; eval "ops_kind_$ops_asked_pid=\$ops_kind"; } ;;
    esac
    kill -TERM "$ops_asked_pid" 2>/dev/null
  done
}
ops_ask_again() {
  for ops_asked_pid in $ops_young; do
    ops_stat "$ops_asked_pid" && ops_kind "$ops_asked_pid" || continue
    eval "ops_was=\$ops_kind_$ops_asked_pid"
    [ "$ops_was" = "$ops_kind" ] || { kill -TERM "$ops_asked_pid" 2>/dev/null; eval "ops_kind_$ops_asked_pid=\$ops_kind"; }
  done
}
