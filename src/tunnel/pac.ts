/** Writes the proxy auto-configuration file: everything through the tunnel, except what was named. */
import { isIPv4 } from 'node:net'
import { inputError, type OpsError } from '../base/errors.ts'

export const pacType = 'application/x-ns-proxy-autoconfig'

/** One exception, as written by a person, checked. */
export type Direct =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'network'; readonly address: string; readonly bits: number }

/**
 * `example.com` means that name and all below it, `*.example.com` and `.example.com` the same; `10.0.0.0/8` and
 * `10.1.2.3` mean addresses that are written as such (no name is looked up for it).
 */
export function readDirect(text: string): Direct | OpsError {
  const [address = '', bitsText, ...rest] = text.split('/')
  if (isIPv4(address) && rest.length === 0) {
    const bits = bitsText === undefined ? 32 : /^\d{1,2}$/.test(bitsText) ? Number(bitsText) : 33
    if (bits <= 32) return { kind: 'network', address, bits }
  }
  const name = text
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
    .toLowerCase()
  const isName =
    name.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(name)
  if (isName && !/^[\d.]+$/.test(name)) return { kind: 'domain', name }
  return inputError(`--direct ${text}: neither a domain nor an IPv4 address or network`, {
    next: 'Write it as example.com, 10.1.2.3 or 10.0.0.0/8; other scripts than Latin in their xn-- form.',
  })
}

/** The file. A browser that cannot reach the tunnel shows an error: it never goes around it. */
export function pacFile(proxy: string, directs: readonly Direct[]): string {
  const domains = directs.flatMap(each => (each.kind === 'domain' ? [each.name] : []))
  const networks = directs.flatMap(each =>
    each.kind === 'network' ? [[each.address, each.bits] as const] : [],
  )
  return `// Made by ops: everything through the tunnel, except the names and networks listed here.
var domains = ${JSON.stringify(domains)};
var networks = ${JSON.stringify(networks)};
function number(address) {
  var parts = address.split('.');
  return ((parts[0] * 256 + +parts[1]) * 256 + +parts[2]) * 256 + +parts[3];
}
function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/\\.$/, '');
  if (/^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(host)) {
    for (var i = 0; i < networks.length; i++) {
      var size = Math.pow(2, 32 - networks[i][1]);
      if (Math.floor(number(host) / size) === Math.floor(number(networks[i][0]) / size)) return 'DIRECT';
    }
  }
  for (var j = 0; j < domains.length; j++) {
    var name = domains[j];
    if (host === name || host.slice(-name.length - 1) === '.' + name) return 'DIRECT';
  }
  return 'SOCKS5 ${proxy}; SOCKS ${proxy}';
}
`
}

/** The same exceptions as NO_PROXY takes them. */
export function noProxy(directs: readonly Direct[]): string {
  return directs
    .map(each =>
      each.kind === 'domain' ? each.name : each.bits === 32 ? each.address : `${each.address}/${each.bits}`,
    )
    .join(',')
}
