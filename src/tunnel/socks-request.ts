/** Reads what a client says first: SOCKS 5 (RFC 1928), SOCKS 4 and 4a, or HTTP that was sent here by mistake. */
import { refusal, type SocksVersion, unacceptable } from './socks-reply.ts'

/** Where a client wants to be connected to. The name is resolved at the far end. */
export interface Destination {
  readonly version: SocksVersion
  readonly host: string
  readonly port: number
}

/** What the bytes so far mean. `taken` bytes belong to it; what follows is the client's own data. */
export type Opening =
  | { readonly kind: 'more' }
  | { readonly kind: 'greeting'; readonly taken: number }
  | { readonly kind: 'connect'; readonly destination: Destination; readonly taken: number }
  | { readonly kind: 'refused'; readonly reply: Buffer; readonly reason: string }
  | { readonly kind: 'http'; readonly method: string; readonly path: string }
  | { readonly kind: 'foreign'; readonly reason: string }

const more: Opening = { kind: 'more' }
const longestText = 255
const longestHttpHead = 16 * 1024

/** Looks at the first bytes of a connection; `greeted` once a SOCKS 5 greeting was answered. Never throws. */
export function readOpening(bytes: Buffer, greeted: boolean): Opening {
  const first = bytes[0]
  if (first === undefined) return more
  if (greeted) return readSocks5Request(bytes)
  if (first === 5) return readGreeting(bytes)
  if (first === 4) return readSocks4Request(bytes)
  if (first >= 0x41 && first <= 0x5a) return readHttp(bytes)
  const reason = first === 0x16 ? 'TLS was sent to the SOCKS port' : 'neither SOCKS nor HTTP'
  return { kind: 'foreign', reason }
}

function readGreeting(bytes: Buffer): Opening {
  const count = bytes[1]
  if (count === undefined || bytes.length < 2 + count) return more
  if (bytes.subarray(2, 2 + count).includes(0)) return { kind: 'greeting', taken: 2 + count }
  return { kind: 'refused', reply: unacceptable, reason: 'the client insists on logging in to the proxy' }
}

function readSocks5Request(bytes: Buffer): Opening {
  const [version, command, , type] = bytes
  if (version !== 5) return refuse(5, 'failed', `a request of SOCKS ${version} after a greeting of SOCKS 5`)
  if (type === undefined) return more
  if (command !== 1) return refuse(5, 'command', `${commandName(command)} is not supported, only CONNECT`)
  const nameBytes = bytes[4] ?? 0
  const addressAt = type === 3 ? 5 : 4
  const addressBytes = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? nameBytes : undefined
  if (addressBytes === undefined) return refuse(5, 'addressType', `an address of unknown type ${type}`)
  const taken = addressAt + addressBytes + 2
  if (bytes.length < 5 || bytes.length < taken) return more
  const address = bytes.subarray(addressAt, addressAt + addressBytes)
  const host = type === 3 ? nameOf(address) : addressBytes === 4 ? ipv4(address) : ipv6(address)
  return connectTo(5, host, bytes.readUInt16BE(taken - 2), taken)
}

function readSocks4Request(bytes: Buffer): Opening {
  const command = bytes[1]
  const userEnd = bytes.indexOf(0, 8)
  if (bytes.length < 9 || userEnd < 0) {
    return bytes.length > 8 + longestText ? refuse(4, 'failed', 'a user name that is too long') : more
  }
  if (command !== 1) return refuse(4, 'command', `${commandName(command)} is not supported, only CONNECT`)
  const port = bytes.readUInt16BE(2)
  const address = bytes.subarray(4, 8)
  // SOCKS 4a: an address of 0.0.0.x says that a name follows.
  const isName = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0
  if (!isName) return connectTo(4, ipv4(address), port, userEnd + 1)
  const nameEnd = bytes.indexOf(0, userEnd + 1)
  if (nameEnd < 0) {
    return bytes.length > userEnd + 1 + longestText
      ? refuse(4, 'failed', 'a host name that is too long')
      : more
  }
  return connectTo(4, nameOf(bytes.subarray(userEnd + 1, nameEnd)), port, nameEnd + 1)
}

function connectTo(version: SocksVersion, host: string | undefined, port: number, taken: number): Opening {
  if (host === undefined) return refuse(version, 'failed', 'a host name with odd characters')
  if (port === 0) return refuse(version, 'failed', 'port 0 cannot be connected to')
  return { kind: 'connect', destination: { version, host, port }, taken }
}

function refuse(version: SocksVersion, why: Parameters<typeof refusal>[1], reason: string): Opening {
  return { kind: 'refused', reply: refusal(version, why), reason }
}

function commandName(command: number | undefined): string {
  return command === 2 ? 'BIND' : command === 3 ? 'UDP ASSOCIATE' : `command ${command}`
}

/** Undefined for what is no name: it would end up in a log of the far host. */
function nameOf(bytes: Buffer): string | undefined {
  const name = bytes.toString('utf8')
  return name.length <= longestText && /^[^\p{Cc}\p{Z}\ufffd]+$/u.test(name) ? name : undefined
}

function ipv4(bytes: Buffer): string {
  return bytes.join('.')
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  return groups.join(':')
}

function readHttp(bytes: Buffer): Opening {
  const head = bytes.subarray(0, longestHttpHead).toString('latin1')
  if (!/^[A-Z]{1,16}( |$)/.test(head)) return { kind: 'foreign', reason: 'neither SOCKS nor HTTP' }
  if (!/\r?\n\r?\n/.test(head) && bytes.length < longestHttpHead) return more
  const [method = '', path = ''] = head.split(/[ \r\n]/, 2)
  return { kind: 'http', method, path }
}
