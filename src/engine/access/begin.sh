# What every batch asks, as begin-shell.ts describes it.
ops_access_begin() {
  [ -d "$ops_access" ] && [ "$(id -u)" = 0 ] || return 0
  for ops_waiting in "$ops_access/armed" "$ops_access/restoring"; do
    [ -e "$ops_waiting" ] && ! grep -qx "run=$OPS_NONCE" "$ops_waiting" || continue
    if ops_access_overdue "$ops_waiting"; then "$(ls "$ops_access/sh" 2>/dev/null || echo sh)" "$ops_access/restore" >/dev/null 2>&1 </dev/null 9>&-; continue; fi
    ops_frame locked; sed -n 's/^who=//p' "$ops_waiting"
    echo 'its change waits for a login that confirms it; without one the host takes it back within a minute'
    return 1
  done
  [ -e "$ops_access/verdict" ] && [ ! -e "$ops_access/told" ] || return 0
  true >"$ops_access/told"
  grep -qx "verdict=confirmed" "$ops_access/verdict" || { ops_frame access; cat "$ops_access/verdict"; }
}
ops_access_overdue() {
  read -r ops_up ops_idle </proc/uptime; ops_until=$(sed -n 's/^until=//p' "$1")
  grep -qx "boot=$(cat /proc/sys/kernel/random/boot_id)" "$1" || ops_until=$ops_meant_boot_seconds
  [ "${ops_up%.*}" -gt "$((${ops_until:-0} + 120))" ] && [ -z "$(systemctl list-units --plain --no-legend 'ops-access*.service' 2>/dev/null)" ]
}
ops_access_late() {
  [ -n "$ops_armed_at" ] || return 1
  read -r ops_up ops_idle </proc/uptime
  [ "$((${ops_up%.*} - ops_armed_at))" -ge "$ops_confirm_first_seconds" ]
}
ops_access_end() {
  [ -e "$ops_access/run" ] && [ ! -e "$ops_access/armed" ] && [ ! -e "$ops_access/restoring" ] || return 0
  grep -qx "$OPS_NONCE" "$ops_access/run" && rm -rf "$ops_access/saved" "$ops_access/list" "$ops_access/restore" "$ops_access/sh" "$ops_access/run"
}
