/** A file that the kernel swaps to. */
import { z } from 'zod'
import { printed } from '../engine/printed.ts'
import type { Value } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { fstabWord } from './mount/fstab-word.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { entryPath, presence } from './paths/params.ts'
import { swapChangeLibrary } from './swap-file/change.ts'
import { swapLookLibrary } from './swap-file/look.ts'

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }
const leastBytes = 2 ** 20

const params = z
  .strictObject({
    path: entryPath.default('/swapfile').describe('Where it lies.'),
    size: z
      .string()
      .regex(/^[1-9]\d{0,14}[KMGT]?$/, 'must be a number with K, M, G or T, such as 2G')
      .transform(text => Number.parseInt(text, 10) * (units[text.replace(/^\d+/, '')] ?? 1))
      .refine(bytes => bytes >= leastBytes && bytes % 4096 === 0, 'must be 1M or more, in whole pages of 4K')
      .optional()
      .describe('Such as `2G`, of 1024 MB each.'),
    priority: z
      .number()
      .int()
      .min(0)
      .max(32767)
      .optional()
      .describe('Among several: the highest is used first. Left out: as the kernel has it.'),
    state: presence('In use, or gone.'),
  })
  .refine(({ state, size }) => state === 'absent' || size !== undefined, {
    path: ['size'],
    message: 'is missing: such as `2G`',
  })
  .refine(({ state, size }) => state === 'present' || size === undefined, {
    path: ['size'],
    message: 'is for a file that is present',
  })

type SwapParams = z.output<typeof params>

/** stat(1)'s names of what keeps no fixed blocks on a disk of its own for a file. */
const noSwap: Readonly<Record<string, string>> = {
  btrfs:
    'btrfs takes one only where nothing is copied on write: make it by `btrfs filesystem mkswapfile`, and name it to `mount` of fstab',
  zfs: 'zfs takes no swap files: make a volume (zvol) for it',
  tmpfs: 'tmpfs lies in memory itself',
  ramfs: 'ramfs lies in memory itself',
  overlayfs: 'overlayfs takes no swap files: name a path on a disk of the host',
  nfs: 'what is on another machine (nfs) may need memory to be written to',
  smb2: 'what is on another machine (smb) may need memory to be written to',
  fuseblk: 'a file system in user space may need memory to be written to',
  squashfs: 'squashfs is never written to',
}

const optionsOf = ({ priority }: SwapParams) => (priority === undefined ? 'sw' : `sw,pri=${priority}`)
const lineOf = (given: SwapParams) => `${fstabWord(given.path)} none swap ${optionsOf(given)} 0 0`

/** Words of fstab that ask for nothing of their own. */
const idle = new Set(['sw', 'defaults', 'nofail', 'auto', 'rw'])
/** One spelling of a line of fstab. */
const plainLine = (line: string) => {
  const [device, , type, options = ''] = line.split(' ')
  if (type !== 'swap') return line
  const own = options.split(',').filter(word => word !== '' && !idle.has(word))
  return [device, type, ...own.sort()].join(' ')
}

/** Why nobody may set swap on this host, where that is asked. */
const forbiddenHere = (
  { rights, active }: { rights?: Value | undefined; active?: Value | undefined },
  state: SwapParams['state'],
) =>
  rights !== 'yes' && (state === 'present' || active !== 'no')
    ? `nobody may set swap here: ${String(rights).replace(/^no \(|\.?\)$/g, '')}. It belongs to the machine that this container runs on`
    : undefined

const read = printed(
  ...(['kind', 'why?', 'to?', 'mode?', 'owner?', 'group?'] as const),
  ...(['size?', 'space?', 'active?', 'fstab?', 'rights?', 'type?'] as const),
)

