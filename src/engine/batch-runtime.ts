/** The shell functions of the guarded batch: lock, watcher, guards, steps. The heart of what runs on a host. */

import { clockFunctions, syncClockFunctions } from '../shell/clock.ts'
import { silenceSeconds } from '../shell/runtime.ts'
import { impatientSeconds, probeSeconds, sessionFunctions } from '../shell/session-processes.ts'
import { placesFunction, sweepStagesFunction, watchdogFunction } from '../shell/watchdog.ts'
import { accessBegin } from './access/begin-shell.ts'
import { togetherFunctions } from './together-shell.ts'

/** What the run's own folder must have room for before anything is begun: observations, journal, logs. */
const roomBytes = 131_072

/**
 * Makes the run's own folder and takes the host's lock on fd 9, which only this shell holds: `ops_begin WHO`.
 * Frames: `locked` with the holder's words; `broken` with what is missing; `previous` with what a run that died left in its log.
 * The lock is one for each user that a run acts as, however it became that user: what a user could lock against root, a hostile
 * one could hold for ever. Runs of different users are kept from overwriting each other by the guards alone.
 */
const begin = `
ops_full() { ops_frame broken "there is no room left in $ops_base"; ops_over=broken; }
ops_begin() {
ops_places
[ ! -L "$ops_base" ] && mkdir -p "$ops_base" && [ -O "$ops_base" ] && chmod 0700 "$ops_base" && true >>"$ops_base/lock" \\
|| { ops_frame broken "cannot write in $ops_base"; return 1; }
command -v flock >/dev/null || { ops_frame broken "this host has no flock (util-linux or busybox)"; return 1; }
if [ -z "$ops_locked" ]; then
exec 9>>"$ops_base/lock"
flock -n 9 || { ops_frame locked; cat "$ops_base/holder" 2>/dev/null; exec 9>&-; return 1; }
printf '%s\\n' "$1" >"$ops_base/holder"
ops_locked=yes
fi
ops_access_begin || { true >"$ops_base/holder"; exec 9>&-; ops_locked=; return 1; }
for ops_old in "$ops_base"/run.*; do
[ -d "$ops_old" ] || continue
ops_frame previous; cat "$ops_old/who" 2>/dev/null; cat "$ops_old"/log.* 2>/dev/null | tail -c 2000
rm -rf "$ops_old"
done
OPS_DIR=$ops_base/run.$OPS_NONCE OPS_STAGE=$ops_lasting/stage.$OPS_NONCE
mkdir -m 0700 "$OPS_DIR" || { ops_frame broken "cannot make $OPS_DIR"; return 1; }
ops_sweep_stages
{ printf '%s\\n' "$1" >"$OPS_DIR/who" && printf %s "$ops_journal" >"$OPS_DIR/journal" && echo 0 >"$OPS_DIR/beat" &&
echo '- 0' >"$OPS_DIR/now" && true >"$OPS_DIR/nap" && true >"$OPS_DIR/complaints" && printf '%0${roomBytes}d' 0 >"$OPS_DIR/room" && rm "$OPS_DIR/room"
} 2>/dev/null || { ops_full; return 1; }
trap : PIPE
trap 'ops_halt silence' HUP TERM
ops_over= ops_dirty= ops_unproved= ops_turn=0 ops_patience=${probeSeconds}
! command -v ops_sweep >/dev/null || ops_sweep
}
`

/** How long whatever still runs may take once the operator wants an end now: what is looked at last may hang too. */
const killedSeconds = 5

/**
 * The watcher: one process reads the heartbeats off the channel, one ticks each second. Silence, EOF or `: stop`
 * raise the stop flag; `: kill` and a step's deadline end whatever runs in this session beside the batch itself.
 * Both are ended with SIGKILL: a shell that was just forked can lose a SIGTERM while it drops its parent's traps.
 * A heartbeat that is read by the shell instead is the command \`:\`, which does nothing. Of much output the end is
 * told, from a whole line on: half of a secret would not be known as one.
 */
