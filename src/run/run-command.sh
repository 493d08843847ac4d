# The command beside a reader of the channel, as run-command.ts describes it; on top of what finds and asks a session.
ops_more() {
  for ops_other_pid in /proc/[0-9]*; do
    ops_other_pid=${ops_other_pid#/proc/}
    case $ops_keep in *" $ops_other_pid "*) continue ;; esac
    ops_stat "$ops_other_pid" || continue
    set -- $ops_rest
    [ "$4" != "$ops_session" ] || [ "$1" = Z ] || return 0
  done
  return 1
}
ops_watchdog= ops_told=; ops_own
trap 'ops_told=TERM' USR1; trap 'ops_told=KILL' USR2
exec 8<&0
( exec <&8 8<&- >/dev/null 2>&1
  ops_own_self; ops_once=
  while IFS= read -r ops_word; do
    case $ops_word in
      ': stop') if [ -n "$ops_once" ]; then ops_ask_again; else ops_once=yes; kill -USR1 $$; ops_ask; fi ;;
      ': kill') kill -USR2 $$; ops_slay ;;
    esac
  done ) &
ops_reader=$! ops_keep="$ops_keep$! "
exec 8<&-
# shellcheck disable=SC2164 # where there is no home, it stays
cd 2>/dev/null
ops_frame output; ops_frame output >&2
( eval "$ops_command" ) </dev/null
ops_code=$?
while [ -n "$ops_told" ] && ops_more; do sleep 0.2 2>/dev/null || sleep 1; done
kill -KILL "$ops_reader" 2>/dev/null; wait "$ops_reader" 2>/dev/null
ops_frame end >&2; ops_frame end "$ops_code" ${ops_told:+"$ops_told"}
exit "$ops_code"
