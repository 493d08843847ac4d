/** A setting of the kernel, now and at the next boot. */
import { basename } from 'node:path'
import text from './sysctl/sysctl.sh'
import {
  bootKeys,
  bootLookLibrary,
  bootPlaces,
  lackingDirectory,
  lastAtBoot,
  neededUnlessAbsent,
  oneLine,
  ownFile,
  ownFileFound,
  ownFileImpossible,
  ownFileKeys,
  ownShell,
  presence,
  printed,
  resource,
  sh,
  unreadAtBoot,
  z,
} from './written-with.ts'

/** sysctl(8): a dot that comes first means a slash and a slash a dot; behind a slash that comes first all is as it stands. */
const swapped = (text: string) => text.replaceAll(/[./]/g, each => (each === '.' ? '/' : '.'))
const wayOf = (key: string) => (/^[^/]*\./.test(key) ? swapped(key) : key)

const stripped = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')

const isNumbers = (value: string) => /^[\s\d-]+$/.test(value)

/** The kernel parts numbers by tabs, people by blanks; in other texts (`kernel.core_pattern`) every blank counts. */
const plain = (value: string) => (isNumbers(value) ? value.trim().replaceAll(/\s+/g, ' ') : stripped(value))

const params = z
  .strictObject({
    key: z
      .string()
      .refine(
        key => /^\w+(?:\/\w[\w@+.-]*)+$/.test(wayOf(key)),
        'must be the name of one setting, such as net.ipv4.ip_forward or net/ipv4/conf/eth0.5/forwarding',
      )
      .transform(key => swapped(wayOf(key)))
      .describe('Its name, with dots or with slashes: `net.ipv4.ip_forward`.'),
    value: z
      .union([z.string(), z.number().int()])
      .transform(given => plain(String(given)))
      .refine(text => oneLine.min(1).safeParse(text).success, 'must be one line that is not empty')
      // The kernel takes 0x10 and 010, and shows 16 and 8.
      .refine(
        text => !/(?:^| )[+-]?0[\dx]/i.test(text),
        'must have its numbers in decimal, without a zero before them',
      )
      .optional()
      .describe('What it is set to; several numbers are parted by blanks.'),
    state: presence('`absent`: its file is gone; what runs, and what other files set at boot, stays.'),
  })
  .refine(...neededUnlessAbsent('value'))

/** Read after /etc/sysctl.d/99-sysctl.conf, which is /etc/sysctl.conf; no name of an interface has a colon in it. */
const fileOf = (key: string) => `/etc/sysctl.d/99-zz-${key.replaceAll('/', ':')}.conf`

const lineOf = (key: string, value: string) => `${key} = ${value}`

/** What finds the lines that may set it, however they spell it. */
const patternOf = (key: string) =>
  `^[ \t]*-?[ \t]*[./]*${key.replaceAll('+', '[+]').split(/[./]/).join('[./]+')}[./]*[ \t]*(=|$)`

