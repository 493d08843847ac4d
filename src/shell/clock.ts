/** Shell functions with which a trip tells where its time went on the host, to the hundredth of a second. */

/** What a host spends its time on. */
export const phases = ['look', 'act', 'sync', 'proof'] as const
export type Phase = (typeof phases)[number]
/** Milliseconds. */
export type Spent = Readonly<Record<Phase, number>>

export const nothingSpent: Spent = { look: 0, act: 0, sync: 0, proof: 0 }

/** `ops_clock PHASE` begins a phase and ends the one before; `ops_spent` frames as \`spent\` how long each took, in that order. */
export const clockFunctions = `
ops_took_look=0 ops_took_act=0 ops_took_sync=0 ops_took_proof=0 ops_phase=
ops_clock() {
{ read -r ops_tick ops_tick_rest </proc/uptime; } 2>/dev/null || return 0
ops_tick=\${ops_tick%.*}\${ops_tick#*.}
case $ops_phase in ?*) eval "ops_took_$ops_phase=\\$((ops_took_$ops_phase + ops_tick - ops_since))" ;; esac
ops_since=$ops_tick ops_phase=$1
}
ops_spent() {
ops_clock ''
ops_frame spent "$ops_took_look" "$((ops_took_act - ops_took_sync))" "$ops_took_sync" "$ops_took_proof"
}
`

/** Every sync of an apply is told apart from it: \`ops_syncs_took\` adds them up, for \`ops_spent\`. */
export const syncClockFunctions = `
sync() {
{ read -r ops_sync_from ops_tick_rest </proc/uptime; } 2>/dev/null
command sync "$@"
ops_sync_code=$?
if [ -n "\${OPS_DIR:-}" ] && { read -r ops_sync_to ops_tick_rest </proc/uptime; } 2>/dev/null; then
echo "\${ops_sync_from%.*}\${ops_sync_from#*.} \${ops_sync_to%.*}\${ops_sync_to#*.}" >>"$OPS_DIR/syncs"
fi 2>/dev/null
return "$ops_sync_code"
}
ops_syncs_took() {
[ -s "$OPS_DIR/syncs" ] || return 0
while read -r ops_sync_from ops_sync_to; do ops_took_sync=$((ops_took_sync + ops_sync_to - ops_sync_from)); done <"$OPS_DIR/syncs"
}
`

/** What a frame of `ops_spent` says, added to what was spent before. */
export function addSpent(before: Spent, words: readonly string[]): Spent {
  const milliseconds = (index: number): number => Math.max(0, (Number(words[index]) || 0) * 10)
  return {
    look: before.look + milliseconds(0),
    act: before.act + milliseconds(1),
    sync: before.sync + milliseconds(2),
    proof: before.proof + milliseconds(3),
  }
}
