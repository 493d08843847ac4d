/** Reads `user@host:port`, and refuses whatever ssh or a shell could take for something else. */
import { isIPv6 } from 'node:net'

export interface HostAddress {
  /** A host name, an IP address or a name of the ssh config; IPv6 without brackets. */
  readonly host: string
  readonly user?: string
  readonly port?: number
}

const hostName = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?$/
const userName = /^[A-Za-z0-9_][A-Za-z0-9_.@+-]*\$?$/
const longest = 253

/** The parts, or what is wrong with the text. */
export function parseAddress(text: string): HostAddress | { readonly problem: string } {
  if (text === '') return { problem: 'the address is empty' }
  if (text.startsWith('-')) return { problem: 'an address must not begin with a dash' }
  const plain = text.replace(/^ssh:\/\//, '').replace(/\/$/, '')
  const at = plain.lastIndexOf('@')
  const user = at < 0 ? undefined : plain.slice(0, at)
  if (user !== undefined && !userName.test(user))
    return { problem: `${JSON.stringify(user)} is not a user name` }
  const place = hostAndPort(plain.slice(at + 1))
  if ('problem' in place) return place
  return { ...place, ...(user !== undefined && { user }) }
}

/** The text that `parseAddress` reads back; also the key under which equal addresses meet. */
export function addressText({ host, user, port }: HostAddress): string {
  const place = port !== undefined && host.includes(':') ? `[${host}]` : host
  return `${user === undefined ? '' : `${user}@`}${place}${port === undefined ? '' : `:${port}`}`
}

/** True for what needs no look-up of a name. */
export function isIpAddress(host: string): boolean {
  return isIpv6(host) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
}

/** Node makes its pattern for these when it is first asked, which is a fiftieth of a short run. */
const isIpv6 = (text: string): boolean => text.includes(':') && isIPv6(text)

function hostAndPort(text: string): HostAddress | { readonly problem: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text)
  if (bracketed) {
    const host = bracketed[1] ?? ''
    return isIpv6(host) ? withPort(host, bracketed[2]) : { problem: `[${host}] is not an IPv6 address` }
  }
  if (isIpv6(text)) return { host: text }
  const colon = text.indexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  if (host.length > longest) return { problem: `a host name has at most ${longest} characters` }
  if (!hostName.test(host)) return { problem: `${JSON.stringify(host)} is not a host name` }
  return withPort(host, colon < 0 ? undefined : text.slice(colon + 1))
}

function withPort(host: string, text: string | undefined): HostAddress | { readonly problem: string } {
  if (text === undefined) return { host }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535
    ? { host, port }
    : { problem: `${JSON.stringify(text)} is not a port (1 to 65535)` }
}