/** `swapFile {path, size, priority, state}`. */
export const swapFile = resource({
  type: 'swapFile',
  doc: 'A file that the kernel swaps to, now and by its line of /etc/fstab at each boot; how eagerly is a matter of `sysctl` (vm.swappiness).',
  undone: 'One that it made goes out of use and is removed; another has its former size again.',
  params,
  examples: [
    { title: 'Two gigabytes', params: { size: '2G' } },
    { title: 'Used before all others', params: { path: '/srv/swap', size: '512M', priority: 10 } },
    { title: 'None', params: { path: '/old swap', state: 'absent' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, swapLookLibrary, writeLibrary, swapChangeLibrary],
  refuses: true,
  takesBack: true,
  probe: ({ path }) => sh`ops_swap_look ${path}`,
  parse: (observation, given) => {
    const { mode, owner, group, fstab = 'none', active = 'no', rights = 'yes', ...found } = read(observation)
    const [isOn = '', priority = ''] = active.split(' ')
    // What the kernel uses is told to everybody: without a right to it, it may be the file of another machine's.
    const isSure = rights === 'yes' || isOn === 'no'
    return {
      ...found,
      file:
        found.kind !== 'file'
          ? found.kind
          : found.space === 'no'
            ? 'a file that is no swap space'
            : 'swap space',
      'mode and owner': mode === undefined ? '' : `${mode} ${owner}:${group}`,
      fstab:
        given.state === 'present' && plainLine(fstab) === plainLine(lineOf(given)) ? lineOf(given) : fstab,
      active: isSure ? isOn : 'unknown',
      priority,
      rights,
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { file: 'absent', active: 'no', fstab: 'none' }
      : {
          file: 'swap space',
          size: String(given.size),
          space: 'yes',
          'mode and owner': '600 root:root',
          active: 'yes',
          fstab: lineOf(given),
          ...(given.priority !== undefined && { priority: String(given.priority) }),
        },
  impossible: ({ kind, file, why, rights, active, type = '', size }, { path, state, ...given }) => {
    if (kind === 'refused') return String(why)
    if (kind !== 'file' && kind !== 'absent') return `${path} is a ${kind}, and no file`
    if (file === 'a file that is no swap space')
      return `${path} is there and is no swap space: it would be lost`
    if (active === 'deleted')
      return `the kernel still swaps to a file of this name that was deleted: only a new start of the host ends that`
    const forbidden = forbiddenHere({ rights, active }, state)
    if (forbidden !== undefined) return forbidden
    if (state === 'absent' || String(given.size) === size) return undefined
    return noSwap[String(type)] === undefined ? undefined : `${path} lies on ${type}: ${noSwap[String(type)]}`
  },
  lasting: ({ rights, active }, { state }) => forbiddenHere({ rights, active }, state),
  apply: ({ keys }, given) => [
    given.state === 'absent'
      ? sh`ops_swap_absent ${given.path}`
      : sh`ops_swap_present ${given.path} ${String(given.size)} ${given.priority === undefined ? '' : String(given.priority)} ${keys.some(({ key }) => key === 'fstab') ? lineOf(given) : ''}`,
  ],
  wayBack: ({ actual, desired }, { path }) => {
    if (actual.file === 'absent')
      return {
        params: { path, state: 'absent' },
        left: { ...desired, fstab: desired.fstab ?? '' },
        withFiles: true,
      }
    if (actual.active !== 'yes') return { cannot: 'it was there and not in use, which no step asks for' }
    const { priority } = actual
    const former =
      Number(priority) >= 0 && /pri=/.test(String(actual.fstab)) ? { priority: Number(priority) } : {}
    return { params: { path, size: String(actual.size), ...former }, withFiles: true }
  },
  lacks: lackingDirectory,
  changesBy: (path, { state }, change) => {
    if (path !== '/etc/fstab' && state === 'absent') return 'name'
    const keys = path === '/etc/fstab' ? ['fstab'] : ['file', 'size', 'space']
    return !change || change.keys.some(({ key }) => keys.includes(key)) ? 'new file' : 'nothing'
  },
  owns: ({ path }) => [`path:${path}`, `path:/etc/fstab#${path}`],
  reads: () => ['path:/etc/fstab'],
  affects: ({ path }) => [`path:${path}`, 'path:/etc/fstab'],
  applySeconds: 1800,
})
