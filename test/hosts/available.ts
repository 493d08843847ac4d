/** Tells whether this machine can boot hosts for the tests, and what it lacks. */
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { readSources, release } from './apt-config.ts'

/** Programs that the hosts of the tests need on this machine, and the Debian package of each. */
export const neededPrograms: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  nft: 'nftables',
  ip: 'iproute2',
  nsenter: 'util-linux',
  losetup: 'mount',
  ssh: 'openssh-client',
}

/** Whether suites on real hosts can run here; `reason` says on one line how to get there. */
export type RealHosts = { readonly available: true } | { readonly available: false; readonly reason: string }

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const folders = (): string[] => [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']

const missingPackages = (): string[] =>
  Object.entries(neededPrograms)
    .filter(([program]) => !folders().some(folder => isExecutable(join(folder, program))))
    .map(([, packageName]) => packageName)

const knowsOverlay = (): boolean => /\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))

/** Looks at this machine; starts and changes nothing. */
export function realHosts(): RealHosts {
  const lacking = (reason: string): RealHosts => ({
    available: false,
    reason: `tests on real hosts need ${reason}`,
  })
  if (process.platform !== 'linux') return lacking('Linux: run them in a Debian 12 virtual machine, as root')
  if (process.getuid?.() !== 0) return lacking('root: run `sudo npm test`')
  const missing = missingPackages()
  if (missing.length > 0) return lacking(`more packages: run \`apt-get install ${missing.join(' ')}\``)
  if (!knowsOverlay()) return lacking('overlay file systems: run `modprobe overlay`')
  if (readSources() === '') return lacking(`an apt source of Debian ${release} in /etc/apt/sources.list.d`)
  return { available: true }
}

/** A suite that needs real hosts: where there are none, its tests are counted as skipped. */
export const describeReal = describe.skipIf(!realHosts().available)