/** What a line of sysctl.d(5) sets the key to, if it does: one that is `-key` alone takes it out, and it has no value then. */
function settingIn(line: string, key: string): string | undefined {
  const [, left = '', sign, value = ''] = /^([^=]*)(=?)(.*)$/.exec(stripped(line)) ?? []
  if (/^[#;]/.test(left) || (sign === '' && !left.startsWith('-'))) return undefined
  const way = wayOf(stripped(stripped(left).replace(/^-/, ''))).replaceAll(/\/(?:\.?\/)+/g, '/')
  return way.replaceAll(/^\/|\/$/g, '') === wayOf(key) ? plain(value) : undefined
}

const read = printed(...ownFileKeys, ...bootKeys, 'known', 'now')

/** `sysctl {key, value, state}`. */
export const sysctl = resource({
  type: 'sysctl',
  doc: 'A setting of the kernel: as it runs, and at boot by a file of its own in /etc/sysctl.d.',
  params,
  examples: [
    { title: 'Forward packets', params: { key: 'net.ipv4.ip_forward', value: '1' } },
    { title: 'Several numbers', params: { key: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' } },
    {
      title: 'One interface, whose name has a dot',
      params: { key: 'net/ipv4/conf/eth0.5/rp_filter', value: '2' },
    },
    { title: 'No longer set at boot', params: { key: 'vm.swappiness', state: 'absent' } },
  ],
  identity: ({ key }) => key,
  library: [...ownShell('sysctl', text), bootLookLibrary],
  refuses: true,
  probe: ({ key }) => sh`
    ops_tell_own ${fileOf(key)} && ops_sysctl_now ${wayOf(key)} && ops_boot_reader systemd-sysctl || return
    ops_boot_lines sysctl.d ${basename(fileOf(key))} ${patternOf(key)}`,
  parse: (observation, { key, value }) => {
    const { lines, ...found } = ownFileFound(read(observation))
    const last = lastAtBoot(found.reader, lines, value, line => settingIn(line, key))
    return { ...found, now: plain(found.now), ...last }
  },
  desired: ({ key, value }) =>
    value === undefined ? ownFile(undefined) : { ...ownFile(lineOf(key, value)), now: value, boot: value },
  impossible: ({ known, reader, boot, by, ...found }, { key, value }) => {
    const file = fileOf(key)
    const other = ownFileImpossible(file, found)
    if (other !== undefined || value === undefined) return other
    if (known === 'no') return `the kernel knows no ${key} now: is the name right, and its module loaded?`
    if (known === 'unreadable') return `${key} cannot be read, so nobody could tell whether it is set`
    if (known === 'locked')
      return `${key} cannot be written here: it is read-only, or belongs to the host of this container`
    const unread = unreadAtBoot('sysctl.d', 'systemd-sysctl', reader)
    if (unread !== undefined || by === '' || by === file || boot === value) return unread
    return `${by} is read later at boot and ${boot === '' ? `takes ${key} out` : `sets ${key} to ${boot}`}: change it there`
  },
  lacks: lackingDirectory,
  apply: ({ actual }, { key, value }) => {
    const file = fileOf(key)
    if (value === undefined) return [sh`ops_remove ${file}`]
    return [sh`ops_sysctl ${wayOf(key)} ${value} ${String(actual.now)} ${file} ${lineOf(key, value)}`]
  },
  wayBack: ({ actual }, { key, value }) => {
    if (value === undefined || actual.file !== 'absent') return 'files'
    const goesOn = { stays: `the kernel goes on with ${value}; it was ${actual.now}` }
    return {
      params: { key, state: 'absent' },
      left: ownFile(lineOf(key, value)),
      withFiles: true,
      ...(actual.now !== value && goesOn),
    }
  },
  owns: ({ key }) => [`path:${fileOf(key)}`, `path:/proc/sys/${wayOf(key)}`],
  // One setting can move others beside it, as ip_forward does with conf/all/forwarding.
  affects: ({ key, value }) => [
    `path:${fileOf(key)}`,
    ...(value === undefined ? [] : [`path:/proc/sys/${wayOf(key).split('/', 1)[0]}/` as const]),
  ],
  reads: () => [...bootPlaces('sysctl.d'), 'path:/etc/sysctl.conf', 'unit:systemd-sysctl'],
  notes: (_detail, { key, value }, _said, change) => {
    if (change === undefined) return []
    if (value === undefined) return ['what runs is left as it is: ops cannot know what it was before']
    const isOdd = isNumbers(String(change.actual.now)) && !isNumbers(value)
    return [
      ...(isOdd
        ? [
            `it is a number now: whether the kernel takes ${value} shows when it is set; if not, nothing is changed`,
          ]
        : []),
      ...(key.startsWith('net.')
        ? [
            'should this cut our own access, ops cannot put it back: `access: { undo: … }` of the step says how',
          ]
        : []),
    ]
  },
})
