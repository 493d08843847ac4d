# The process that ends a shell which nobody speaks to any more, as watchdog.ts describes it.
ops_watchdog() {
  [ -z "$ops_watchdog" ] || return 0
  ( exec 9>&- </dev/null >/dev/null 2>&1
    ops_quiet=0 ops_was=
    while kill -0 $$; do
      sleep 1
      ops_now=$(grep ^voluntary "/proc/$$/status"; ls -ln "$ops_lasting/stage.$OPS_NONCE")
      if [ "$ops_now" != "$ops_was" ] || [ -d "$ops_base/run.$OPS_NONCE" ]; then ops_quiet=0 ops_was=$ops_now; else ops_quiet=$((ops_quiet + 1)); fi
      [ "$ops_quiet" -lt "$ops_silence_seconds" ] || kill -HUP $$
    done
    rm -rf "$ops_lasting/stage.$OPS_NONCE" ) &
  ops_watchdog=$!
}
