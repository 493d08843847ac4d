# Where the time of a trip went, as clock.ts describes it.
ops_took_look=0 ops_took_act=0 ops_took_sync=0 ops_took_proof=0 ops_phase=
ops_clock() {
  { read -r ops_tick ops_tick_rest </proc/uptime; } 2>/dev/null || return 0
  ops_tick=${ops_tick%.*}${ops_tick#*.}
  case $ops_phase in ?*) eval "ops_took_$ops_phase=\$((ops_took_$ops_phase + ops_tick - ops_since))" ;; esac
  ops_since=$ops_tick ops_phase=$1
}
ops_spent() {
  ops_clock ''
  ops_frame spent "$ops_took_look" "$((ops_took_act - ops_took_sync))" "$ops_took_sync" "$ops_took_proof"
}
