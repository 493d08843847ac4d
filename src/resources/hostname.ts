/** The name of the host, now and after a restart. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { hostnameChangeLibrary } from './hostname/change.ts'
import { hostnameLookLibrary } from './hostname/look.ts'
import { readKeys } from './paths/params.ts'

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'

const params = z.strictObject({
  name: z
    .string()
    .max(64, 'must have 64 characters at most (hostname(7))')
    .regex(
      new RegExp(`^${label}(?:\\.${label})*$`),
      'must be labels of small letters, digits and hyphens with dots between',
    )
    .describe('`web1`, or with its domain `web1.example.org`.'),
})

/** `hostname {name}`. */
export const hostname = resource({
  type: 'hostname',
  doc: 'The name of the host, now and after a restart, and its line 127.0.1.1 in /etc/hosts where there is one.',
  params,
  examples: [
    { title: 'A short name', params: { name: 'web1' } },
    { title: 'A name with its domain', params: { name: 'web1.example.org' } },
  ],
  identity: ({ name }) => name,
  library: [wayLibrary, hostnameLookLibrary, writeLibrary, hostnameChangeLibrary],
  refuses: true,
  probe: ({ name }) => sh`ops_hostname_look ${name}`,
  parse: observation => {
    const {
      now = '',
      static: onDisk = '',
      address = '',
    } = readKeys(observation, ['now', 'static', 'address'])
    return { now, static: onDisk, address }
  },
  desired: ({ name }) => ({ now: name, static: name, address: 'named' }),
  same: (key, actual, desired) => actual === desired || (key === 'address' && actual === 'none'),
  apply: (_change, { name }) => [sh`ops_hostname ${name}`],
  owns: () => ['path:/etc/hostname', 'path:/etc/hosts#127.0.1.1'],
})
