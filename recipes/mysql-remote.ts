/** MySQL or MariaDB, reachable from other machines, and an account for one of them. */
import { isIP } from 'node:net'
import { apt, type Facts, inputError, mysqlSettings, mysqlUser, recipe, secret, z } from 'ops-recipes'

export default recipe({
  summary: 'MySQL or MariaDB reachable from another machine, with an account for it.',
  description: `The address, the port and \`skip-networking\` are looked up as the server reads its files: \`my.cnf\`, the folders that
it includes in their order, and the command line. What is not as wanted is written into \`zz-ops.cnf\` in the last of
these folders, which Debian's MariaDB (\`mariadb.conf.d\`), Debian's and Ubuntu's MySQL (\`mysql.conf.d\`) read after their
own files; files of packages stay as they are. A setting that is read even later is named, and nothing is changed,
unless \`--overrides edit\` says that it may be edited where it is. \`--bind-address\` must be one of the host's own; programs
on the host that use the server's socket notice nothing, those that connect to 127.0.0.1 need it in the list as well (a list of addresses: MySQL 8.0.13 and later; MariaDB 10.11).

The server is restarted only when the running one has other values or does not listen there: its own program checks the
whole configuration first, then the listening socket and \`@@bind_address\` prove it. A server that does not come back
gets its old files back and runs again (exit 7). \`--bind-address 127.0.0.1\` closes it again.

\`--user\`, \`--from\` and \`--database\` make an account that may do no more than \`--access\` says, in that database only;
the database itself is not made. Only the hash of the password is sent to the host, which never sees the password
itself; another password is noticed by that hash. Root must be able to log in through the server's socket, which is how
the packages of Debian and Ubuntu set it up.

\`*\` and \`0.0.0.0\` listen everywhere: the plan warns when no firewall and no required TLS stands before that.`,
  examples: [
    { title: "On the host's own address", params: {} },
    {
      title: 'On every address, behind a firewall, and another port',
      params: { bindAddress: ['*'], port: 3307 },
    },
    {
      title: 'With an account, whose password is in a file',
      params: { user: 'app', from: '10.0.0.9', database: 'shop', password: '@app.password' },
    },
    {
      title:
        'For other machines, and for programs on this one that connect to 127.0.0.1 (MySQL 8.0.13, MariaDB 10.11)',
      params: { bindAddress: ['10.0.0.5', '127.0.0.1'] },
    },
    { title: 'Install it first', params: { install: 'mariadb' } },
  ],
  params: {
    bindAddress: z
      .array(z.string().refine(text => text === '*' || isIP(text) > 0, 'must be an IP address, or * for all'))
      .min(1, 'is empty')
      .refine(
        all => all.length === 1 || !all.some(isEvery),
        'names every address, and another: the server takes one or the other',
      )
      .optional()
      .describe("Addresses to listen on, or * for all; default: the host's own static address."),
    port: z.number().int().min(1).max(65535).default(3306).describe('Port to listen on.'),
    install: z
      .enum(['mariadb', 'mysql'])
      .optional()
      .describe('Install this server first. Left out: the one that is there.'),
    overrides: z
      .enum(['refuse', 'edit'])
      .default('refuse')
      .describe('A setting in a file that is read later: an error that names it, or edited where it is.'),
    user: z.string().optional().describe('Make this account; needs --from and a password.'),
    from: z
      .string()
      .optional()
      .describe(
        'Where the account comes from: an address, a network (10.0.0.0/24), a host name, or 10.0.0.%.',
      ),
    database: z.string().optional().describe('The database that the account may use.'),
    access: z
      .enum(['read', 'write', 'all'])
      .default('write')
      .describe('read: SELECT. write: also INSERT, UPDATE, DELETE. all: change tables too.'),
    requireTls: z.boolean().default(false).describe('The account must connect through TLS.'),
    password: secret().optional().describe('Of the account.'),
  },
  steps: ({ params, facts, host }) => {
    const { user, from, password, database } = params
    checkAccount(params)
    const addresses = params.bindAddress ?? [ownAddress(facts, host)]
    const foreign = addresses.find(address => !isOwn(facts, address))
    if (foreign !== undefined) {
      throw inputError(
        `--bind-address ${foreign} is not an address of ${host.name}, which has ${listed(facts)}: nobody could connect to it`,
        { next: 'Take one of its own, * for all, or leave --bind-address out.' },
      )
    }
    return [
      params.install && apt({ packages: packages[params.install] }),
      mysqlSettings({
        settings: { 'bind-address': addresses.join(','), port: params.port, 'skip-networking': false },
        listens: addresses.map(address => ({ address, port: params.port })),
        overrides: params.overrides,
      }),
      user !== undefined &&
        from !== undefined &&
        password !== undefined &&
        mysqlUser({
          name: user,
          from,
          password,
          rights: database === undefined ? {} : { [database]: rights[params.access] },
          ...(params.requireTls && { tls: true }),
        }),
    ]
  },
})

