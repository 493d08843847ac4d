/** What a run leaves on the host between its scripts, the lock and its uploads, and the process that ends both with it. */
import { silenceSeconds } from './runtime.ts'

/** `ops_places`: where the runs of this user keep what dies with the boot (`ops_base`), and what does not (`ops_lasting`). */
export const placesFunction = `
ops_places() {
if [ "$(id -u)" = 0 ]; then ops_base=/run/ops ops_lasting=/var/lib/ops
else ops_base=/tmp/ops-$(id -u) ops_lasting=\${HOME:-/tmp}/.local/state/ops; fi
}
ops_born() { read -r ops_line <"/proc/$1/stat" && ops_line=\${ops_line##*) } && set -- $ops_line && ops_start=\${20}; } 2>/dev/null
`

/**
 * `ops_watchdog`: between two scripts the shell waits for the next one, and nobody else reads the channel. The watchdog ends
 * it when it hears nothing: a heartbeat wakes the shell, which the kernel counts (proc(5), status), and an upload grows.
 * Once the shell is gone, so are its uploads. It lives until then, and leaves a running batch to the batch's own watcher.
 */
export const watchdogFunction = `
ops_watchdog() {
[ -z "$ops_watchdog" ] || return 0
( exec 9>&- </dev/null >/dev/null 2>&1
ops_quiet=0 ops_was=
while kill -0 $$; do
sleep 1
ops_now=$(grep ^voluntary "/proc/$$/status"; ls -ln "$ops_lasting/stage.$OPS_NONCE")
if [ "$ops_now" != "$ops_was" ] || [ -d "$ops_base/run.$OPS_NONCE" ]; then ops_quiet=0 ops_was=$ops_now; else ops_quiet=$((ops_quiet + 1)); fi
[ "$ops_quiet" -lt ${silenceSeconds} ] || kill -HUP $$
done
rm -rf "$ops_lasting/stage.$OPS_NONCE" ) &
ops_watchdog=$!
}
`

/** Makes the folder for the uploads of this run, and frames its path as \`stage\`. */
export const stageScript = `${placesFunction}${watchdogFunction}
ops_places
mkdir -p -m 0700 "$ops_lasting" && mkdir -p -m 0700 "$ops_lasting/stage.$OPS_NONCE" && ops_born $$ &&
echo "$$ $ops_start" >"$ops_lasting/stage.$OPS_NONCE/shell" && ops_watchdog && { ops_frame stage; printf %s "$ops_lasting/stage.$OPS_NONCE"; }`

/**
 * `ops_sweep_stages`: removes uploads of runs whose shell is gone. Those of others that live come before the lock, and
 * are left alone.
 */
export const sweepStagesFunction = `
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
`
