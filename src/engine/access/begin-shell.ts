/** What every batch asks before it begins, and between its steps: does a login have to confirm first? */
import { meantBootSeconds } from './arm-shell.ts'
import { accessFolder } from './common-shell.ts'

/** A step that could cut our access is not begun later than this after arming: first a login confirms. */
const confirmFirstSeconds = 10

/**
 * For every batch. `ops_access_begin WHO` refuses, by a `locked` frame, a host that waits for the login of another run, and tells
 * a verdict that nobody was told yet by an `access` frame. `ops_access_late` says whether a login should confirm first.
 */
export const accessBegin = `
ops_access_begin() {
[ -d ${accessFolder} ] && [ "$(id -u)" = 0 ] || return 0
for ops_a in ${accessFolder}/armed ${accessFolder}/restoring; do
[ -e "$ops_a" ] && ! grep -qx "run=$OPS_NONCE" "$ops_a" || continue
if ops_access_overdue "$ops_a"; then "$(ls ${accessFolder}/sh 2>/dev/null || echo sh)" ${accessFolder}/restore >/dev/null 2>&1 </dev/null 9>&-; continue; fi
ops_frame locked; sed -n 's/^who=//p' "$ops_a"
echo 'its change waits for a login that confirms it; without one the host takes it back within a minute'
return 1
done
[ -e ${accessFolder}/verdict ] && [ ! -e ${accessFolder}/told ] || return 0
: >${accessFolder}/told
grep -qx "verdict=confirmed" ${accessFolder}/verdict || { ops_frame access; cat ${accessFolder}/verdict; }
}
ops_access_overdue() {
read -r ops_b ops_c </proc/uptime; ops_c=$(sed -n 's/^until=//p' "$1")
grep -qx "boot=$(cat /proc/sys/kernel/random/boot_id)" "$1" || ops_c=${meantBootSeconds}
[ "\${ops_b%.*}" -gt "$((\${ops_c:-0} + 120))" ] && [ -z "$(systemctl list-units --plain --no-legend 'ops-access*.service' 2>/dev/null)" ]
}
ops_access_late() {
[ -n "$ops_armed_at" ] || return 1
read -r ops_b ops_c </proc/uptime
[ "$((\${ops_b%.*} - ops_armed_at))" -ge ${confirmFirstSeconds} ]
}
ops_access_end() {
[ -e ${accessFolder}/run ] && [ ! -e ${accessFolder}/armed ] && [ ! -e ${accessFolder}/restoring ] || return 0
grep -qx "$OPS_NONCE" ${accessFolder}/run && rm -rf ${accessFolder}/saved ${accessFolder}/list ${accessFolder}/restore ${accessFolder}/sh ${accessFolder}/run
}
`
