/** I6: the secret is in the one file that it is meant for, and nowhere else on either machine. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../../hosts/host.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import type { Controller, Ran } from '../instruments/controller.ts'

const patternFile = '/dev/shm/secret-that-is-searched'

/** Where logs and temporary files are, and the arguments and environments of all processes; the secret is read from stdin. */
const places = `
cat >${patternFile}
{ grep -rlaF -f ${patternFile} /tmp /var/tmp /run /var/log /etc /var/lib/ops /root /home 2>/dev/null
grep -laF -f ${patternFile} /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null
} | sort -u
rm -f ${patternFile}`

/** @throws BrokenInvariant with every place where the secret was found. */
export async function noSecret(
  secret: string,
  allowed: string,
  { ran, host, controller }: { readonly ran: Ran; readonly host: Host; readonly controller: Controller },
): Promise<void> {
  const found = (await host.read(places, { input: secret })).trim().split('\n').filter(Boolean)
  if (ran.code === 0 && !found.includes(allowed)) {
    throw new BrokenInvariant('I6', `the search does not even find ${allowed}, where the secret is`)
  }
  // A file that is being published is already private, and is gone once the step is over.
  const there = found.filter(path => path !== allowed && !/^\/etc\/fault\/\.ops\.[0-9a-f.]+\//.test(path))
  if (`${ran.stdout}${ran.stderr}`.includes(secret)) there.push('the output of ops')
  for (const path of filesBelow(controller.folder.path)) {
    if (readFileSync(path).includes(secret)) there.push(path)
  }
  if (there.length > 0) throw new BrokenInvariant('I6', `the secret is in ${there.join(', ')}`)
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}
