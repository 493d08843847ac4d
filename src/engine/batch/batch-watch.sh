# The watcher of a batch, as runtime.ts describes it.
ops_halt() { [ -e "$OPS_DIR/stop" ] || echo "$1" >"$OPS_DIR/stop"; }
# Ends the nap of the one that ticks, which has said by then that it takes this well.
ops_wake() { ops_ticks= && read -r ops_nap ops_ticks <"$OPS_DIR/nap" && kill -USR1 "$ops_ticks"; }
ops_watch() {
  ops_own
  exec 8<&0
  ( exec <&8 8<&- 9>&- >/dev/null 2>&1
    ops_beats=0
    while IFS= read -r ops_word; do
      ops_beats=$((ops_beats + 1)); echo "$ops_beats" >"$OPS_DIR/beat"
      case $ops_word in
        ': stop') ops_halt asked ;;
        ': kill') ops_halt asked; [ -e "$OPS_DIR/killed" ] || { true >"$OPS_DIR/killed"; true >"$OPS_DIR/kill"; ops_wake; } ;;
      esac
    done
    ops_halt silence ) &
  ops_reader=$!
  exec 8<&-
  ( exec 9>&- </dev/null >/dev/null
    ops_own_self; ops_keep="$ops_keep$ops_reader "
    ops_quiet=0 ops_was= ops_turn= ops_age=0 ops_seen=0
    ops_nap=
    trap '[ -z "$ops_nap" ] || kill "$ops_nap"' USR1
    while kill -0 $$ 2>/dev/null; do
      sleep 1 2>/dev/null & ops_nap=$!; echo "$ops_nap $ops_self" >"$OPS_DIR/nap"; wait "$ops_nap"; ops_nap=
      read -r ops_beat <"$OPS_DIR/beat"
      if [ "$ops_beat" = "$ops_was" ]; then ops_quiet=$((ops_quiet + 1)); else ops_quiet=0 ops_was=$ops_beat; fi
      [ "$ops_quiet" -lt "$ops_silence_seconds" ] || ops_halt silence
      read -r ops_step ops_limit ops_now <"$OPS_DIR/now"
      if [ "$ops_now" = "$ops_turn" ]; then ops_age=$((ops_age + 1)); else ops_turn=$ops_now ops_age=0 ops_seen=0; fi
      [ "$ops_step" != - ] || continue
      [ ! -e "$OPS_DIR/killed" ] || [ "$ops_limit" -le "$ops_killed_seconds" ] || ops_limit=$ops_killed_seconds
      ops_size=0
      [ ! -f "$OPS_DIR/log.${ops_step%.*}" ] || ops_size=$(wc -c <"$OPS_DIR/log.${ops_step%.*}")
      if [ "${ops_size:-0}" -gt "$ops_seen" ] && [ "$ops_quiet" -lt 3 ]; then
        tail -c +$((ops_seen + 1)) "$OPS_DIR/log.${ops_step%.*}" | head -c $((ops_size - ops_seen)) | ops_tail $((ops_size - ops_seen)) >&2; ops_seen=$ops_size
      fi
      if [ -e "$OPS_DIR/kill" ]; then ops_end_step; rm -f "$OPS_DIR/kill"
      elif [ "$ops_age" -ge "$ops_limit" ]; then
        true >"$OPS_DIR/overdue.$ops_turn"
        read -r ops_step ops_limit ops_now <"$OPS_DIR/now"
        [ "$ops_now" != "$ops_turn" ] || ops_end_step
        true >"$OPS_DIR/ended.$ops_turn"
      fi
    done ) &
  ops_ticker=$!
}
ops_tail() { if [ "$1" -gt 8192 ]; then tail -c 8192 | sed 1d; else cat; fi; }
# Whoever hears that it is to end has two seconds for it.
ops_end_step() {
  ops_signal TERM
  for ops_end_turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ops_signal 0
    [ -n "$ops_signalled" ] || break
    sleep 0.1 2>/dev/null || { sleep 2; break; }
  done
  ops_slay
}
ops_unwatch() {
  [ -n "$ops_ticker" ] || return 0
  kill -KILL "$ops_reader" "$ops_ticker" 2>/dev/null
  wait "$ops_reader" 2>/dev/null; wait "$ops_ticker" 2>/dev/null
  read -r ops_nap ops_ticks <"$OPS_DIR/nap" && kill "$ops_nap" 2>/dev/null
  ops_ticker=
}
