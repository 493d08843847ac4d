/**
 * This machine itself where its kernel takes swap, as the hosts of the tests may not set any: each call has a mount namespace of its own, in
 * which /etc is a copy, and what is spoilt lies in a folder of the test.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish, run } from '../../hosts/command.ts'
import type { Host } from '../../hosts/host.ts'

const disk = '/var/tmp'
const mountPoint = '/run/by-shell'

/** Whether root may set swap here, on a file system that can hold it. */
export const maySwap: boolean =
  process.getuid?.() === 0 &&
  spawnSync('swapoff', ['/dev/null'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  }).stderr?.includes('Invalid argument') === true &&
  /ext|xfs/.test(spawnSync('stat', ['-f', '-c', '%T', disk], { encoding: 'utf8' }).stdout)

/** Where its swap file is. */
export const swapFolder: string = join(disk, `ops-b12-${process.pid}`)

export type OwnKernel = Pick<Host, 'exec' | 'read'> & { stop(): void }

export function ownKernel(): OwnKernel {
  const root = mkdtempSync(join(disk, 'ops-own-kernel-'))
  for (const each of [join(root, 'by-shell'), swapFolder, mountPoint]) mkdirSync(each, { recursive: true })
  execFileSync('cp', ['-a', '/etc', root])
  writeFileSync(join(root, 'etc/fstab'), '# theirs\nUUID=1 / ext4 defaults 0 1\n')
  const mounts = `mount --bind '${root}/etc' /etc && mount --bind '${root}/by-shell' ${mountPoint}`
  const argvOf = (command: string) => ['unshare', '-m', 'sh', '-c', `${mounts} || exit 1\n${command}`]
  return {
    exec: (command, options) => finish(argvOf(command), options?.input),
    read: (command, options) => run(argvOf(command), options?.input),
    stop() {
      spawnSync('swapoff', [join(swapFolder, 'swap')])
      for (const each of [root, swapFolder]) rmSync(each, { recursive: true, force: true })
      if (readdirSync(mountPoint).length === 0) rmdirSync(mountPoint)
    },
  }
}
