/** Gives back loop devices that a host set up: they belong to the kernel, so they outlive the host. */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** `major:minor` of the file system at a path, as `losetup` prints it. */
export function fileSystemOf(path: string): string {
  const device = BigInt(statSync(path, { bigint: true }).dev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}

/** Paths of the loop devices that this machine has, with the control device first. */
export const loopDevicePaths = (): string[] => [
  '/dev/loop-control',
  ...readdirSync('/dev')
    .filter(name => /^loop\d+$/.test(name))
    .map(name => join('/dev', name)),
]

/** Detaches every loop device whose backing file is on the file system `majorMinor`. */
export function detachLoopDevices(majorMinor: string): void {
  const listing = execFileSync('losetup', ['--list', '--json', '--output', 'NAME,BACK-MAJ:MIN']).toString()
  for (const { name, 'back-maj:min': backing } of parse(listing)) {
    if (backing.trim() === majorMinor) execFileSync('losetup', ['--detach', name])
  }
}

interface LoopDevice {
  readonly name: string
  readonly 'back-maj:min': string
}

/** Without any device `losetup` prints nothing at all. */
const parse = (listing: string): readonly LoopDevice[] =>
  listing.trim() === '' ? [] : (JSON.parse(listing) as { loopdevices: readonly LoopDevice[] }).loopdevices
