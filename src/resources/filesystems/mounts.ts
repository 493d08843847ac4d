/** Every entry of /etc/fstab resolves and is mounted as written; nothing fell back to read-only. */
import type { Finding } from '../../engine/resource.ts'
import { sh } from '../../shell/sh.ts'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf, unescaped } from './look.ts'
import { mountsLookLibrary } from './mounts-look.ts'

/** The look. */
export const mountsLook: FilesystemLook = {
  doc: 'every entry of /etc/fstab resolves and is mounted as written, nothing fell back to read-only',
  library: [filesystemLookLibrary, mountsLookLibrary],
  probe: ({ except }) => sh`ops_told ops_mounts_look ${except}`,
  findings: (records, { except }) => {
    const mounts = recordsOf(records, 'mount').map(readMount)
    const swaps = recordsOf(records, 'swap').map(([device = '']) => device)
    const dead = recordsOf(records, 'dead').map(([target = '']) => unescaped(target))
    const fellAt = new Map(recordsOf(records, 'fellback').map(([device = '', at = '']) => [device, at]))
    const entries = recordsOf(records, 'fstab').map(readEntry)
    const written = entries.flatMap(entry =>
      except.includes(entry.target) ? [] : judgeEntry(entry, mounts, swaps, fellAt),
    )
    const unparsed = recordsOf(records, 'unparsed').map(([line, text = '']) =>
      finding(
        `line ${line} of /etc/fstab cannot be read, so mount skips it: ${text.trim()}`,
        undefined,
        'it needs device, folder, type and options, then two numbers at most: `findmnt --verify` tells more',
      ),
    )
    const listed = new Set(entries.map(({ target }) => target))
    const others = mounts.filter(mount => !listed.has(mount.target) && !except.includes(mount.target))
    const fallen = others
      .filter(fellBack)
      .map(mount => fallenFinding(mount, 'it was mounted for writing', fellAt))
    const silent = [...new Set(dead)]
      .filter(target => !except.includes(target))
      .map(target =>
        finding(
          `${target} is mounted, but reading it fails`,
          undefined,
          'the kernel has shut it down or its disk is gone: see the kernel log, unmount it, check it, restore what is lost',
        ),
      )
    return [...unparsed, ...written, ...fallen, ...silent]
  },
}

interface Mount {
  readonly number: string
  readonly root: string
  readonly target: string
  readonly options: readonly string[]
  readonly type: string
  readonly source: string
  readonly superOptions: readonly string[]
}

interface Entry {
  readonly spec: string
  readonly target: string
  readonly types: readonly string[]
  readonly options: readonly string[]
  readonly device: string
  readonly number: string
}

function readMount([
  number = '',
  root = '',
  target = '',
  options = '',
  type = '',
  source = '',
  last = '',
]: readonly string[]): Mount {
  return {
    number,
    root: unescaped(root),
    target: unescaped(target),
    options: options.split(','),
    type,
    source: unescaped(source),
    superOptions: last.split(','),
  }
}

function readEntry([
  spec = '',
  target = '',
  types = '',
  options = '',
  device = '',
  number = '',
]: readonly string[]): Entry {
  return {
    spec: unescaped(spec),
    target: unescaped(target),
    types: types.split(','),
    options: options.split(','),
    device,
    number,
  }
}

/** Types that are named alike in fstab and by the kernel. */
const blockTypes = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs', 'vfat', 'jfs', 'exfat']