const packages = { mariadb: ['mariadb-server'], mysql: ['mysql-server | default-mysql-server'] }

const rights = {
  read: ['SELECT'],
  write: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  all: ['ALL PRIVILEGES'],
}

interface Account {
  readonly user?: string | undefined
  readonly from?: string | undefined
  readonly database?: string | undefined
  readonly access: keyof typeof rights
  readonly requireTls: boolean
  readonly password?: unknown
}

/** All or nothing of an account; and none that could read or write the accounts of the server. */
function checkAccount({ user, from, database, access, requireTls, password }: Account): void {
  if (user === undefined) {
    const [needless] = [
      from !== undefined && '--from',
      database !== undefined && '--database',
      password !== undefined && '--password',
      requireTls && '--require-tls',
    ].filter(flag => flag !== false)
    if (needless === undefined) return
    throw inputError(`${needless} is for an account, and no --user names one`, {
      next: 'Add --user, --from and --password @FILE, or leave it out.',
    })
  }
  const missing = [from === undefined && '--from', password === undefined && '--password @FILE']
  if (missing.some(Boolean)) {
    throw inputError(`--user ${user} needs ${missing.filter(Boolean).join(' and ')} as well`, {
      next: '--from says which machine it comes from; a password is given by a file, never as an argument.',
    })
  }
  const closed = access === 'read' ? ['mysql', 'information_schema'] : systemDatabases
  if (database !== undefined && closed.includes(database.toLowerCase())) {
    throw inputError(
      `--database ${database} is the server's own: with --access ${access} the account could take it over`,
      {
        next: 'Name the database of the application.',
      },
    )
  }
}

/** What the server keeps of itself, accounts and their passwords included. */
const systemDatabases = ['mysql', 'information_schema', 'performance_schema', 'sys']

const isEvery = (address: string): boolean => ['*', '0.0.0.0', '::'].includes(address)

/** The one static address, or of several the one that ops connects to. */
function ownAddress(facts: Facts, host: { readonly name: string; readonly address: string }): string {
  const fixed = facts.addresses.filter(each => each.scope === 'global' && !each.dynamic)
  const found = fixed.some(each => each.family === 'ipv4')
    ? fixed.filter(each => each.family === 'ipv4')
    : fixed
  const reached = found.find(each => each.address === host.address)
  const [only, another] = found
  if (reached) return reached.address
  if (only && !another) return only.address
  throw inputError(
    only
      ? `${host.name} has several static addresses: ${found.map(each => each.address).join(', ')}`
      : `${host.name} has no static address, only ${listed(facts)}, which may change`,
    { next: 'Say with --bind-address which one clients connect to.' },
  )
}

function isOwn(facts: Facts, address: string): boolean {
  if (isEvery(address) || address === '::1' || address.startsWith('127.')) return true
  return facts.addresses.some(each => each.address === address)
}

const listed = (facts: Facts): string =>
  facts.addresses.map(each => `${each.address}${each.dynamic ? ' (dynamic)' : ''}`).join(', ') || 'none'
