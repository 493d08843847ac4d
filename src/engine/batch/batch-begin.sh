# The lock and the folder of a run, as runtime.ts describes them.
# Sets ops_over: the batch is at its end.
ops_full() { ops_frame broken "there is no room left in $ops_base"; ops_over=broken; }
ops_begin() {
  ops_take_lock "$1" || return 1
  ops_access_begin || { true >"$ops_base/holder"; exec 9>&-; ops_locked=; return 1; }
  for ops_old in "$ops_base"/run.*; do
    [ -d "$ops_old" ] || continue
    ops_frame previous; cat "$ops_old/who" 2>/dev/null; cat "$ops_old"/log.* 2>/dev/null | tail -c 2000
    rm -rf "$ops_old"
  done
  OPS_DIR=$ops_base/run.$OPS_NONCE OPS_STAGE=$ops_lasting/stage.$OPS_NONCE
  mkdir -m 0700 "$OPS_DIR" || { ops_frame broken "cannot make $OPS_DIR"; return 1; }
  ops_sweep_stages
  { printf '%s\n' "$1" >"$OPS_DIR/who" && printf %s "$ops_journal" >"$OPS_DIR/journal" && echo 0 >"$OPS_DIR/beat" &&
    echo '- 0' >"$OPS_DIR/now" && true >"$OPS_DIR/nap" && true >"$OPS_DIR/complaints" && printf "%0${ops_room_bytes}d" 0 >"$OPS_DIR/room" && rm "$OPS_DIR/room"
  } 2>/dev/null || { ops_full; return 1; }
  trap : PIPE
  trap 'ops_halt silence' HUP TERM
  ops_over= ops_dirty= ops_writes_in= ops_unproved= ops_history= ops_turn=0 ops_patience=$ops_probe_seconds
  ! command -v ops_sweep >/dev/null || ops_sweep
}