const watch = `
ops_halt() { [ -e "$OPS_DIR/stop" ] || echo "$1" >"$OPS_DIR/stop"; }
ops_watch() {
ops_own
exec 8<&0
( exec <&8 8<&- 9>&- >/dev/null 2>&1
ops_n=0
while IFS= read -r ops_word; do
ops_n=$((ops_n + 1)); echo "$ops_n" >"$OPS_DIR/beat"
case $ops_word in
': stop') ops_halt asked ;;
': kill') ops_halt asked; [ -e "$OPS_DIR/killed" ] || { : >"$OPS_DIR/killed"; : >"$OPS_DIR/kill"; } ;;
esac
done
ops_halt silence ) &
ops_reader=$!
exec 8<&-
( exec 9>&- </dev/null >/dev/null
ops_own_self; ops_keep="$ops_keep$ops_reader "
ops_quiet=0 ops_was= ops_turn= ops_age=0 ops_seen=0
while kill -0 $$ 2>/dev/null; do
sleep 1 2>/dev/null & ops_nap=$!; echo "$ops_nap" >"$OPS_DIR/nap"; wait "$ops_nap"
read -r ops_beat <"$OPS_DIR/beat"
if [ "$ops_beat" = "$ops_was" ]; then ops_quiet=$((ops_quiet + 1)); else ops_quiet=0 ops_was=$ops_beat; fi
[ "$ops_quiet" -lt ${silenceSeconds} ] || ops_halt silence
read -r ops_step ops_limit ops_now <"$OPS_DIR/now"
if [ "$ops_now" = "$ops_turn" ]; then ops_age=$((ops_age + 1)); else ops_turn=$ops_now ops_age=0 ops_seen=0; fi
[ "$ops_step" != - ] || continue
[ ! -e "$OPS_DIR/killed" ] || [ "$ops_limit" -le ${killedSeconds} ] || ops_limit=${killedSeconds}
ops_size=0
[ ! -f "$OPS_DIR/log.\${ops_step%.*}" ] || ops_size=$(wc -c <"$OPS_DIR/log.\${ops_step%.*}")
if [ "\${ops_size:-0}" -gt "$ops_seen" ] && [ "$ops_quiet" -lt 3 ]; then
tail -c +$((ops_seen + 1)) "$OPS_DIR/log.\${ops_step%.*}" | head -c $((ops_size - ops_seen)) | ops_tail $((ops_size - ops_seen)) >&2; ops_seen=$ops_size
fi
if [ -e "$OPS_DIR/kill" ]; then ops_end_step; rm -f "$OPS_DIR/kill"
elif [ "$ops_age" -ge "$ops_limit" ]; then
: >"$OPS_DIR/overdue.$ops_turn"
read -r ops_a ops_b ops_now <"$OPS_DIR/now"
[ "$ops_now" != "$ops_turn" ] || ops_end_step
: >"$OPS_DIR/ended.$ops_turn"
fi
done ) &
ops_ticker=$!
}
ops_tail() { if [ "$1" -gt 8192 ]; then tail -c 8192 | sed 1d; else cat; fi; }
ops_end_step() { ops_signal TERM; sleep 2; ops_slay; }
ops_unwatch() {
[ -n "$ops_ticker" ] || return 0
kill -KILL "$ops_reader" "$ops_ticker" 2>/dev/null
wait "$ops_reader" 2>/dev/null; wait "$ops_ticker" 2>/dev/null
read -r ops_nap <"$OPS_DIR/nap" && kill "$ops_nap" 2>/dev/null
ops_ticker=
}
`

/**
 * Steps and guards. `ops_quietly FILE TEXT` observes into a file; `ops_step K GUARD SECONDS PROBE APPLY SETTLE
 * SETTLE_SECONDS` does one step, an empty APPLY being a step that only has to be still as it was. GUARD is the hash of
 * what has to be observed, or `=` and all of it where that can hold no NUL: `ops_same` starts no program then. `ops_still GUARD
 * PROBE` asks whether steps that follow each other are all as they were; where they are not, each is asked. What stands in
 * `ops_arming` makes the host ready to take that one step back; `ops_pause K` ends the batch there, for a login that confirms.
 */
