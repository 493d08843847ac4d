# Uploads of runs that are over, as watchdog.ts describes them.
ops_sweep_stages() {
  for ops_old in "$ops_lasting"/stage.*; do
    [ -d "$ops_old" ] && [ "$ops_old" != "$OPS_STAGE" ] || continue
    ops_pid= ops_then=
    read -r ops_pid ops_then 2>/dev/null <"$ops_old/shell"
    ops_start=
    [ -z "$ops_pid" ] || ops_born "$ops_pid"
    [ -n "$ops_then" ] && [ "$ops_start" = "$ops_then" ] || rm -rf "$ops_old"
  done
}
