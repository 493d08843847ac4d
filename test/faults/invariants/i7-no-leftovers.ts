/** I7: no temporary file, no lock of the dead, no orphan on the host or here. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import type { Controller } from '../instruments/controller.ts'

const pollMs = 100

/**
 * Prints what a run would leave: temporary files, a held lock, sessions of sshd and what runs in them. A service's
 * processes are in its own control group, so that only what belongs to a login is named.
 */
const leftovers = `
find /etc /srv /run/ops /var/lib/ops /tmp /var/tmp /root /home -xdev \\( -name '.ops.*' -o -name 'run.*' -path '/run/ops/*' -o -name 'stage.*' -path '/var/lib/ops/*' \\) 2>/dev/null
[ ! -e /run/ops/lock ] || flock -n /run/ops/lock true || echo 'the lock is held'
for process in /proc/[0-9]*; do
grep -qE '/(session-[^/]*|ssh(d)?)\\.(scope|service)' "$process/cgroup" 2>/dev/null || continue
line=$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
case $line in 'sshd: /usr/sbin/sshd'*|'') ;; *) echo "process $line" ;; esac
done`

/** What is left on the host now, in words. */
export async function leftOn(host: Host): Promise<string[]> {
  return (await host.read(leftovers)).trim().split('\n').filter(Boolean)
}

/** Waits until no run holds the host. @throws BrokenInvariant when one still does after `withinMs`. */
export async function lockIsFree(host: Host, withinMs: number): Promise<void> {
  const seconds = withinMs / 1000
  const { code } = await host.exec(`[ ! -e /run/ops/lock ] || flock -w ${seconds} /run/ops/lock true`)
  if (code !== 0) throw new BrokenInvariant('I7', `the lock is still held after ${seconds} s`)
}

/** Programs on this machine whose home is the controller's folder. */
export function orphansOf(controller: Controller): string[] {
  return readdirSync('/proc').flatMap(pid => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`HOME=${controller.folder.path}\0`))
        return []
      return [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()]
    } catch {
      return []
    }
  })
}

/** Waits until nothing is left. @throws BrokenInvariant with what is still there after `withinMs`. */
export async function noLeftovers(host: Host, controller: Controller, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const left = [
      ...(await leftOn(host)),
      ...orphansOf(controller).map(line => `here: ${line}`),
      ...readdirSync(controller.temporaryFolder).map(name => `here: ${controller.temporaryFolder}/${name}`),
    ]
    if (left.length === 0) return
    if (Date.now() > deadline) {
      throw new BrokenInvariant('I7', `left after ${withinMs / 1000} s: ${left.join(', ')}`)
    }
    await pause(pollMs)
  }
}
