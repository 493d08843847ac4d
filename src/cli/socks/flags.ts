/** The flags of `ops socks`, and what `[socks]` of ops.ini says where they are silent. */
import { isIP } from 'node:net'
import type { Command } from 'commander'
import { Option } from 'commander'
import { type ErrorData, inputError, OpsError } from '../../base/errors.ts'
import type { IniEntry } from '../../inventory/ini-lines.ts'
import { type Direct, readDirect } from '../../tunnel/pac.ts'

export interface SocksSettings {
  readonly bind: string
  readonly port: number
  readonly compress: boolean
  readonly directs: readonly Direct[]
  /** An unreachable host at the start is waited for too. */
  readonly keepTrying: boolean
  readonly background: boolean
}

const defaultPort = 9999
const loopback = '127.0.0.1'
const lowestPort = 1024

/** What may stand in `[socks]`. */
const iniKeys = ['host', 'port', 'bind', 'direct', 'compress']

/** The flags of a tunnel that others are to find: where it listens, and whether it goes on in the background. */
export function addListenerFlags(command: Command): Command {
  return command
    .addOption(new Option('--port <n>', `port on this machine (default: ${defaultPort})`))
    .addOption(new Option('--bind <address>', `address on this machine (default: ${loopback})`))
    .addOption(
      new Option('--open-to-others', 'allow a --bind that other machines can reach: there is no password'),
    )
    .addOption(
      new Option('--background', 'go on in the background; see `ops socks status` and `ops socks stop`'),
    )
}

/** The flags of every tunnel. */
export function addTunnelFlags(command: Command): Command {
  const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value]
  return command
    .addOption(
      new Option('--direct <domain>', 'leave a domain or network out of the PAC file; repeatable').argParser(
        collect,
      ),
    )
    .addOption(new Option('-C, --compress', 'compress what goes over the connection: for slow links'))
    .addOption(new Option('--keep-trying', 'wait for a host that cannot be reached at the start'))
}

/** Adds what is wrong to `errors`. */
export function socksSettings(
  options: Readonly<Record<string, unknown>>,
  entries: readonly IniEntry[],
  errors: ErrorData[],
): SocksSettings {
  for (const { key, where } of entries) {
    if (iniKeys.includes(key)) continue
    errors.push(
      inputError(`[socks] has no setting ${key}`, { where, next: `Settings are ${iniKeys.join(', ')}.` })
        .data,
    )
  }
  const written = (name: string): string | undefined => {
    const option = options[name]
    return typeof option === 'string' ? option : entries.findLast(({ key }) => key === name)?.value
  }
  const bind = written('bind') ?? loopback
  if (isIP(bind) === 0) {
    errors.push(inputError(`--bind ${bind}: not an address`, { next: `Leave it out for ${loopback}.` }).data)
  } else if (!isLoopback(bind) && options.openToOthers !== true) {
    errors.push(
      inputError(`--bind ${bind} would let other machines use the tunnel`, {
        detail: 'Whoever reaches the port acts as the host from then on: there is no password.',
        next: 'Leave --bind out, or add --open-to-others if that is what you want.',
      }).data,
    )
  }
  const compress = written('compress')
  if (compress !== undefined && !/^(yes|no|true|false)$/.test(compress)) {
    errors.push(inputError(`[socks] compress = ${compress}: neither yes nor no`).data)
  }
  return {
    bind,
    port: portOf(written('port'), errors),
    compress: options.compress === true || compress === 'yes' || compress === 'true',
    directs: directsOf(options.direct, entries, errors),
    keepTrying: options.keepTrying === true,
    background: options.background === true,
  }
}

/** The host of `[socks]`, for a command line without one. */
export function hostOfIni(entries: readonly IniEntry[]): string | undefined {
  return entries.findLast(({ key }) => key === 'host')?.value
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

function portOf(text: string | undefined, errors: ErrorData[]): number {
  if (text === undefined) return defaultPort
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(port <= 65_535)) {
    errors.push(
      inputError(`--port ${text}: not a port`, { next: `Use a number from ${lowestPort} to 65535.` }).data,
    )
  } else if (port < lowestPort) {
    errors.push(
      inputError(`--port ${text}: ports below ${lowestPort} are for services of the system`, {
        detail: 'Opening one takes root, and a tunnel needs no root.',
        next: `Use a number from ${lowestPort} to 65535.`,
      }).data,
    )
  }
  return port
}

function directsOf(option: unknown, entries: readonly IniEntry[], errors: ErrorData[]): readonly Direct[] {
  const fromIni = entries.flatMap(({ key, value }) =>
    key === 'direct' && value !== undefined ? [value] : [],
  )
  const written = Array.isArray(option) ? (option as readonly string[]) : fromIni
  return written
    .flatMap(text => text.split(/[\s,]+/))
    .filter(text => text !== '')
    .flatMap(text => {
      const direct = readDirect(text)
      if (!(direct instanceof OpsError)) return [direct]
      errors.push(direct.data)
      return []
    })
}
