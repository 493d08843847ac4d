/** Gives back loop devices that a host set up: they belong to the kernel, so they outlive the host. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

/** `major:minor` of the file system at a path, as `losetup` prints it. */
export function fileSystemOf(path: string): string {
  const device = BigInt(statSync(path, { bigint: true }).dev)
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n)
  return `${major}:${minor}`
}

/** More than all test files use at once. A host sees no node that comes after its start. */
const enough = 32

/** Paths of the loop devices that a host may use, with the control device first; their nodes are made where they are missing. */
export function loopDevicePaths(): string[] {
  const paths = Array.from({ length: enough }, (_, number) => `/dev/loop${number}`)
  for (const [number, path] of paths.entries())
    if (!existsSync(path)) spawnSync('mknod', ['-m', '0600', path, 'b', '7', String(number)])
  return ['/dev/loop-control', ...paths.filter(path => existsSync(path))]
}

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
