/** Shell functions that find and end what runs in the session of a trip's shell, beside the shell itself. */

/** How long one probe may take on the host: a look at a dead network file system never ends by itself. */
export const probeSeconds = 60

/**
 * `ops_own` learns the session of the shell $$, and in `ops_keep` what must live on: that shell and all above it.
 * `ops_signal NAME` reaches the rest of the session, whoever its parent is by now; `ops_slay` leaves none of it: what is
 * stopped first starts nothing more while the others are killed.
 */
export const sessionFunctions = `
ops_stat() { read -r ops_line <"/proc/$1/stat" && ops_rest=\${ops_line##*) }; } 2>/dev/null
ops_own() {
ops_stat $$; set -- $ops_rest; ops_session=$4 ops_keep=" $$ $2 $ops_watchdog "
while [ "$2" -gt 1 ] && ops_stat "$2"; do set -- $ops_rest; ops_keep="$ops_keep$2 "; done
}
ops_own_self() { read -r ops_self ops_rest </proc/self/stat; ops_keep="$ops_keep$ops_self "; }
ops_signal() {
for ops_p in /proc/[0-9]*; do
ops_p=\${ops_p#/proc/}
case $ops_keep in *" $ops_p "*) continue ;; esac
ops_stat "$ops_p" || continue
set -- "$1" $ops_rest
[ "$5" = "$ops_session" ] && kill -"$1" "$ops_p" 2>/dev/null
done
}
ops_slay() { ops_signal STOP; ops_signal KILL; }
`

/**
 * `ops_ask` asks the session to end. A process that was forked this moment still has its parent's way to take a signal, and
 * loses the signal with that way when it goes on to be a program of its own: `ops_ask_again` asks those again that were
 * that young (not asleep, no time on a CPU yet) and have changed their name or what they catch since.
 */
export const askingFunctions = `
ops_kind() {
ops_kind=\${ops_line%) *}
while read -r ops_key ops_value; do
case $ops_key in SigCgt:) ops_kind="$ops_kind $ops_value"; break ;; esac
done <"/proc/$1/status"
} 2>/dev/null
ops_ask() {
ops_young=
for ops_p in /proc/[0-9]*; do
ops_p=\${ops_p#/proc/}
case $ops_keep in *" $ops_p "*) continue ;; esac
ops_stat "$ops_p" || continue
set -- $ops_rest
[ "$4" = "$ops_session" ] || continue
case $1:\${12}:\${13} in
[SZ]:*) ;;
*:0:0) ops_kind "$ops_p" && { ops_young="$ops_young $ops_p"; eval "ops_kind_$ops_p=\\$ops_kind"; } ;;
esac
kill -TERM "$ops_p" 2>/dev/null
done
}
ops_ask_again() {
for ops_p in $ops_young; do
ops_stat "$ops_p" && ops_kind "$ops_p" || continue
eval "ops_was=\\$ops_kind_$ops_p"
[ "$ops_was" = "$ops_kind" ] || { kill -TERM "$ops_p" 2>/dev/null; eval "ops_kind_$ops_p=\\$ops_kind"; }
done
}
`

/** After the first probe that hung, others get this long: a dead file system has more than one file. */
export const impatientSeconds = 10

const longestTickSeconds = 5

/**
 * `ops_watch_probes` ... `ops_unwatch_probes` around a look: a process that ends a probe which has been the shell's only child for
 * too long, and says so among its complaints. It sleeps through any look of usual length.
 */
export function probeWatch(seconds: number): string {
  const tickSeconds = Math.min(longestTickSeconds, seconds)
  const ticks = (limit: number) => Math.max(1, Math.ceil(limit / tickSeconds))
  return `
ops_watch_probes() {
( exec </dev/null >/dev/null 8<&- 9>&-
ops_nap=$!
trap '[ "$!" = "$ops_nap" ] || kill -KILL "$!" 2>/dev/null; exit' TERM
ops_age=0 ops_was= ops_limit=${ticks(seconds)}
while kill -0 $$ 2>/dev/null; do
sleep ${tickSeconds} & wait "$!"
ops_now=; { read -r ops_now <"/proc/$$/task/$$/children"; } 2>/dev/null
if [ "$ops_now" = "$ops_was" ]; then ops_age=$((ops_age + 1)); else ops_age=0 ops_was=$ops_now; fi
[ "$ops_age" -ge "$ops_limit" ] || continue
echo 'ops: this probe was ended on the host, as it did not answer in time' >&2
ops_own; ops_own_self; ops_slay
ops_age=0 ops_limit=${ticks(Math.min(seconds, impatientSeconds))}
done ) &
ops_probe_watch=$!
}
ops_unwatch_probes() { kill "$ops_probe_watch" 2>/dev/null; wait "$ops_probe_watch" 2>/dev/null; }
`
}
