/** Starts the process that keeps one host: mounts its file system, boots it, and boots it again after a reboot. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { makeGroup } from './cgroup.ts'

/** What the keeper of a host needs to know. */
export interface Keeping {
  /** The host's folder: holds `seed/`, and gets `root/`, `disk/` and `console.log`. */
  readonly folder: string
  readonly groupName: string
  /** Folders for `lowerdir=`, uppermost first. */
  readonly layers: readonly string[]
  /** A folder on a disk for what the host writes; memory where it is undefined. */
  readonly disk: string | undefined
  /** False: nothing waits for that disk, whoever asks to (overlayfs, "volatile"). */
  readonly syncs: boolean
  /** Paths of the image, from its root, that this host is without; `*` stands for any name. */
  readonly removed: readonly string[]
  /** Login shells to set, as `user:path`. */
  readonly shells: readonly string[]
  readonly nspawn: readonly string[]
}

/**
 * All mounts are made in a namespace of their own, so none outlives the host. systemd-nspawn answers a reboot by
 * ending with 133. Both it and this script die with their parent.
 */
const script = `set -eu
umask 022
folder=$1; lower=$2; disk=$3; more=$4; removed=$5; shells=$6; groups=$7; shift 7
for group in $groups; do echo $$ >"$group/keeper/cgroup.procs"; done
if [ "$disk" = memory ]; then mount -t tmpfs -o mode=0755 ops-test "$folder/disk"
else mount --bind "$disk" "$folder/disk"; fi
mkdir "$folder/disk/upper" "$folder/disk/work"
mount -t overlay -o "lowerdir=$lower,upperdir=$folder/disk/upper,workdir=$folder/disk/work$more" overlay "$folder/root"
cp -r "$folder/seed/." "$folder/root/"
for user in deploy worker guest; do chroot "$folder/root" chown -R "$user:" "/home/$user/.ssh"; done
( cd "$folder/root"; rm -rf $removed )
for change in $shells; do chroot "$folder/root" usermod --shell "\${change#*:}" "\${change%%:*}"; done
boot='groups=$1; shift; for group in $groups; do echo $$ >"$group/host/cgroup.procs"; done; exec systemd-nspawn "$@"'
while :; do
  status=0
  setpriv --pdeathsig KILL sh -c "$boot" sh "$groups" "$@" || status=$?
  [ "$status" = 133 ] || exit "$status"
done`

/** Starts the keeper; what it and the host's console print goes to `console.log`. */
export function startKeeper(keeping: Keeping): ChildProcess {
  const { folder, disk } = keeping
  for (const name of ['root', 'disk']) mkdirSync(join(folder, name))
  if (disk !== undefined) mkdirSync(disk, { recursive: true })
  const groups = makeGroup(keeping.groupName)
  for (const group of groups) for (const name of ['keeper', 'host']) mkdirSync(join(group, name))
  const log = openSync(join(folder, 'console.log'), 'a', 0o600)
  const settings = [
    folder,
    keeping.layers.join(':'),
    disk ?? 'memory',
    keeping.syncs ? '' : ',volatile',
    keeping.removed.join(' '),
  ]
  const lists = [keeping.shells.join(' '), groups.join(' ')]
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c', script, 'sh', ...settings, ...lists],
      ...[
        '--quiet',
        '--boot',
        '--settings=no',
        '--register=no',
        '--keep-unit',
        '--resolv-conf=off',
        '--timezone=off',
      ],
      ...[
        '--link-journal=no',
        '--rlimit=RLIMIT_NOFILE=1024:524288',
        `--machine=${keeping.groupName}`,
        `--directory=${join(folder, 'root')}`,
      ],
      ...keeping.nspawn,
    ],
    // A session of its own: Ctrl-C on the terminal is for the tests, not for their hosts.
    { stdio: ['ignore', log, log], detached: true },
  )
  closeSync(log)
  return child
}