const steps = `
ops_quietly() {
[ "$ops_over" != broken ] || return 0
case $1/$ops_dirty in guard/* | */) ops_clock look ;; *) ops_clock proof ;; esac
true >"$OPS_DIR/$1" && ops_child_of "$1.probe" "$ops_patience" "$2" "$OPS_DIR/$1" "$OPS_DIR/complaints" &&
printf '\\n%s' "$ops_code" >>"$OPS_DIR/$1" || ops_full
[ ! -e "$OPS_DIR/overdue.$ops_turn" ] || ops_patience=${impatientSeconds}
} 2>/dev/null
ops_child_of() {
ops_turn=$((ops_turn + 1))
echo "$1 $2 $ops_turn" >"$OPS_DIR/now"
( eval "$3" ) </dev/null >>"$4" 2>>"$5" 8<&- 9>&- &
ops_child=$!
while :; do
wait "$ops_child"; ops_code=$?
kill -0 "$ops_child" 2>/dev/null || break
done
echo '- 0' >"$OPS_DIR/now"
ops_tries=0
while [ "$ops_tries" -lt 10 ] && { [ -e "$OPS_DIR/kill" ] || { [ -e "$OPS_DIR/overdue.$ops_turn" ] && [ ! -e "$OPS_DIR/ended.$ops_turn" ]; }; }; do
sleep 1; ops_tries=$((ops_tries + 1))
done
[ ! -e "$OPS_DIR/overdue.$ops_turn" ] || { ops_frame overdue "\${1%.*}"; ops_code=124; }
}
ops_same() {
case $2 in
=*) ops_text= ops_line=
while IFS= read -r ops_line; do ops_text="$ops_text$ops_line
"; done <"$OPS_DIR/$1"
[ "=$ops_text$ops_line" = "$2" ] ;;
*) ops_sum=$(sha256sum <"$OPS_DIR/$1"); [ "\${ops_sum%% *}" = "$2" ] ;;
esac
}
ops_run() { ops_clock act; ops_child_of "$1" "$2" "set -e
$3" "$OPS_DIR/log.\${1%.*}" "$OPS_DIR/log.\${1%.*}"; }
ops_step() {
ops_to_arm=$ops_arming ops_arming=
[ -z "$ops_over" ] || return 0
[ -z "$ops_unproved" ] || { ops_prove_member "$@"; return; }
[ ! -e "$OPS_DIR/stop" ] || { ops_frame stopped "$1" "$(cat "$OPS_DIR/stop")"; ops_over=stopped; return 0; }
if [ -n "$ops_dirty" ]; then
ops_quietly guard "$4"
[ -z "$ops_over" ] || return 0
ops_same guard "$2" || { ops_frame surprise "$1"; ops_over=surprise; return 0; }
fi
[ -n "$5" ] || return 0
true >"$OPS_DIR/log.$1" || { ops_full; return 0; }
if [ -n "$ops_to_arm" ]; then
! ops_access_late || { ops_pause "$1"; return 0; }
ops_run "$1.arm" 60 "$ops_to_arm"
[ "$ops_code" = 0 ] || { ops_frame unarmed "$1"; tail -c 4000 "$OPS_DIR/log.$1"; ops_over=failed; return 0; }
if [ -e "$OPS_DIR/armed" ]; then
rm -f "$OPS_DIR/armed"; read -r ops_b ops_c </proc/uptime
ops_armed_at=\${ops_armed_at:-\${ops_b%.*}}; ops_frame armed "$1"
fi
fi
ops_frame run "$1"; ops_frame run "$1" >&2
ops_dirty=yes
ops_run "$1" "$3" "$5"
if [ "$ops_code" = 0 ] && [ -n "$6" ]; then ops_run "$1.settle" "$7" "$6"; [ "$ops_code" = 0 ] || ops_frame unsettled "$1"; fi
ops_result=$ops_code
! ops_put_back "$1" || return 0
true >"$OPS_DIR/complaints"
ops_prove "$1" "$2" "$4" "$1"
}
ops_put_back() {
[ "$ops_result" != 0 ] && [ "$(cat "$OPS_DIR/stop" 2>/dev/null)" = restore ] || return 1
ops_frame stopped "$1" restore; ops_over=stopped
}
ops_prove() {
ops_quietly proof "$3"
[ -z "$ops_over" ] || return 0
ops_unmoved=
! ops_same proof "$2" || ops_unmoved=yes
if [ "$ops_result" != 0 ]; then ops_over=failed; elif [ -n "$ops_unmoved" ]; then ops_over=nothing; fi
[ -z "$ops_over" ] || { ops_frame said "$1"; cat "$OPS_DIR/log.$4" "$OPS_DIR/complaints" | tail -c 4000; }
[ ! -s "$OPS_DIR/kept" ] || { ops_frame kept "$1"; cat "$OPS_DIR/kept"; rm -f "$OPS_DIR/kept"; }
ops_frame proof "$1" "$ops_result"
case $2 in =*) printf %s "$ops_text$ops_line" ;; *) cat "$OPS_DIR/proof" ;; esac
}
ops_still() {
[ -z "$ops_over" ] || return 0
[ ! -e "$OPS_DIR/stop" ] || return 1
[ -n "$ops_dirty" ] || return 0
ops_quietly guard "$2"
[ -n "$ops_over" ] || ops_same guard "$1"
}
ops_pause() { [ -n "$ops_over" ] || { ops_frame paused "$1"; ops_over=paused; }; }
ops_done() {
[ -n "$OPS_DIR" ] || return 0
! command -v ops_sweep >/dev/null || ops_sweep
ops_unwatch
trap - HUP TERM
ops_syncs_took
ops_spent
ops_journal=$(cat "$OPS_DIR/journal"; echo .); ops_journal=\${ops_journal%.}
rm -rf "$OPS_DIR"
case $ops_over in surprise | paused) ops_watchdog ;; *) rm -rf "$OPS_STAGE"; ops_access_end; true >"$ops_base/holder"; exec 9>&-; ops_locked= ;; esac
unset OPS_DIR OPS_STAGE
}
`

/** All functions of a batch, sent once a trip. */
export const batchFunctions = [
  ...[
    clockFunctions,
    syncClockFunctions,
    sessionFunctions,
    placesFunction,
    watchdogFunction,
    sweepStagesFunction,
  ],
  ...[accessBegin, begin, watch, steps, togetherFunctions],
].join('')
