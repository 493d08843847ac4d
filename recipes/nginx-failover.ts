/** nginx before two web servers: all requests go to the first one, and to the others only while it is down. */
import { apt, assertion, file, inputError, recipe, service, z } from 'ops-recipes'
import { checkAddresses } from './_nginx-addresses.ts'
import { realRequest, wholeConfiguration } from './_nginx-proofs.ts'

const balances = { 'round-robin': '', 'least-conn': 'least_conn', 'ip-hash': 'ip_hash', random: 'random' }

/** What nginx's grammar could take for more than one value is refused here, before it gets near a file. */
const address = z
  .string()
  .regex(
    /^(\[[0-9A-Fa-f:.]+\]|(?!\d+(:|$))(?!unix(:|$))[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)(:\d{1,5})?$/,
    'must be HOST:PORT, such as 10.0.0.1:8080 or web1.example.com:80 or [fd00::1]:80',
  )
  .refine(hasGoodPort, 'has a port that is not from 1 to 65535')
  .transform(given => (/:\d+$/.test(given.replace(/^\[.*\]/, '')) ? given : `${given}:80`))

const seconds = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}s?$/, 'must be whole seconds, such as 10s')
    .transform(given => given.replace(/s?$/, 's'))
    .refine(given => Number.parseInt(given, 10) <= most, `must be ${most}s or less`)

export default recipe({
  summary: 'nginx that sends all requests to one web server, and to others only while it is down.',
  description: `Writes one file, /etc/nginx/conf.d/NAME.conf: a group of servers, and a server block that passes
everything on to it. nginx tests its whole configuration with the new file in it before the live one is touched.
After the reload the workers must be new ones, and a real request must have come by way of this file; else the
old file comes back (exit 7).

HOW IT FAILS OVER. A request that cannot connect, or breaks before its answer began, goes to the standby at once,
unless it is a POST that broke half-way: that may have been done already (\`--retry-posts\`). After --max-fails
failures the primary counts as down for --fail-timeout; then one request tries it again. An answer with an error
status is an answer, unless --fail-on names it; none within a minute is a failure. Active checks and slow_start
are in nginx's commercial edition only.

MODES. With \`backup\` the standby gets nothing while the primary is up: caches stay on the primary, and a standby
that broke in the meantime is found out on the day it is needed. With \`weight\` (100000 against 1) about one
request in 100,001 goes to the standby and proves that it works; that visitor may meet a cold cache, and so may
a few after the primary has come back, since nginx raises its weight again by one a request. Methods that hash
or draw lots know no backup in nginx: they go with \`weight\` only.

Shares as the web servers counted them, with the defaults (Debian 12, nginx 1.22.1, one proxy, two web servers,
wrk with 16 connections). Of these 536,000 requests none failed:

                                backup: web1   web2     weight: web1   web2
  before                             100 %      0 %          100 %      3 of 328,952 to web2
  web1 killed in the middle           46 %     54 %           41 %     59 %
  while it is dead                     0 %    100 %            0 %    100 %
  once it is back in use             100 %      0 %          100 %      a few to web2 at first

Without --server-name it answers for every name that no other server block names, also where Debian's welcome
page is there. Names of servers are looked up when nginx starts or reloads, and not again. An address in --listen must
be one of the host's own, and a server that would be this very nginx is refused: requests would go round in circles.`,
  examples: [
    {
      title: 'All to web1, web2 only when web1 is down; nginx is installed where it is not',
      params: { name: 'app', primary: '10.0.0.1:8080', standby: '10.0.0.2:8080', install: true },
    },
    {
      title: 'One site among others, with two to stand by',
      params: {
        name: 'shop',
        primary: '10.0.0.1:80',
        standby: ['10.0.0.2:80', '10.0.0.3:80'],
        serverName: ['shop.example.com', 'www.shop.example.com'],
      },
    },
    {
      title: 'The classic trick: one request in about 100,001 proves that web2 still works',
      params: { name: 'app', primary: '10.0.0.1:80', standby: '10.0.0.2:80', mode: 'weight' },
    },
  ],
  params: {
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be small letters, digits and -, beginning with a letter')
      .describe('Names the group of servers and the file /etc/nginx/conf.d/NAME.conf.'),
    primary: address.describe('HOST:PORT of the server that gets all requests.'),
    standby: z
      .array(address)
      .min(1, 'is empty: a group of one server ignores max_fails and fail_timeout, and fails over to nobody')
      .describe('HOST:PORT of a server that gets them while the primary is down.'),
    listen: z
      .array(
        z
          .string()
          .regex(
            /^((\d{1,3}\.){3}\d{1,3}:|\[[0-9A-Fa-f:.]+\]:)?\d{1,5}$/,
            'must be PORT, IPV4:PORT or [IPV6]:PORT',
          )
          .refine(hasGoodPort, 'is not a port from 1 to 65535'),
      )
      .min(1, 'is empty')
      .default(['80'])
      .describe('PORT, IPV4:PORT or [IPV6]:PORT to listen on.'),
    ipv6: z.boolean().default(true).describe('Listen on IPv6 too, where --listen is a port alone.'),
    serverName: z
      .array(
        z
          .string()
          .regex(
            /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?(\.\*)?$/,
            'must be a host name, such as example.com or *.example.com (punycode where it is not ASCII)',
          ),
      )
      .default([])
      .describe('Host names to answer for; else all that no other server of this nginx names.'),
    mode: z
      .enum(['backup', 'weight'])
      .default('backup')
      .describe('The standby gets nothing while the primary is up, or one request in about 100,001.'),
    balance: z
      .enum(['round-robin', 'least-conn', 'ip-hash', 'hash', 'random'])
      .default('round-robin')
      .describe('How nginx chooses among servers; with the mode backup only round-robin and least-conn.'),
    maxFails: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(3)
      .describe('Failures within --fail-timeout that make a server count as down; 0: it never does.'),
    failTimeout: seconds(86_400).default('10s').describe('How long it then counts as down.'),
    connectTimeout: seconds(75)
      .default('2s')
      .describe('How long a request waits for a server that does not even refuse.'),
    failOn: z
      .array(z.enum(['http_500', 'http_502', 'http_503', 'http_504', 'http_429', 'http_404', 'http_403']))
      .default([])
      .describe('Answers that count as failures too, beside broken connections and timeouts.'),
    retryPosts: z
      .boolean()
      .default(false)
      .describe('Send a POST again that broke half-way: it may then be done twice.'),
    keepalive: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .default(0)
      .describe("Idle connections to the servers that each worker keeps; 0: as this nginx's own default."),
    maxBody: z
      .string()
      .regex(/^\d{1,9}[kKmMgG]?$/, 'must be a size, such as 10m; 0 is no limit')
      .default('1m')
      .describe("Largest request body that is taken; nginx's own default is 1m."),
    install: z.boolean().default(false).describe('Install nginx where it is missing.'),
  },
  steps: ({ params, facts, host }) => {
    const { name, primary, standby, mode, balance } = params
    const servers = [primary, ...standby]
    if (new Set(servers).size < servers.length) {
      throw inputError('--primary and --standby name the same server twice', {
        detail: `They are ${servers.join(', ')}.`,
        next: 'Name each server once.',
      })
    }
    if (mode === 'backup' && balance !== 'round-robin' && balance !== 'least-conn') {
      throw inputError(`--balance ${balance} cannot be combined with --mode backup`, {
        detail: `nginx has no backup servers with hash, ip_hash and random: these methods choose by the client or by lot, and know no order of servers.`,
        next: 'Leave --balance out, or take --mode weight.',
      })
    }
    checkAddresses(params.listen, servers, () => facts, host.name)
    const path = `/etc/nginx/conf.d/${name}.conf`
    const listens = params.listen.flatMap(each =>
      params.ipv6 && /^\d+$/.test(each) ? [each, `[::]:${each}`] : [each],
    )
    const vars = {
      ...params,
      listens,
      askAt: (params.listen[0] ?? '').replace(/^(0\.0\.0\.0:)?(?=\d+$)/, '127.0.0.1:').replace(/:80$/, ''),
      serverNames: params.serverName,
      variable: name.replaceAll('-', '_'),
      balance: balance === 'hash' ? 'hash $request_uri consistent' : balances[balance],
      servers: servers.map((each, index) => ({
        address: each,
        role: index === 0 ? (mode === 'weight' ? ' weight=100000' : '') : mode === 'backup' ? ' backup' : '',
      })),
      failOn: ['error', 'timeout', ...params.failOn, ...(params.retryPosts ? ['non_idempotent'] : [])],
    }
    return [
      params.install
        ? apt({ packages: ['nginx'] })
        : assertion({
            name: 'nginx is installed (--install brings it)',
            probe: 'if command -v nginx >/dev/null; then echo nginx=present; else echo nginx=absent; fi',
            expect: { nginx: 'present' },
          }),
      file(
        {
          path,
          template: 'nginx-failover.conf',
          vars,
          mode: '0644',
          marker: 'Written by ops, recipe nginx-failover',
          validate: wholeConfiguration(path),
        },
        { notes: traps(params) },
      ),
      service({
        unit: 'nginx',
        running: true,
        enabled: true,
        follows: ['/etc/nginx'],
        onChange: 'reload',
        listens: params.listen.map(each => each.replace(/^\[.*\]:/, '')),
        proof: realRequest(
          path,
          params.listen[0] ?? '80',
          params.serverName[0] ?? `${name}.failover.invalid`,
        ),
      }),
    ]
  },
})

