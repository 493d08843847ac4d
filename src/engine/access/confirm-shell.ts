/** What a login of its own sends: it confirms that we still get in, or lets the host wait longer for the one that does. */

import { quote } from '../../shell/quote.ts'
import { accessCommon, accessFolder } from './common-shell.ts'

/** The host does not wait any longer, and takes back what was done. */
const takeBack = `rm -f ${accessFolder}/renewed
for ops_a in $(systemctl list-units --plain --no-legend "ops-access-$OPS_NONCE-*.timer" | cut -d ' ' -f 1); do
systemctl start --no-block "\${ops_a%.timer}.service"
done`

/** A login while the step still runs lets the host wait this long, in seconds: it proves what was done until then. */
export const renewedSeconds = 50

/** `ops_renew RUN`: where the host counts down for that run, it goes on to do so from now on. */
const renew = `
ops_renew() {
[ "$(ops_access_get run armed)" = "$1" ] || return 1
read -r ops_b ops_c </proc/uptime
{ printf '%s\n' "run=$1" "boot=$(cat /proc/sys/kernel/random/boot_id)" "until=$((\${ops_b%.*} + ${renewedSeconds}))" >new.renewed &&
mv -f new.renewed renewed; } 2>/dev/null
[ -e armed ]
}
`

/** Sent now and then while a step that endangers us runs. Answers with a `renewed` frame where the host waits longer now. */
export function renewScript(run: string): string {
  return `${accessCommon.text}${renew}
cd ${accessFolder} 2>/dev/null && ops_renew ${quote(run)} && ops_frame renewed
:`
}

/**
 * What a fresh login sends: waits for the batch of `run` to end, lets the timer off, and answers with a `verdict` frame: the host's
 * own words, `verdict=none` where nothing was armed, `verdict=running` where the batch goes on (and the host waits longer), or
 * `verdict=busy` where the host has not decided yet. `isLast`: nothing more of the run could need what was saved.
 * `isSettled`: no later step is part of the same danger, so that what a restart of sshd would read must be sound now.
 */
export function confirmScript(run: string, isLast: boolean, isSettled = isLast): string {
  return `${accessCommon.text}${renew}
ops_confirm() {
cd ${accessFolder} 2>/dev/null || { ops_frame verdict; echo verdict=none; return; }
ops_goes_on() { [ -e armed ] && [ -d "$(ops_access_get dir armed)" ]; }
ops_n=0
while ops_goes_on && [ "$ops_n" -lt 200 ]; do [ "$ops_n" != 5 ] || ops_renew ${quote(run)}; ops_n=$((ops_n + 1)); sleep 0.1; done
ops_why=
[ "$(ops_access_get run armed)" != ${quote(run)} ] || ops_goes_on || ops_why=$(${isSettled ? 'ops_access_sshd' : ':'})
if [ -n "$ops_why" ]; then
echo "sshd would not start again: $ops_why" >why
${takeBack}
ops_n=0
while [ -e armed ] && [ "$ops_n" -lt 100 ]; do ops_n=$((ops_n + 1)); sleep 0.1; done
elif [ "$(ops_access_get run armed)" = ${quote(run)} ] && [ ! -d "$(ops_access_get dir armed)" ] && mv armed confirmed 2>/dev/null; then
ops_access_disarm
ops_access_verdict confirmed confirmed
: >told
rm -f confirmed
${isLast ? 'rm -rf saved list restore sh run' : ''}
fi
ops_n=0
while [ -e restoring ] && [ "$ops_n" -lt 600 ]; do ops_n=$((ops_n + 1)); sleep 0.1; done
ops_frame verdict
if ops_goes_on; then echo verdict=running
elif [ -e armed ]; then echo verdict=busy
elif [ "$(ops_access_get run verdict)" = ${quote(run)} ]; then cat verdict; : >told
else echo verdict=none
fi
}
ops_confirm`
}

/** Over the connection that still lives: the host is not to wait any longer. The answer may never come. */
export const restoreNowScript = `
${takeBack}`