function judgeEntry(
  entry: Entry,
  mounts: readonly Mount[],
  swaps: readonly string[],
  fellAt: ReadonlyMap<string, string>,
): readonly Finding[] {
  const { spec, target, types, options, device } = entry
  const isOptional = options.includes('noauto')
  if (types.includes('swap')) return isOptional ? [] : judgeSwap(entry, swaps)
  const place = `${target} (${spec} in /etc/fstab)`
  if (!target.startsWith('/')) {
    return [
      finding(`${place} is not an absolute path, so it is never mounted`, undefined, 'correct the entry'),
    ]
  }
  // The last mount on a place hides those before it.
  const mount = mounts.findLast(each => each.target === target)
  if (device === '' && !(isOptional && mount === undefined)) {
    const mounted =
      mount === undefined
        ? 'and is not mounted'
        : `though ${mount.source} is mounted there now: the next boot will not find it`
    return [
      finding(
        `${place} names nothing that exists, ${mounted}`,
        undefined,
        'compare with `blkid`: attach or repair the disk, or correct the entry',
      ),
    ]
  }
  if (mount === undefined) {
    return isOptional
      ? []
      : [finding(`${place} is not mounted`, undefined, `see why with \`mount ${target}\``)]
  }
  if (mount.type === 'autofs') return []
  const wrong: Finding[] = []
  if (
    entry.number !== '-' &&
    entry.number !== mount.number &&
    mount.source !== device &&
    mount.type !== 'btrfs'
  ) {
    wrong.push(
      finding(
        `${place} should be ${device}, but ${mount.source} is mounted there`,
        undefined,
        'find out which of the two is right: then mount that one, or correct the entry',
      ),
    )
  }
  const [type = 'auto'] = types
  if (
    types.length === 1 &&
    blockTypes.includes(type) &&
    blockTypes.includes(mount.type) &&
    type !== mount.type
  ) {
    wrong.push(
      finding(`${place} should be ${type}, but is mounted as ${mount.type}`, undefined, 'correct the entry'),
    )
  }
  const isReadOnly = mount.options.includes('ro') || refusesWrites(mount)
  const wantsReadOnly = lastOf(options, 'ro', 'rw') === 'ro'
  if (isReadOnly && !wantsReadOnly) wrong.push(fallenFinding(mount, '/etc/fstab says read-write', fellAt))
  if (!isReadOnly && wantsReadOnly) {
    wrong.push(finding(`${place} should be read-only, but is mounted read-write`, undefined, remount(target)))
  }
  const lost = ['nosuid', 'nodev', 'noexec', 'noatime'].filter(
    option => lastOf(options, option, option.slice(2)) === option && !mount.options.includes(option),
  )
  if (lost.length > 0) {
    wrong.push(finding(`${place} is mounted without ${lost.join(', ')}`, undefined, remount(target)))
  }
  const subvolume = options.findLast(option => option.startsWith('subvol='))?.slice('subvol='.length)
  if (
    subvolume !== undefined &&
    mount.type === 'btrfs' &&
    mount.root !== `/${subvolume.replace(/^\//, '')}`
  ) {
    wrong.push(
      finding(
        `${place} shows the subvolume ${mount.root} instead of ${subvolume}`,
        undefined,
        'unmount it and mount it again',
      ),
    )
  }
  return wrong
}

function judgeSwap({ spec, device, options }: Entry, swaps: readonly string[]): readonly Finding[] {
  if (device === '') {
    return [
      finding(
        `swap ${spec} in /etc/fstab names nothing that exists`,
        undefined,
        'correct the entry, or take it out',
      ),
    ]
  }
  const names = [device, spec]
  if (options.includes('nofail') || swaps.some(swap => names.includes(swap))) return []
  return [
    finding(`swap ${spec} in /etc/fstab is not in use`, undefined, 'see why with `swapon --all --verbose`'),
  ]
}

const remount = (target: string): string => `\`mount -o remount ${target}\` brings it back to what is written`

/** Mounted for writing, while the file system itself refuses to: the kernel did that, because of an error. */
function fellBack(mount: Mount): boolean {
  return mount.options.includes('rw') && refusesWrites(mount)
}

/** Kernels since 6.13 say `emergency_ro` beside an unchanged `rw`. */
function refusesWrites({ superOptions }: Mount): boolean {
  return ['ro', 'emergency_ro', 'shutdown'].some(option => superOptions.includes(option))
}

function fallenFinding(mount: Mount, instead: string, fellAt: ReadonlyMap<string, string>): Finding {
  const { target, source } = mount
  const how = fellBack(mount)
    ? ': the file system itself refuses to write, which is what the kernel does after an error'
    : ''
  return finding(
    `${target} (${source}) is read-only, ${instead}${how}`,
    fellAt.get(source),
    fellBack(mount)
      ? `save what you can, unmount it, look with \`fsck -n ${source}\`, and check the disk (SMART) before it is trusted again`
      : `find out who did that and why; \`mount -o remount,rw ${target}\` brings it back`,
  )
}

/** Which of two opposite options counts: the one written last. */
function lastOf(options: readonly string[], one: string, other: string): string | undefined {
  return options.findLast(option => option === one || option === other)
}
