/** Where an account may come from, as people write it and as the server stores it. */
import { isIPv4 } from 'node:net'

/** An IPv4 address, and after it a number of bits or a mask of them: MariaDB knows no networks of IPv6. */
export function isNetwork(from: string): boolean {
  const [address = '', mask = ''] = from.split('/')
  return isIPv4(address) && (/^\d{1,2}$/.test(mask) ? Number(mask) <= 32 : isIPv4(mask))
}

/** Networks are written with a mask, which all versions know; an address inside of one would never match. */
export function hostPattern(from: string): string {
  const [address = '', length] = from.split('/')
  if (length === undefined) return from.toLowerCase()
  const bits = Number(length)
  const mask = length.includes('.')
    ? bytesOf(length)
    : bytesOf(bits === 0 ? 0 : (2 ** 32 - 2 ** (32 - bits)) >>> 0)
  return `${bytesOf(address)
    .map((byte, at) => byte & (mask[at] ?? 0))
    .join('.')}/${mask.join('.')}`
}

function bytesOf(address: string | number): number[] {
  if (typeof address === 'string') return address.split('.').map(Number)
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255)
}