function hasGoodPort(given: string): boolean {
  const port = /(?:^|:)(\d+)$/.exec(given.replace(/^\[.*\](?!:)/, 'host'))?.[1]
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)
}

interface Traps {
  readonly primary: string
  readonly standby: readonly string[]
  readonly mode: 'backup' | 'weight'
  readonly balance: string
  readonly maxFails: number
  readonly connectTimeout: string
  readonly retryPosts: boolean
  readonly keepalive: number
}

/** What the given params bring with them that is not seen until the day it matters. */
function traps(params: Traps): string[] {
  const named = [params.primary, ...params.standby].filter(each => /^(?![\d.]+:)[^[]/.test(each))
  return [
    params.maxFails === 0 &&
      `--max-fails 0: no server ever counts as down, so every request tries ${params.primary} first, even while it is dead, and waits up to ${params.connectTimeout}`,
    named.length > 0 &&
      `nginx looks up ${named.join(', ')} only when it starts or reloads, and does not start when it cannot: addresses are safer`,
    params.mode === 'weight' &&
      params.balance.endsWith('hash') &&
      `--balance ${params.balance}: the standby gets about one in 100,001 of what is hashed, always the same, rather than of the requests`,
    params.retryPosts &&
      '--retry-posts: a POST that broke half-way is sent to the next server and may be done twice',
    params.keepalive > 0 &&
      !params.retryPosts &&
      '--keepalive: a POST on an idle connection that the server closes at that moment fails with 502; it is not sent again',
  ].filter(note => note !== false)
}
