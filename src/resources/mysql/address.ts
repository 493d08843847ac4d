/** Addresses that a database server listens on, as people write them and as /proc/net/tcp shows them. */
import { isIPv4, isIPv6 } from 'node:net'

/** What MySQL and MariaDB take for "every address": with and without IPv6. */
export const everyAddress = ['*', '::', '0.0.0.0'] as const

/** True for an IP address or `*`. */
export function isListenAddress(text: string): boolean {
  return text === '*' || isIPv4(text) || isIPv6(text)
}

/** True when the server can be reached through it from other machines. */
export function isOpenToOthers(address: string): boolean {
  return !/^127\./.test(address) && address !== '::1'
}

/**
 * `ADDRESS:PORT` as the kernel of a little-endian machine writes it in /proc/net/tcp and tcp6; alternatives are parted
 * by a bar, since `*` is one socket for both families where there is IPv6, and one for IPv4 where there is none.
 */
export function listeningWords(address: string, port: number): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const every = `${'0'.repeat(32)}:${hexPort}`
  if (address === '*') return `${every}|${'0'.repeat(8)}:${hexPort}`
  const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address)
  return `${hexWords(bytes)}:${hexPort}`
}

/** Words of four bytes, each with its last byte first. */
function hexWords(bytes: readonly number[]): string {
  const words: string[] = []
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4).reverse()
    words.push(word.map(byte => byte.toString(16).padStart(2, '0')).join(''))
  }
  return words.join('').toUpperCase()
}

function ipv6Bytes(address: string): number[] {
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_whole, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail] = plain.split('::')
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'))
  const [left, right] = [groups(head), groups(tail)]
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...middle, ...right].flatMap(group => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
}
