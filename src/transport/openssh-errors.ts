/** Turns what `ssh` printed while it failed to log in into our errors. */
import { OpsError } from '../base/errors.ts'
import { refusesAccount } from './authentication.ts'
import { type Address, DroppedEarly, unreachable } from './dial.ts'
import { type HostKeyProblem, hostKeyError } from './host-keys.ts'
import { tooOpen } from './identity-file.ts'

/** The error for a master that ended before it was ready; DroppedEarly where another try makes sense. */
export function opensshError(name: string, address: Address, user: string, report: readonly string[]): Error {
  const text = report.join('\n')
  const problem = hostKeyProblem(text, address)
  if (problem) return hostKeyError(name, problem)
  const denied = /Permission denied \(([^)]*)\)/.exec(text)
  const tooMany = /Too many authentication failures/.test(text)
  const refusedKeys = [...text.matchAll(/Permissions (\d+) for '(.*)' are too open/g)].map(
    ([, mode = '', path = '']) => `key ${path}: ${tooOpen(path, mode)}`,
  )
  const offered = [...text.matchAll(/Offering public key: (.*)/g)].map(match => `key ${match[1]}`)
  if (denied || tooMany || (offered.length > 0 && refusesAccount(text))) {
    return new OpsError({
      code: 'authentication',
      title: `${address.hostname} does not let ${user} in`,
      host: name,
      detail: [
        `Tried: ${[...refusedKeys, ...offered].join('; ') || 'nothing'}.`,
        denied ? `The server takes: ${denied[1]?.replaceAll(',', ', ')}.` : '',
        tooMany ? 'Too many keys were offered.' : '',
      ]
        .filter(Boolean)
        .join(' '),
      said: lastLines(report),
      changed: 'no',
      next: `Check that this works: ssh -p ${address.port} ${user}@${address.hostname}. Name a key with --identity, or load it into ssh-agent.`,
    })
  }
  if (/kex_exchange_identification|Exceeded MaxStartups|banner exchange: .*(closed|reset)/i.test(text)) {
    return new DroppedEarly(lastLines(report))
  }
  return unreachable(name, address, reasonIn(text) ?? lastLines(report), undefined)
}

function hostKeyProblem(text: string, address: Address): HostKeyProblem | undefined {
  const shown = /Server host key: (\S+) (SHA256:\S+)/.exec(text)
  const kind = /REMOTE HOST IDENTIFICATION HAS CHANGED|has changed and you have requested/.test(text)
    ? 'changed'
    : /REVOKED HOST KEY|marked as revoked/.test(text)
      ? 'revoked'
      : /host key is known for|Host key verification failed/.test(text)
        ? 'unknown'
        : undefined
  if (!kind) return undefined
  const named = /host key is known for (\S+) and/.exec(text)?.[1]
  const entry = /Offending .*key in (\S+:\d+)/.exec(text)?.[1]
  const { hostname, port } = address
  return {
    kind,
    host: named ?? (port === 22 ? hostname : `[${hostname}]:${port}`),
    keyType: shown?.[1] ?? 'unknown',
    fingerprint: shown?.[2] ?? 'unknown',
    ...(entry === undefined ? {} : { entry }),
  }
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/Could not resolve hostname/, 'there is no such host name'],
  [/Connection refused/, 'the connection was refused'],
  [/No route to host/, 'there is no route to the host'],
  [/Network is unreachable/, 'the network is unreachable'],
  [/timed out/i, 'the connection timed out'],
]

function reasonIn(text: string): string | undefined {
  return reasons.find(([pattern]) => pattern.test(text))?.[1]
}

function lastLines(report: readonly string[]): string {
  const words = report.filter(
    line => !/^(Server (host|accepts) key|Offering|Authentications that)/.test(line),
  )
  return words.slice(-3).join('\n') || 'ssh ended without saying why'
}
