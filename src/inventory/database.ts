/** The sections `[db NAME]` of an ops.ini, and `mysql://` addresses: where a database server is and how to log in. */
import { isIPv4 } from 'node:net'
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { percentDecoded } from '../base/percent-decoded.ts'
import { parseAddress } from './address.ts'
import type { IniEntry } from './ini-lines.ts'

/** Where a password comes from: never the word itself. */
export type PasswordFrom =
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'environment'; readonly name: string }
  | { readonly from: 'command'; readonly command: string }

export interface Database {
  readonly name: string
  readonly where?: SourceLocation
  readonly engine: 'mysql' | 'postgres' | 'redshift'
  /** A word for a host, reached by SSH; undefined: a direct connection from this machine. */
  readonly host?: string
  /** As seen from that host. Without it and `socket`: the server's own socket. */
  readonly address?: { readonly host: string; readonly port: number }
  readonly socket?: string
  readonly user?: string
  readonly password?: PasswordFrom
  /** The database that is meant where none is named. */
  readonly database?: string
  /** Its replicas, each as a source is named. */
  readonly replicas?: readonly string[]
  readonly tls: { readonly mode: 'off' | 'on'; readonly ca?: string; readonly verify: boolean }
}

const keys = [
  ...[
    'engine',
    'host',
    'address',
    'socket',
    'user',
    'password',
    'database',
    'replicas',
    'tls',
    'ca',
    'verify',
  ],
]
const ports = { mysql: 3306, postgres: 5432, redshift: 5439 } as const

/** Reads one section; adds what is wrong with it, each with its line. */
export function readDatabase(
  name: string,
  entries: readonly IniEntry[],
  where: SourceLocation,
  errors: ErrorData[],
): Database {
  const values = new Map<string, IniEntry>()
  for (const entry of entries) {
    const other = values.get(entry.key)
    if (!keys.includes(entry.key)) {
      const next = `${didYouMean(entry.key, keys)}[db ${name}] takes ${keys.join(', ')}.`
      errors.push(inputError(`[db ${name}] takes no ${entry.key}`, { where: entry.where, next }).data)
    } else if (entry.isElement || !entry.value) {
      const next = `Write \`${entry.key} = value\`, or leave it out.`
      errors.push(inputError(`${entry.key} of [db ${name}] has no value`, { where: entry.where, next }).data)
    } else if (other) {
      const title = `${entry.key} of [db ${name}] is written twice, first on line ${other.where.line}`
      errors.push(inputError(title, { where: entry.where, next: 'Leave one out.' }).data)
    } else values.set(entry.key, entry)
  }
  const text = (key: string): string | undefined => values.get(key)?.value
  const wrong = (key: string, title: string, next: string): undefined => {
    errors.push(inputError(`[db ${name}]: ${title}`, { where: values.get(key)?.where ?? where, next }).data)
    return undefined
  }
  const engine = text('engine') ?? 'mysql'
  if (engine !== 'mysql' && engine !== 'postgres' && engine !== 'redshift') {
    wrong('engine', `there is no engine ${engine}`, 'Write mysql (also for MariaDB), postgres or redshift.')
  }
  const known = engine === 'postgres' || engine === 'redshift' ? engine : 'mysql'
  const written = text('address')
  const address = written === undefined ? undefined : parseAddress(written)
  if (address && 'problem' in address) wrong('address', address.problem, 'Write `address = HOST:PORT`.')
  if (address && 'user' in address)
    wrong('address', 'an address has no user', 'Write `user = NAME` on a line of its own.')
  if (written !== undefined && text('socket') !== undefined) {
    wrong('socket', 'address and socket are two ways to one server', 'Leave one out.')
  }
  const password = text('password')
  const from = password === undefined ? undefined : passwordFrom(password)
  if (from && 'problem' in from) wrong('password', from.problem, from.next)
  const replicas = text('replicas')
    ?.split(/[\s,]+/)
    .filter(word => word !== '')
  if (replicas?.length === 0)
    wrong('replicas', 'replicas names none', 'Write `replicas = NAME, NAME`, or leave it out.')
  const host = text('host')
  const at =
    address && 'host' in address ? { host: address.host, port: address.port ?? ports[known] } : undefined
  return {
    name,
    where,
    engine: known,
    ...(host !== undefined && { host }),
    ...(at && { address: at }),
    ...optional('socket', text('socket')),
    ...optional('user', text('user')),
    ...optional('database', text('database')),
    ...(from && 'from' in from && { password: from }),
    ...(replicas !== undefined && { replicas }),
    tls: tlsOf(
      { host, address: at, tls: text('tls'), ca: text('ca'), verify: text('verify') },
      (key, title, next) => wrong(key, title, next),
    ),
  }
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: string }
}

