/** Settings that the kernel sets together with another one: where that is set later, it has the last word on them. */

export interface Mover {
  /** The setting that moves others, under each name that it has. */
  readonly ways: readonly string[]
  readonly moves: RegExp
  /** What it makes of them; undefined: nothing. */
  to(value: string): string | undefined
  /** What it is before anything sets it at boot: it moves the others only where it becomes another value. */
  readonly startsAt?: string
  /** Both can hold: the other one is set afterwards. */
  readonly bothHold?: true
}

const forwarding = ['net/ipv4/ip_forward', 'net/ipv4/conf/all/forwarding'] as const

/** Of two, one alone counts, and the other shows 0 (the kernel's admin-guide/sysctl/vm.rst). */
const rivals = (one: string, other: string): readonly Mover[] =>
  [
    [one, other],
    [other, one],
  ].map(([way = '', moved]) => ({
    ways: [way],
    moves: new RegExp(`^${moved}$`),
    to: value => (value === '0' ? undefined : '0'),
  }))

/** One setting with two names. */
const twins = (one: string, other: string): readonly Mover[] =>
  [
    [one, other],
    [other, one],
  ].map(([way = '', moved]) => ({ ways: [way], moves: new RegExp(`^${moved}$`), to: value => value }))

const movers: readonly Mover[] = [
  // The kernel's networking/ip-sysctl.rst of ip_forward, and inet_forward_change() for what it comes to.
  {
    ways: forwarding,
    moves: /^net\/ipv4\/conf\/all\/accept_redirects$/,
    to: value => (value === '0' ? '1' : '0'),
    startsAt: '0',
    bothHold: true,
  },
  {
    ways: forwarding,
    moves: /^net\/ipv4\/conf\/(?!all\/)[^/]+\/forwarding$/,
    to: value => value,
    startsAt: '0',
    bothHold: true,
  },
  ...twins(...forwarding),
  ...twins('net/nf_conntrack_max', 'net/netfilter/nf_conntrack_max'),
  // In IPv6 `all` sets each interface and the default; and systemd writes no value that is there already.
  ...['forwarding', 'disable_ipv6', 'addr_gen_mode', 'ignore_routes_with_linkdown'].map(
    (name): Mover => ({
      ways: [`net/ipv6/conf/all/${name}`],
      moves: new RegExp(`^net/ipv6/conf/(?!all/)[^/]+/${name}$`),
      to: value => value,
      startsAt: '0',
      bothHold: true,
    }),
  ),
  ...rivals('vm/dirty_bytes', 'vm/dirty_ratio'),
  ...rivals('vm/dirty_background_bytes', 'vm/dirty_background_ratio'),
  ...rivals('vm/overcommit_kbytes', 'vm/overcommit_ratio'),
]

/** What moves this setting. */
export const moversOf = (way: string): readonly Mover[] => movers.filter(({ moves }) => moves.test(way))

export const waysThatMove = (way: string): readonly string[] => moversOf(way).flatMap(({ ways }) => ways)

/** Whether it is to be set after others that would move it. */
export const isSetAfterOthers = (way: string): boolean => moversOf(way).some(({ bothHold }) => bothHold)
