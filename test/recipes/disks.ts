/** Small file systems in files of a host, and ways to damage them: what the disk recipes are tried on. */
import { afterAll, beforeAll } from 'vitest'
import type { Host } from '../hosts/host.ts'
import { withLock } from '../hosts/lock.ts'

/**
 * Loop devices belong to the machine, not to a host: a look at all disks of one host sees those of the others. So
 * suites that damage disks take turns, over all runs on this machine. To be called before hosts are asked for.
 */
export function useLoopDevicesAlone(): void {
  let release = (): void => {}
  let held: Promise<void> = Promise.resolve()
  beforeAll(
    () =>
      new Promise<void>((resolve, reject) => {
        held = withLock('/run/ops-test/loop-devices.lock', () => {
          resolve()
          return new Promise<void>(end => {
            release = end
          })
        })
        held.catch(reject)
      }),
    900_000,
  )
  afterAll(async () => {
    release()
    await held
  })
}

/** What the hosts of these tests have installed: one image for all. */
export const diskPackages = ['btrfs-progs', 'mariadb-server', 'rsync', 'smartmontools', 'xfsprogs'] as const

/** Makes one healthy file system of each kind in /images, with files in it that say which. */
export const makeImages = `set -e
mkdir -p /images /mnt/make
cd /images
truncate -s 64M ext4; mkfs.ext4 -q -L one ext4
truncate -s 320M xfs; mkfs.xfs -q -L two xfs
truncate -s 200M btrfs; mkfs.btrfs -q -L three btrfs
for kind in ext4 xfs btrfs; do
  device=$(losetup --find --show $kind)
  mount $device /mnt/make
  cp /usr/bin/[a-c]* /mnt/make
  # Copied while it is mounted: as a power cut would leave it.
  sync
  cp $kind $kind.cut
  umount /mnt/make
  losetup --detach $device
done`

/** Random bytes over \`COUNT\` bytes of a copy of an image. */
const spoilt = (image: string, copy: string, offset: string, count: number): string =>
  `cp ${image} ${copy}; dd if=/dev/urandom of=${copy} bs=1 seek=$((${offset})) count=${count} conv=notrunc status=none`

const block = (pattern: string): string =>
  `$(dumpe2fs ext4 2>/dev/null | sed -n '${pattern}' | head -n 1) * 1024`

/** Each damage: shell that makes \`/images/NAME\`, run in /images. */
export const damages = {
  'ext4-magic': spoilt('ext4', 'ext4-magic', '1024 + 56', 2),
  'ext4-superblock': spoilt('ext4', 'ext4-superblock', '1024 + 12', 40),
  'ext4-inodes': spoilt(
    'ext4',
    'ext4-inodes',
    `${block('s/.*Inode table at \\([0-9]*\\)-.*/\\1/p')} + 256 * 12`,
    300,
  ),
  'ext4-journal': spoilt(
    'ext4',
    'ext4-journal',
    `$(debugfs -R 'stat <8>' ext4 2>/dev/null | sed -n 's/.*(0-[0-9]*):\\([0-9]*\\)-.*/\\1/p' | head -n 1) * 1024`,
    40,
  ),
  'xfs-magic': spoilt('xfs', 'xfs-magic', '0', 4),
  'xfs-superblock': spoilt('xfs', 'xfs-superblock', '100', 40),
  'xfs-inodes': spoilt(
    'xfs',
    'xfs-inodes',
    `$(xfs_db -r -c 'sb 0' -c 'p rootino' xfs | sed 's/.*= //') * 512 + 20`,
    60,
  ),
  'xfs-index': spoilt('xfs', 'xfs-index', '1024 + 40', 40),
  'btrfs-magic': spoilt('btrfs', 'btrfs-magic', '65536 + 64', 8),
  'btrfs-superblock': spoilt('btrfs', 'btrfs-superblock', '65536 + 96', 40),
} as const satisfies Record<string, string>

/** Binds images of /images to loop devices and answers with these, in the same order. */
export async function attach(
  host: Host,
  images: readonly string[],
  mode: 'read-only' | 'read-write' = 'read-only',
): Promise<readonly string[]> {
  const flag = mode === 'read-only' ? '--read-only' : ''
  const said = await host.read(
    `cd /images; for image in ${images.join(' ')}; do losetup ${flag} --find --show $image || exit 1; done`,
  )
  return said.trim().split('\n')
}

/** Gives loop devices back. */
export async function detach(host: Host, devices: readonly string[]): Promise<void> {
  for (const device of devices) {
    // By its place: \`umount DEVICE\` would let go of the loop device and leave the mount.
    const targets = `$(sed -n 's|^\\([^ ]* \\)\\{4\\}\\([^ ]*\\) .* - [^ ]* ${device} .*|\\2|p' /proc/self/mountinfo)`
    await host.exec(
      `for target in ${targets}; do umount "$(printf %b "$target")"; done; losetup --detach ${device}`,
    )
  }
}
