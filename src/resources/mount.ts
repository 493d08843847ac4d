/** One file system: mounted now, and at each boot. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { mountChangeLibrary } from './mount/change.ts'
import { fstabWord } from './mount/fstab-word.ts'
import { mountLookLibrary } from './mount/look.ts'
import { lookLibrary } from './paths/look.ts'
import { entryPath, oneLine, presence, readKeys } from './paths/params.ts'

const option = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:=/@%+-]*$/, 'must be one option of mount(8)')

const params = z
  .strictObject({
    path: entryPath.describe('Where it is mounted; made when it is not there, and empty until then.'),
    device: oneLine
      .regex(/^[^\s#-]\S*(?: \S+)*$/, 'must be a device, `UUID=...`, HOST:PATH or a name such as tmpfs')
      .optional()
      .describe('What is mounted: `UUID=...`, `/dev/sdb1`, `nas:/export`, a folder with the option bind.'),
    type: z
      .string()
      .regex(/^[a-z0-9._-]+$/, 'must be a type of mount(8)')
      .default('auto')
      .describe('Such as `ext4`, `nfs`, `tmpfs`.'),
    options: z
      .array(option)
      .default([])
      .describe(
        'Such as `noatime`. `nofail` is added, so that a lost disk does not keep the host from booting; see `required`.',
      ),
    required: z.boolean().default(false).describe('Without it the host is not to boot: leaves `nofail` out.'),
    fsck: z.boolean().default(false).describe('Checked at boot, after the root file system.'),
    state: presence('Mounted, or neither that nor in fstab.'),
  })
  .refine(({ state, device }) => state === 'absent' || device !== undefined, {
    path: ['device'],
    message: 'is missing: what is to be mounted',
  })

type MountParams = z.output<typeof params>

const optionsOf = ({ options, required }: MountParams): string => {
  const all = [...options, ...(required || options.includes('nofail') ? [] : ['nofail'])]
  return all.length === 0 ? 'defaults' : [...new Set(all)].join(',')
}

/** What `mount -o remount` may be told: the rest is for the boot. */
const flagsOf = (given: MountParams) =>
  optionsOf(given)
    .split(',')
    .filter(each => !/^(?:nofail|auto|noauto|x-.*|_netdev|defaults)$/.test(each))
    .join(',')

/** As systemd-escape(1) spells it. */
const unitNameOf = (path: string) =>
  `${Buffer.from(path.slice(1))
    .toString('latin1')
    .replaceAll(/^\.|[^A-Za-z0-9:_./]/g, byte => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll('/', '-')}.mount`

/** What follows device and path in its line. */
const restOf = (given: MountParams) => `${given.type} ${optionsOf(given)} 0 ${given.fsck ? 2 : 0}`

const wordsOf = (given: MountParams) => [given.device ?? '', given.path, flagsOf(given) || 'rw']

/** `mount {path, device, type, options, required, fsck, state}`. */
export const mount = resource({
  type: 'mount',
  doc: 'A file system that is mounted now and, by its line of /etc/fstab, at each boot; one in use is never unmounted.',
  undone:
    'One that is new is unmounted, where nobody uses it, and leaves fstab, and a directory that was made for it stays; else fstab is put back as it was.',
  params,
  examples: [
    {
      title: 'A disk for data',
      params: {
        path: '/srv/data',
        device: 'UUID=0a3407de-014b-458b-b5c1-848e92a327a3',
        type: 'ext4',
        options: ['noatime'],
        fsck: true,
      },
    },
    {
      title: 'Memory for temporary files',
      params: {
        path: '/var/cache/build',
        device: 'tmpfs',
        type: 'tmpfs',
        options: ['size=512m', 'nodev', 'nosuid'],
      },
    },
    { title: 'No longer', params: { path: '/mnt/old', state: 'absent' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, mountLookLibrary, writeLibrary, mountChangeLibrary],
  refuses: true,
  takesBack: true,
  probe: given => sh`ops_mount_look ${[...wordsOf(given), given.type]}`,
  parse: observation => {
    const {
      fstab = '',
      mounted = '',
      lacks,
      below,
      why,
      unit,
      asked,
    } = readKeys(observation, ['fstab', 'mounted'])
    return {
      fstab,
      mounted,
      ...(lacks !== undefined && { lacks }),
      ...(below !== undefined && { below }),
      ...(why !== undefined && { why }),
      ...(unit !== undefined && { unit }),
      ...(asked !== undefined && { asked }),
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { fstab: 'none', mounted: 'no' }
      : {
          fstab: `${fstabWord(given.device ?? '')} ${fstabWord(given.path)} ${restOf(given)}`,
          mounted: 'yes',
          lacks: 'none',
        },
  impossible: ({ mounted = '', below, why }, given) => {
    const isThere = given.state === 'present' ? 'yes' : 'no'
    if (why !== undefined && mounted !== isThere)
      return `${given.path} is no safe place for mount(8), which goes there by its name: ${why}`
    if (given.state === 'absent') return undefined
    if (mounted !== 'yes' && mounted !== 'no')
      return `${mounted} is mounted at ${given.path} already: unmount it first, if that was not meant`
    if (below === 'filled') return `${given.path} is not empty: what lies in it would be hidden`
    return below === 'occupied' ? `${given.path} is there and is not a folder` : undefined
  },
  notes: (detail, { state }, _said, change) =>
    change && state === 'present' && detail !== '' ? [`makes ${detail.trim()}`] : [],
  // At boot systemd goes by its own units first.
  beside: ({ unit, asked }, { path, state }) => {
    const [decides, wrong] =
      state === 'present'
        ? [unit, `is what systemd goes by at boot, in the place of the line of ${path} in /etc/fstab`]
        : [asked, `has ${path} mounted again at the next boot`]
    return decides === undefined ? [] : [{ path: String(decides), what: wrong, wrong }]
  },
  apply: (_change, given) => [
    given.state === 'absent'
      ? sh`ops_mount_absent ${given.path}`
      : sh`ops_mount ${wordsOf(given)} ${restOf(given)}`,
  ],
  wayBack: ({ actual, desired }, { path, state }) =>
    state === 'present' && actual.fstab === 'none' && actual.mounted === 'no'
      ? {
          params: { path, state: 'absent' },
          left: { fstab: desired.fstab ?? '' },
          withFiles: true,
          ...(actual.below === 'absent' && { stays: `the directory ${path} that was made for it stays` }),
        }
      : 'files',
  // What is mounted there is not written to.
  changesBy: (path, _given, change) =>
    path === '/etc/fstab' && (!change || change.keys.some(({ key }) => key === 'fstab'))
      ? 'new file'
      : 'nothing',
  owns: ({ path }) => [`path:/etc/fstab#${path}`, `path:${path}`],
  reads: ({ device = '', path }) => [
    'path:/etc/fstab',
    `path:/etc/systemd/system/${unitNameOf(path)}`,
    ...(device.startsWith('/') ? [`path:${device}` as const] : []),
  ],
  affects: ({ path }) => ['path:/etc/fstab', `path:${path}`],
  redirects: ({ path }) => [`path:${path}/`],
})
