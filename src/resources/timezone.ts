/** The time zone of the host. */
import { z } from 'zod'
import { printed } from '../engine/printed.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { ownShell } from './paths/own-shell.ts'
import text from './timezone/timezone.sh'

/** `timezone {zone}`. */
export const timezone = resource({
  type: 'timezone',
  doc: 'The time zone of the host; programs that run keep the one that they began with.',
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
  library: ownShell('timezone', text),
  refuses: true,
  probe: ({ zone }) => sh`ops_timezone_look ${zone}`,
  parse: printed('zone', 'text', 'known'),
  // `/etc/timezone` is for the programs of Debian that read it; where there is none, none is made.
  desired: ({ zone }) => ({ zone, text: zone }),
  same: (key, actual, desired) => actual === desired || (key === 'text' && actual === 'none'),
  impossible: ({ known }, { zone }) =>
    known === 'yes'
      ? undefined
      : `the host knows no time zone ${zone}: is tzdata installed, and the name right?`,
  apply: (_change, { zone }) => [sh`ops_timezone ${zone}`],
  wayBack: () => 'files',
  changesBy: (path, _given, change) =>
    path === '/etc/localtime' ? 'name' : change?.actual.text === 'none' ? 'nothing' : 'new file',
  owns: () => ['path:/etc/localtime', 'path:/etc/timezone'],
  reads: () => ['pkg:tzdata'],
  notes: (_detail, _params, _said, change) =>
    change ? ['cron and other services go by the old zone until they are restarted'] : [],
})
