/** The time zone of the host. */
import { plainShell, printed, resource, sh, z } from './written-with.ts'

const placeOf = (zone: string) => `/usr/share/zoneinfo/${zone}`
const read = printed('zone', 'text', 'known')

/** `timezone {zone}`. */
export const timezone = resource({
  type: 'timezone',
  doc: 'The time zone of the host; programs that run keep the one that they began with.',
  undone: 'The former time zone.',
  params: z.strictObject({
    zone: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9][A-Za-z0-9_+-]*)*$/,
        'must be the name of a zone, such as Europe/Berlin or UTC',
      )
      .describe('Its name in the time zone database: `Europe/Berlin`, `UTC`.'),
  }),
  examples: [
    { title: 'As servers should', params: { zone: 'UTC' } },
    { title: 'Where people are', params: { zone: 'Europe/Berlin' } },
  ],
  identity: ({ zone }) => zone,
  library: plainShell,
  refuses: true,
  probe: ({ zone }) => sh`
    ops_tell_link zone /etc/localtime /zoneinfo/ && ops_tell_line text /etc/timezone && ops_tell_file known ${placeOf(zone)}`,
  // A name of a zone may be a link to another one: what was written is what counts.
  parse: observation => {
    const found = read(observation)
    return { ...found, zone: found.zone.replace(/^.*\/zoneinfo\//, '') }
  },
  // `/etc/timezone` is for the programs of Debian that read it; where there is none, none is made.
  desired: ({ zone }) => ({ zone, text: zone }),
  same: (key, actual, desired) => actual === desired || (key === 'text' && actual === 'none'),
  impossible: ({ known }, { zone }) =>
    known === 'yes'
      ? undefined
      : `the host knows no time zone ${zone}: is tzdata installed, and the name right?`,
  // What comes behind a first part says by `ops_then` that it cannot be a refusal any more.
  apply: ({ actual }, { zone }) => [
    ...(actual.zone === 'a file'
      ? [sh`ops_remove /etc/localtime`, sh`ops_then ops_symlink /etc/localtime ${placeOf(zone)}`]
      : [sh`ops_symlink /etc/localtime ${placeOf(zone)}`]),
    sh`[ ! -f /etc/timezone ] || ops_then ops_write /etc/timezone -- printf '%s\\n' ${zone}`,
  ],
  wayBack: () => 'files',
  changesBy: (path, _given, change) =>
    path === '/etc/localtime' ? 'name' : change?.actual.text === 'none' ? 'nothing' : 'new file',
  owns: () => ['path:/etc/localtime', 'path:/etc/timezone'],
  reads: () => ['pkg:tzdata'],
  notes: (_detail, _params, _said, change) =>
    change ? ['cron and other services go by the old zone until they are restarted'] : [],
})
