/** A certificate of Let's Encrypt or another ACME server, which certbot gets and renews. */
import { z } from 'zod'
import { printed } from '../engine/printed.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { certificateChangeLibrary } from './certificate/change.ts'
import { certificateLookLibrary } from './certificate/look.ts'
import { absolutePath, oneLine, presence } from './paths/params.ts'
import { programFolders } from './paths/program-folders.ts'

const isDomain = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

const domain = z.string().refine(text => isDomain.test(text), {
  error: ({ input }) =>
    String(input).startsWith('*.')
      ? 'a wildcard needs a DNS plugin of certbot, which is not driven from here'
      : 'must be the whole name of a host in small letters, such as www.example.org',
})

const params = z.strictObject({
  names: z
    .array(domain)
    .min(1)
    .max(100)
    .refine(names => new Set(names).size === names.length, 'must not name one twice')
    .describe('What it is for, exactly; the first one names its folder, /etc/letsencrypt/live/NAME.'),
  webroot: absolutePath
    .refine(
      path => !/[,#'"%]/.test(path),
      'must be without commas, quotes, # and %, which certbot does not keep as they are',
    )
    .optional()
    .describe(
      'The folder that a web server of the host serves these names from. Left out: certbot listens on port 80 itself.',
    ),
  email: z.email().optional().describe('Who is told when it is about to expire. Left out: nobody.'),
  keyType: z.enum(['ecdsa', 'rsa']).default('ecdsa').describe('Of its key.'),
  hook: oneLine
    .refine(text => text.trim() === text && text !== '', 'must be a command')
    .refine(
      text => !text.includes('%(') && !/"""|'''/.test(text),
      'certbot cannot keep %( or three quotes in a row: put it into a script of its own, and name that',
    )
    .optional()
    .describe('Run by certbot once it is issued and after each renewal: `systemctl reload nginx`.'),
  server: z
    .url({ protocol: /^https$/ })
    .default('https://acme-v02.api.letsencrypt.org/directory')
    .describe('The directory of the ACME server.'),
  state: presence('`absent`: certbot deletes it.'),
})

type CertificateParams = z.output<typeof params>

const nameOf = ({ names }: CertificateParams) => names[0] ?? ''
const sorted = (names: readonly string[]) => [...names].sort().join(' ')
const lineage = (given: CertificateParams) => `/etc/letsencrypt/live/${nameOf(given)}/`
const conf = (given: CertificateParams) => `/etc/letsencrypt/renewal/${nameOf(given)}.conf`

const read = printed(
  ...(['program', 'certificate?', 'renewal?', 'names?', 'keyType?', 'until?', 'issuer?', 'key?'] as const),
  ...(['valid?', 'server?', 'way?', 'webroot?', 'hook?', 'hookRun?'] as const),
)

/** `certificate {names, webroot, email, keyType, hook, server, state}`. */
export const certificate = resource({
  type: 'certificate',
  doc: 'A certificate for exactly these names, which certbot gets from an ACME server and renews by its timer; one that is valid is never issued again.',
  undone:
    'One that it brought goes, with its renewal; another `hook` is the former one again. What the ACME server has issued, or what was deleted, stays so.',
  params,
  examples: [
    {
      title: 'Behind nginx, which serves the folder',
      params: {
        names: ['example.org', 'www.example.org'],
        webroot: '/var/www/html',
        email: 'admin@example.org',
        hook: 'systemctl reload nginx',
      },
    },
    { title: 'On a host without a web server', params: { names: ['mail.example.org'], keyType: 'rsa' } },
    { title: 'No longer', params: { names: ['old.example.org'], state: 'absent' } },
  ],
  identity: nameOf,
  library: [wayLibrary, certificateLookLibrary, writeLibrary, certificateChangeLibrary],
  refuses: true,
  probe: given => sh`ops_cert_look ${nameOf(given)}`,
  parse: observation => {
    const { program, certificate = 'absent', names, ...found } = read(observation)
    return { ...found, program, certificate, ...(names !== undefined && { names: sorted(names.split(',')) }) }
  },
  desired: given =>
    given.state === 'absent'
      ? { certificate: 'absent' }
      : {
          certificate: 'present',
          names: sorted(given.names),
          valid: 'yes',
          key: 'yes',
          keyType: given.keyType,
          server: given.server,
          way: given.webroot === undefined ? 'standalone' : 'webroot',
          ...(given.webroot !== undefined && { webroot: given.webroot }),
          hook: given.hook ?? '',
          ...(given.hook !== undefined && { hookRun: 'done' }),
          renewal: 'yes',
        },
  needs: ({ program, certificate }, { state }) =>
    program === 'no' && (state === 'present' || certificate !== 'absent')
      ? {
          what: 'no certbot',
          packages: /^certbot$/,
          by: programFolders,
          next: "Put a step before it that installs it, such as apt({ packages: ['certbot'] }).",
        }
      : undefined,
  impossible: ({ certificate, renewal }, given) => {
    const name = nameOf(given)
    if (certificate === 'unknown')
      return `certbot does not know ${name}, as ${conf(given)} is not there, and yet there is live/${name} or archive/${name} in /etc/letsencrypt: move them away`
    if (given.state === 'absent') return undefined
    if (certificate === 'broken')
      return `${conf(given)} is there, but no certificate in ${lineage(given)}: \`certbot delete --cert-name ${name}\` clears away what is left of it`
    return renewal === 'none'
      ? 'nothing would renew it: this certbot came without a timer of systemd'
      : undefined
  },
  apply: ({ keys, actual }, given) => {
    const name = nameOf(given)
    if (given.state === 'absent') return [sh`ops_cert_absent ${name}`]
    const differs = new Set<string>(keys.map(({ key }) => key))
    const isNew = [...differs].some(key => !['hook', 'hookRun', 'renewal'].includes(key))
    return [
      ...(isNew ? [issue(given, actual.certificate === 'present')] : []),
      ...(differs.has('hook') && (!isNew || given.hook === undefined)
        ? [sh`ops_cert_hook ${name} ${given.hook === undefined ? '' : quoted(given.hook)}`]
        : []),
      ...(differs.has('hookRun') && !isNew && given.hook !== undefined
        ? [sh`ops_cert_run_hook ${name} ${given.hook} ${given.names}`]
        : []),
      ...(differs.has('renewal') ? [sh`ops_cert_timer`] : []),
    ]
  },
  wayBack: ({ keys, actual }, given) => {
    if (given.state === 'present' && actual.certificate === 'absent')
      return {
        params: { names: given.names, state: 'absent' },
        left: { certificate: 'present', names: sorted(given.names) },
        stays: 'the account at the ACME server',
        withFiles: true,
      }
    if (given.state === 'absent' || keys.some(({ key }) => key !== 'hook' && key !== 'hookRun'))
      return { cannot: 'what an ACME server has issued stays issued, and what was deleted is gone' }
    if (keys.some(({ key }) => key === 'hookRun')) return { cannot: 'what a hook has done stays' }
    const { hook: _, ...others } = given
    const former = String(actual.hook ?? '')
    return {
      params: { ...others, ...(former !== '' && { hook: former }) },
      left: { hook: given.hook ?? '' },
      withFiles: true,
    }
  },
  notes: (_detail, given, _said, change) =>
    change?.actual.until === undefined || given.state === 'absent'
      ? []
      : [
          `the one that is there is of ${change.actual.issuer}, for ${change.actual.names}, until ${change.actual.until}`,
          ...(change.actual.valid === 'yes' || change.actual.renewal !== 'yes'
            ? []
            : ['certbot should have renewed it by now: `certbot renew --dry-run` says why it did not']),
        ],
  owns: given => [`path:${lineage(given)}`, `path:${conf(given)}`],
  reads: () => ['pkg:certbot', 'unit:certbot.timer'],
  affects: given => [`path:${lineage(given)}`, 'path:/etc/letsencrypt/', 'unit:certbot.timer'],
  applySeconds: 900,
})

function issue(given: CertificateParams, isThere: boolean): Shell {
  const words = [
    ...given.names.flatMap(name => ['-d', name]),
    ...(given.webroot === undefined ? ['--standalone'] : ['--webroot', '-w', given.webroot]),
    ...(given.email === undefined ? ['--register-unsafely-without-email'] : ['--email', given.email]),
    ...['--key-type', given.keyType, '--server', given.server],
    ...(given.hook === undefined ? [] : ['--deploy-hook', given.hook]),
    ...(isThere ? ['--force-renewal', '--renew-with-new-domains'] : []),
  ]
  const way = given.webroot === undefined ? 'standalone' : 'webroot'
  return sh`ops_cert_issue ${nameOf(given)} ${way} ${given.webroot ?? ''} ${words}`
}

/** A value as configobj of Python, with which certbot reads it, writes it. */
function quoted(value: string): string {
  const double = value.includes('"')
  if (double && value.includes("'")) return `"""${value}"""`
  if (!/^['"]|['"]$|[,#]/.test(value)) return value
  return double ? `'${value}'` : `"${value}"`
}
