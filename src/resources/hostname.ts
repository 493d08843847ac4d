/** The name of the host, now and after a restart. */
import text from './hostname/hostname.sh'
import { ownShell, printed, resource, sh, z } from './written-with.ts'

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
  undone: 'The former name, now and at the next boot.',
  params,
  examples: [
    { title: 'A short name', params: { name: 'web1' } },
    { title: 'A name with its domain', params: { name: 'web1.example.org' } },
  ],
  identity: ({ name }) => name,
  library: ownShell('hostname', text),
  refuses: true,
  probe: ({ name }) => sh`ops_hostname_look ${name}`,
  parse: printed('now', 'static', 'address'),
  desired: ({ name }) => ({ now: name, static: name, address: 'named' }),
  same: (key, actual, desired) => actual === desired || (key === 'address' && actual === 'none'),
  apply: (_change, { name }) => [sh`ops_hostname ${name}`],
  wayBack: ({ actual }, { name }) =>
    actual.static !== '' && actual.static === actual.now
      ? { params: { name: actual.static }, left: { now: name, static: name }, withFiles: true }
      : 'files',
  changesBy: (path, _given, change) =>
    path === '/etc/hosts' && change?.actual.address === 'none' ? 'nothing' : 'new file',
  owns: () => ['path:/etc/hostname', 'path:/etc/hosts#127.0.1.1'],
})
