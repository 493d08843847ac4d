/** What makes a program use the tunnel: variables that most of them read, and a config for proxychains. */
import { type Direct, noProxy } from './pac.ts'

/** `socks5h`: names are resolved at the far end. */
export function proxyUrl(proxy: string): string {
  return `socks5h://${proxy}`
}

const variables = ['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap(name => [
  name,
  name.toLowerCase(),
])

/** An environment that names no proxy: proxychains carries every connection, also one to a proxy, which would fail. */
export function withoutProxy(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !variables.includes(name)))
}

/** The variables to set; an inherited NO_PROXY would lead around the tunnel, so it is always replaced. */
export function proxyVariables(proxy: string, directs: readonly Direct[]): Readonly<Record<string, string>> {
  const names = ['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY']
  const url = proxyUrl(proxy)
  const around = noProxy(directs)
  return Object.fromEntries([
    ...names.flatMap(name => [
      [name, url],
      [name.toLowerCase(), url],
    ]),
    ['NO_PROXY', around],
    ['no_proxy', around],
  ])
}

/** A config file of proxychains-ng; it can leave out networks, but no names. */
export function proxychainsConfig(proxy: string, directs: readonly Direct[]): string {
  const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(proxy) ?? []
  const networks = directs.flatMap(each =>
    each.kind === 'network' ? [`${each.address}/${mask(each.bits)}`] : [],
  )
  return [
    'strict_chain',
    'proxy_dns',
    'quiet_mode',
    'remote_dns_subnet 224',
    'tcp_read_time_out 60000',
    'tcp_connect_time_out 30000',
    ...networks.map(network => `localnet ${network}`),
    '[ProxyList]',
    `socks5 ${address} ${port}`,
    '',
  ].join('\n')
}

function mask(bits: number): string {
  const number = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.')
}
