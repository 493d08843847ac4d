/** One rule of a firewall, as a recipe says it and as both kinds of firewall are told. */
import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

/** What comes in: all of the parts that are given have to fit. */
export interface Rule {
  readonly protocol: 'tcp' | 'udp' | 'any'
  /** A port or a range of them. */
  readonly ports?: { readonly first: number; readonly last: number }
  /** An address or a network, in the spelling of the kernel; without one, of both families. */
  readonly from?: { readonly text: string; readonly family: 4 | 6 }
  readonly interface?: string
}

export type Action = 'deny' | 'limit' | 'allow'

const portsOf = (text: string): NonNullable<Rule['ports']> => {
  const [first = '', last = first] = text.split(':')
  return { first: Number(first), last: Number(last) }
}

const isPorts = (text: string): boolean => {
  const { first = 0, last = 0 } = (/^\d{1,5}(?::\d{1,5})?$/.test(text) && portsOf(text)) || {}
  return first >= 1 && last <= 65535 && first <= last
}

const notPorts = 'must be a port from 1 to 65535, or a range such as 6000:6007'

/** Of a network, the address and how many of its bits count; undefined where it is none. */
function networkOf(
  text: string,
): { readonly address: string; readonly bits: number; readonly family: 4 | 6 } | undefined {
  const [, given = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(given)
  if ((family !== 4 && family !== 6) || given.includes('%')) return undefined
  const size = family === 4 ? 32 : 128
  const bits = Number(prefix ?? size)
  if (bits < 1 || bits > size) return undefined
  // Its shortest spelling, as the kernel has it.
  const address = family === 4 ? given : new URL(`http://[${given}]`).hostname.slice(1, -1)
  return { address, bits, family }
}

/** Whether all bits behind the prefix are zero, as firewalls would make them without a word. */
function isWhole({ address, bits, family }: NonNullable<ReturnType<typeof networkOf>>): boolean {
  const words = family === 4 ? address.split('.').map(Number) : groupsOf(address)
  const width = family === 4 ? 8 : 16
  return words.every((word, at) => {
    const kept = Math.min(Math.max(bits - at * width, 0), width)
    return (word & ((1 << (width - kept)) - 1)) === 0
  })
}

function groupsOf(address: string): number[] {
  const [before = '', after] = address.split('::')
  const numbers = (text = '') => (text === '' ? [] : text.split(':').map(each => Number.parseInt(each, 16)))
  const [head, tail] = [numbers(before), numbers(after)]
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

const from = z
  .string()
  .refine(text => networkOf(text) !== undefined, 'must be an address or a network, such as 10.0.0.0/8')
  .refine(text => {
    const network = networkOf(text)
    return network === undefined || isWhole(network)
  }, 'has bits behind its prefix, which no firewall looks at: write the network, such as 10.0.0.0/8')
  .transform((text): NonNullable<Rule['from']> => {
    const { address = '', bits = 0, family = 4 } = networkOf(text) ?? {}
    return { text: bits === (family === 4 ? 32 : 128) ? address : `${address}/${bits}`, family }
  })

const forms =
  "must be a port from 1 to 65535 or a range of them as ufw writes it, such as '80/tcp', 53 or '6000:6007/udp' (of a service its port, of several ports a rule each), or parts of a rule, such as { port: 22, from: '10.0.0.0/8' }"

const word = z
  .string()
  .refine(text => isPorts(text.replace(/\/(tcp|udp)$/, '')), forms)
  .transform((text): Rule => {
    const [ports = '', protocol = 'any'] = text.split('/')
    return { protocol: protocol as Rule['protocol'], ports: portsOf(ports) }
  })

const parts = z
  .strictObject({
    port: z
      .union(
        [z.number().int().min(1).max(65535).transform(String), z.string().refine(isPorts, notPorts)],
        notPorts,
      )
      .transform(portsOf)
      .optional(),
    protocol: z.enum(['tcp', 'udp']).optional(),
    from: from.optional(),
    interface: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/, 'must be the name of an interface, such as eth0')
      .optional(),
  })
  .refine(
    ({ port, from, interface: name }) => port !== undefined || from !== undefined || name !== undefined,
    'must name a port, an address or an interface: `default` is for all that no rule names',
  )
  .transform(
    ({ port, protocol, from: source, interface: name }): Rule => ({
      protocol: protocol ?? 'any',
      ...(port && { ports: port }),
      ...(source && { from: source }),
      ...(name !== undefined && { interface: name }),
    }),
  )

/** Of parts, what is wrong with them; of anything else, which forms there are. */
function unfit(input: unknown): string {
  const issue =
    typeof input === 'object' && input !== null ? parts.safeParse(input).error?.issues[0] : undefined
  if (issue === undefined) return forms
  return [...issue.path.map(key => `\`${String(key)}\``), issue.message].join(' ')
}

/** `'80/tcp'`, `53`, `{ port: 22, from: '10.0.0.0/8' }`. */
export const rule = z
  .union(
    [
      z
        .number()
        .int()
        .min(1)
        .max(65535)
        .transform((port): Rule => ({ protocol: 'any', ports: { first: port, last: port } })),
      word,
      parts,
    ],
    { error: ({ input }) => unfit(input) },
  )
  .refine(
    ({ ports, protocol }) => ports === undefined || ports.first === ports.last || protocol !== 'any',
    'must say tcp or udp where it names a range of ports',
  )

/** As people write it: `22/tcp from 10.0.0.0/8 on eth0`. */
export function words({ ports, protocol, from: source, interface: name }: Rule): string {
  const range = ports && (ports.first === ports.last ? String(ports.first) : `${ports.first}:${ports.last}`)
  const what = [range, protocol === 'any' ? undefined : protocol].filter(each => each !== undefined).join('/')
  return [
    what || 'all',
    ...(source ? [`from ${source.text}`] : []),
    ...(name === undefined ? [] : [`on ${name}`]),
  ].join(' ')
}

/** Whether packets of TCP to this port are among those that the rule names; one without ports names all of them. */
export const concerns = ({ ports, protocol }: Rule, port: number): boolean =>
  protocol !== 'udp' && (ports === undefined || (ports.first <= port && port <= ports.last))

/** Whether this address is one of those that the rule names. */
export function isFrom({ from: source }: Rule, address: string): boolean {
  if (source === undefined) return true
  const [network = '', bits] = source.text.split('/')
  const type = source.family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  if (bits === undefined) list.addAddress(network, type)
  else list.addSubnet(network, Number(bits), type)
  // One of IPv4 that an IPv6 socket took.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}
