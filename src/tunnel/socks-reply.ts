/** The answers of a SOCKS server, as bytes. */

export type SocksVersion = 4 | 5

/** Why a client is not connected; SOCKS 4 knows no reasons. */
export type Refusal =
  | 'failed'
  | 'notAllowed'
  | 'networkUnreachable'
  | 'hostUnreachable'
  | 'refused'
  | 'command'
  | 'addressType'

/** RFC 1928, section 6. */
const codes: Readonly<Record<Refusal, number>> = {
  failed: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  refused: 5,
  command: 7,
  addressType: 8,
}

/** Answers a SOCKS 5 greeting: no login is needed. */
export const welcome: Buffer = Buffer.from([5, 0])

/** Answers a SOCKS 5 greeting that offers no way in without a login. */
export const unacceptable: Buffer = Buffer.from([5, 0xff])

/** The client is connected; the address is left out, as nobody but BIND needs it. */
export function granted(version: SocksVersion): Buffer {
  return version === 5
    ? Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    : Buffer.from([0, 0x5a, 0, 0, 0, 0, 0, 0])
}

/** The client is not connected. */
export function refusal(version: SocksVersion, why: Refusal): Buffer {
  return version === 5
    ? Buffer.from([5, codes[why], 0, 1, 0, 0, 0, 0, 0, 0])
    : Buffer.from([0, 0x5b, 0, 0, 0, 0, 0, 0])
}

/** Reads the reason out of what sshd says when it could not connect: the words are those of its `strerror`. */
export function refusalFor(reason: string): Refusal {
  if (/connection refused/i.test(reason)) return 'refused'
  if (/network is unreachable/i.test(reason)) return 'networkUnreachable'
  if (/no route|timed out|unknown|not known|name resolution|no address|unreachable/i.test(reason)) {
    return 'hostUnreachable'
  }
  return /prohibited|denied|permit/i.test(reason) ? 'notAllowed' : 'failed'
}