interface TlsWords {
  readonly host: string | undefined
  readonly address: { readonly host: string } | undefined
  readonly tls: string | undefined
  readonly ca: string | undefined
  readonly verify: string | undefined
}

/** Demanded wherever the network could read along: not on loopback, not inside SSH, unless `tls = off` is written. */
function tlsOf(words: TlsWords, wrong: (key: string, title: string, next: string) => void): Database['tls'] {
  const { host, address, tls, ca, verify } = words
  if (tls !== undefined && !['on', 'off'].includes(tls))
    wrong('tls', `tls is on or off, not ${tls}`, 'Write on or off.')
  if (verify !== undefined && !['yes', 'no'].includes(verify)) {
    wrong('verify', `verify is yes or no, not ${verify}`, 'Write yes or no.')
  }
  if (tls === 'off' && (ca ?? verify) !== undefined) {
    wrong('tls', 'tls is off, and ca or verify is given', 'Leave one of them out.')
  }
  const isOpen = host === undefined && address !== undefined && !isLoopback(address.host)
  const isOn = tls === 'on' || (tls !== 'off' && (isOpen || ca !== undefined || verify !== undefined))
  return { mode: isOn ? 'on' : 'off', ...(ca !== undefined && { ca }), verify: verify !== 'no' }
}

/** Behind the host that SSH leads to, what goes on to the server can be read along; undefined: it cannot. */
export function plainBehindHost({ name, host, address, tls }: Database): string | undefined {
  if (host === undefined || address === undefined || tls.mode === 'on' || isLoopback(address.host))
    return undefined
  return `${name}: from ${host} to ${address.host}:${address.port} nothing is encrypted (\`tls = on\` in [db NAME] encrypts it)`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** `@FILE`, `env:NAME` or `cmd:COMMAND`; anything else would be the word itself. */
function passwordFrom(text: string): PasswordFrom | { readonly problem: string; readonly next: string } {
  if (/^@./.test(text)) return { from: 'file', path: text.slice(1) }
  if (/^env:[A-Za-z_]\w*$/.test(text)) return { from: 'environment', name: text.slice(4) }
  if (/^cmd:\s*\S/.test(text)) return { from: 'command', command: text.slice(4).trim() }
  return {
    problem: 'a password is not written down as it is',
    next: 'Write @FILE (a file that only you can read), env:NAME, or cmd:COMMAND (what it prints, as `cmd:pass show shop`).',
  }
}

/** Reads `mysql://USER@HOST:PORT/DB?via=SSHHOST`; adds what is wrong with it. */
export function databaseOfUrl(url: string, errors: ErrorData[]): Database | undefined {
  const refuse = (title: string, next = 'Write mysql://USER@HOST:PORT/DB?via=SSHHOST.'): undefined => {
    errors.push(inputError(title, { next }).data)
    return undefined
  }
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return refuse('that is not the address of a database')
  }
  const { username, password, hostname, port, pathname, searchParams, protocol } = parsed
  // Not shown: it may hold the password.
  if (password !== '') {
    return refuse(
      'a password in an address is open to every user of this machine',
      'Leave it out, and write user and password (@FILE, env:NAME or cmd:COMMAND) into [db NAME] of ops.ini, or ?password=env:NAME into the address.',
    )
  }
  const engine = protocol === 'postgres:' || protocol === 'postgresql:' ? 'postgres' : 'mysql'
  const allowed = ['via', 'tls', 'ca', 'verify', 'password', 'socket']
  const odd = [...searchParams.keys()].find(key => !allowed.includes(key))
  if (odd !== undefined)
    return refuse(`an address takes no ${odd}`, `${didYouMean(odd, allowed)}It takes ${allowed.join(', ')}.`)
  const option = (key: string): string | undefined => searchParams.get(key) ?? undefined
  const host = option('via')
  const address =
    hostname === ''
      ? undefined
      : { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? ports[engine] : Number(port) }
  const given = option('password')
  const from = given === undefined ? undefined : passwordFrom(given)
  if (from && 'problem' in from) return refuse(from.problem, from.next)
  const [database, user] = [percentDecoded(pathname.replace(/^\//, '')), percentDecoded(username)]
  if (database === undefined || user === undefined)
    return refuse(
      'a % in the address of a database has no two hexadecimal digits behind it',
      'Write %25 where a % itself is meant.',
    )
  return {
    name: `${protocol}//${username === '' ? '' : `${username}@`}${parsed.host}${pathname}`,
    engine,
    ...(host !== undefined && { host }),
    ...(address && option('socket') === undefined && { address }),
    ...optional('socket', option('socket')),
    ...optional('user', user === '' ? undefined : user),
    ...optional('database', database === '' ? undefined : database),
    ...(from && { password: from }),
    tls: tlsOf(
      { host, address, tls: option('tls'), ca: option('ca'), verify: option('verify') },
      (_key, title, next) => refuse(title, next),
    ),
  }
}
