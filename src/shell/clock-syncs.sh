# What syncs took, as clock.ts describes it.
sync() {
  { read -r ops_sync_from ops_tick_rest </proc/uptime; } 2>/dev/null
  command sync "$@"
  ops_sync_code=$?
  if [ -n "${OPS_DIR:-}" ] && { read -r ops_sync_to ops_tick_rest </proc/uptime; } 2>/dev/null; then
    echo "${ops_sync_from%.*}${ops_sync_from#*.} ${ops_sync_to%.*}${ops_sync_to#*.}" >>"$OPS_DIR/syncs"
  fi 2>/dev/null
  return "$ops_sync_code"
}
ops_syncs_took() {
  [ -s "$OPS_DIR/syncs" ] || return 0
  while read -r ops_sync_from ops_sync_to; do ops_took_sync=$((ops_took_sync + ops_sync_to - ops_sync_from)); done <"$OPS_DIR/syncs"
}
