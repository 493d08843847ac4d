# What ends a probe that hangs, as session-processes.ts describes it.
ops_watch_probes() {
  ( exec </dev/null >/dev/null 8<&- 9>&-
    ops_nap=$!
    trap '[ "$!" = "$ops_nap" ] || kill -KILL "$!" 2>/dev/null; exit' TERM
    ops_age=0 ops_was= ops_limit=$ops_patient_ticks
    while kill -0 $$ 2>/dev/null; do
      sleep "$ops_tick_seconds" & wait "$!"
      ops_now=; { read -r ops_now <"/proc/$$/task/$$/children"; } 2>/dev/null
      if [ "$ops_now" = "$ops_was" ]; then ops_age=$((ops_age + 1)); else ops_age=0 ops_was=$ops_now; fi
      [ "$ops_age" -ge "$ops_limit" ] || continue
      echo 'ops: this probe was ended on the host, as it did not answer in time' >&2
      ops_own; ops_own_self; ops_slay
      ops_age=0 ops_limit=$ops_impatient_ticks
    done ) &
  ops_probe_watch=$!
}
ops_unwatch_probes() { kill "$ops_probe_watch" 2>/dev/null; wait "$ops_probe_watch" 2>/dev/null; }
