/** A setting of the kernel, now and at the next boot. */
import text from './sysctl/sysctl.sh'
import {
  lackingDirectory,
  neededUnlessAbsent,
  oneLine,
  ownShell,
  presence,
  printed,
  resource,
  sh,
  z,
} from './written-with.ts'

/** sysctl(8): a dot that comes first means a slash and a slash a dot; behind a slash that comes first all is as it stands. */
const swapped = (text: string) => text.replaceAll(/[./]/g, each => (each === '.' ? '/' : '.'))
const wayOf = (key: string) => (/^[^/]*\./.test(key) ? swapped(key) : key)

/** The kernel parts numbers by tabs, people by blanks; in other texts (`kernel.core_pattern`) every blank counts. */
const plain = (value: string) =>
  /^[\s\d-]+$/.test(value) ? value.trim().replaceAll(/\s+/g, ' ') : value.replace(/^[ \t]+|[ \t]+$/g, '')

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

const folders = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'] as const

const read = printed(
  ...(['kind', 'why?', 'to?', 'mode?', 'owner?', 'group?'] as const),
  ...(['known', 'now', 'line', 'reader', 'boot', 'by', 'bare', 'bareBy'] as const),
)

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
  library: ownShell('sysctl', text),
  refuses: true,
  probe: ({ key }) => sh`ops_sysctl_look ${wayOf(key)} ${fileOf(key)}`,
  parse: (observation, { value }) => {
    const { mode, owner, group, bare, bareBy, ...found } = read(observation)
    // With what is in /run and without it, it has to be the same.
    const wins = plain(found.boot) === value ? { boot: bare, by: bareBy } : found
    // What nothing reads at boot sets nothing.
    const boot = found.reader === 'systemd-sysctl' ? plain(wins.boot) : ''
    const dress = mode === undefined ? '' : `${mode} ${owner}:${group}`
    return { ...found, dress, now: plain(found.now), boot, by: wins.by }
  },
  desired: ({ key, value }) =>
    value === undefined
      ? { kind: 'absent' }
      : {
          kind: 'file',
          dress: '644 root:root',
          line: lineOf(key, value),
          now: value,
          boot: value,
        },
  impossible: ({ kind, why, known, reader, boot, by }, { key, value }) => {
    if (kind === 'refused') return String(why)
    if (kind !== 'file' && kind !== 'absent') return `${fileOf(key)} is a ${kind}, not a file`
    if (value === undefined) return undefined
    if (known === 'no') return `the kernel knows no ${key} now: is the name right, and its module loaded?`
    if (known === 'unreadable') return `${key} cannot be read, so nobody could tell whether it is set`
    if (known === 'locked')
      return `${key} cannot be written here: it is read-only, or belongs to the host of this container`
    if (reader !== 'systemd-sysctl') {
      const lack = reader === 'masked' ? 'systemd-sysctl.service is masked' : 'there is no systemd-sysctl'
      return `nothing reads /etc/sysctl.d at boot: ${lack}`
    }
    if (by === '' || boot === value) return undefined
    return `${by} is read later at boot and ${boot === '' ? `takes ${key} out` : `sets ${key} to ${boot}`}: change it there`
  },
  lacks: lackingDirectory,
  apply: ({ actual }, { key, value }) => {
    const file = fileOf(key)
    if (value === undefined) return [sh`ops_remove ${file}`]
    return [sh`ops_sysctl ${wayOf(key)} ${value} ${String(actual.now)} ${file} ${lineOf(key, value)}`]
  },
  wayBack: ({ actual }, { key, value }) => {
    if (value === undefined || actual.kind !== 'absent') return 'files'
    const goesOn = { stays: `the kernel goes on with ${value}; it was ${actual.now}` }
    return {
      params: { key, state: 'absent' },
      left: { kind: 'file', dress: '644 root:root', line: lineOf(key, value) },
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
  reads: () => [
    ...folders.map(each => `path:${each}/sysctl.d/` as const),
    'path:/etc/sysctl.conf',
    'unit:systemd-sysctl',
  ],
  notes: (_detail, { key, value }, _said, change) => {
    if (change === undefined) return []
    if (value === undefined) return ['what runs is left as it is: ops cannot know what it was before']
    return key.startsWith('net.')
      ? ['should this cut our own access, ops cannot put it back: `access: { undo: … }` of the step says how']
      : []
  },
})
