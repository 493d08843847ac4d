/** Which steps can cut our own access to a host, by what they touch, and what the host must be able to put back. */
import type { Claim } from '../claims.ts'
import type { Change } from '../resource.ts'
import type { Step } from '../step.ts'
import type { AccessArea, AccessOption } from './area.ts'
import { areaInWay, areaUnderMount, type WayIn } from './way-in.ts'

/** One thing that is saved before the step, and put back unless a fresh login confirms. */
export interface AccessEntry {
  readonly area: AccessArea
  /** `grown`: files that are there are put back, and what a package adds to them stays with it. */
  readonly kind: 'path' | 'tree' | 'grown' | 'unit' | 'user' | 'group' | 'undo'
  readonly name: string
}

/** How a step endangers our access. */
export interface Access {
  readonly areas: readonly AccessArea[]
  readonly entries: readonly AccessEntry[]
  /** Its apply must not be ended half-way (dpkg): the way back waits for it. */
  readonly isPatient: boolean
  /** It may be harmless as well: a file that our login reads, the mode of a folder on the way. Never refused. */
  readonly isSlight: boolean
  /** What the step would take away for good: it is refused. */
  readonly lasting: readonly string[]
}

/** Who logs in, and what this host lacks to put anything back by itself. */
export interface AccessContext {
  /** Undefined where it is not known: then what could concern any user counts. */
  readonly user?: string
  /** What the way in stands on, where the host could tell. */
  readonly way?: WayIn
  readonly problem?: string
}

const packages: Readonly<Record<string, readonly AccessEntry[]>> = {
  'openssh-server': [{ area: 'ssh', kind: 'grown', name: '/etc/ssh/' }],
  sudo: [
    { area: 'sudo', kind: 'grown', name: '/etc/sudoers' },
    { area: 'sudo', kind: 'grown', name: '/etc/sudoers.d/' },
  ],
  firewalld: [{ area: 'firewall', kind: 'grown', name: '/etc/firewalld/' }],
  ufw: [{ area: 'firewall', kind: 'grown', name: '/etc/ufw/' }],
  nftables: [{ area: 'firewall', kind: 'grown', name: '/etc/nftables.conf' }],
  'iptables-persistent': [{ area: 'firewall', kind: 'grown', name: '/etc/iptables/' }],
  ifupdown: [{ area: 'network', kind: 'grown', name: '/etc/network/' }],
  'netplan.io': [{ area: 'network', kind: 'grown', name: '/etc/netplan/' }],
  'network-manager': [{ area: 'network', kind: 'grown', name: '/etc/NetworkManager/' }],
  'systemd-resolved': [{ area: 'network', kind: 'grown', name: '/etc/resolv.conf' }],
}

/** Whose removal nothing on the host can undo: to install it again takes a network and a mirror. */
const lastingPackages = ['openssh-server', 'sudo']

const units: readonly (readonly [AccessArea, RegExp])[] = [
  ['ssh', /^(sshd?(@.*)?(\.socket)?|systemd-user-sessions)$/],
  ['firewall', /^(nftables|ufw|firewalld|ip6?tables|netfilter-persistent|shorewall6?)$/],
  [
    'network',
    /^(networking|systemd-networkd(\.socket)?|NetworkManager|systemd-resolved|netplan-.*|ifup@.*|wg-quick@.*|tailscaled|openvpn.*)$/,
  ],
]

const paths: readonly (readonly [AccessArea, RegExp])[] = [
  // The client's side of ssh does not matter here.
  ['ssh', /^\/etc\/ssh\/(?!ssh_config|ssh_known_hosts)|^\/etc\/ssh$|^\/etc\/default\/ssh$/],
  ['ssh', /^\/etc\/(pam\.d|security)\/|^\/etc\/(hosts\.(allow|deny)|nologin|nsswitch\.conf|shells)$/],
  ['firewall', /^\/etc\/(nftables(\.conf$|\.d\/|\/)|ufw\/|default\/ufw$|iptables\/|firewalld\/)/],
  ['network', /^\/etc\/(network|netplan|systemd\/network|NetworkManager|wireguard)\//],
  ['network', /^\/etc\/(resolv\.conf|systemd\/(networkd|resolved)\.conf)/],
  ['sudo', /^\/etc\/(sudoers$|sudoers\.d(\/|$)|sudo\.conf$)/],
  ['account', /^\/etc\/g?(passwd|shadow|group|shells)$/],
  ['account', /^\/(etc|home)?$/],
  ['mounts', /^\/etc\/fstab$/],
  ['limits', /^\/etc\/systemd\/(system|logind)\.conf(\.d\/|$)|^\/etc\/pam_env\.conf$/],
]

/** What the step endangers, for the user who logs in; undefined where it cannot cut that user off. */
export function accessOf(
  step: Step,
  detail: string,
  context: AccessContext,
  change?: Change,
): Access | undefined {
  const { resource, params, options } = step
  if (options.access === 'unguarded') return undefined
  const owns = resource.owns?.(params) ?? []
  const affects = resource.affects?.(params, detail) ?? owns
  const reads = affects.includes('pkg:*') ? (resource.reads?.(params) ?? []) : []
  const claims = new Set([...owns, ...affects, ...reads.filter(each => each.startsWith('pkg:'))])
  const entries = [...claims].flatMap(claim => entriesOf(claim, context, owns))
  const { way: _, ...untold } = context
  const isCertain = (name: string) =>
    [...claims].some(claim => entriesOf(claim, untold, owns).some(each => each.name === name))
  const isSlight = ({ area, name }: AccessEntry) =>
    area === 'limits' || area === 'mounts' || (area === 'account' && !isCertain(name))
  const named = options.access === undefined ? [] : entriesNamed(options.access)
  const gone = (change && resource.takesAway?.(change, params, detail)) ?? []
  const lasting = [...new Set(gone.filter(claim => isLasting(claim, context.user)))]
  if (entries.length + lasting.length === 0 && options.access === undefined) return undefined
  const areas = new Set([...entries, ...named].map(each => each.area))
  if (options.access !== undefined) areas.add('other')
  if (options.access?.firewall) areas.add('firewall')
  return {
    areas: [...areas],
    entries: [...entries, ...named],
    isSlight: lasting.length + named.length === 0 && options.access === undefined && entries.every(isSlight),
    isPatient: [...claims].some(claim => claim.startsWith('pkg:')),
    lasting: lasting.map(claim => claim.slice(claim.indexOf(':') + 1)),
  }
}

function isLasting(claim: Claim, user: string | undefined): boolean {
  return claim === `user:${user}` || lastingPackages.some(name => claim === `pkg:${name}`)
}

function entriesNamed({ paths = [], units = [], users = [], undo }: AccessOption): AccessEntry[] {
  const entry = (kind: AccessEntry['kind'], name: string): AccessEntry => ({ area: 'other', kind, name })
  return [
    ...paths.map(name => entry(name.endsWith('/') ? 'tree' : 'path', name)),
    ...units.map(name => entry('unit', inFull(name))),
    ...users.map(name => entry('user', name)),
    ...(undo === undefined ? [] : [entry('undo', undo)]),
  ]
}

function inFull(unit: string): string {
  return /\.(service|socket|timer|path|mount|automount|swap|target|slice)$/.test(unit)
    ? unit
    : `${unit}.service`
}

/** Claims of everything (`unit:*`, all of /etc) say nothing about access: else every package would be a danger. */
function entriesOf(claim: Claim, context: AccessContext, owns: readonly Claim[]): readonly AccessEntry[] {
  const { user, way } = context
  const colon = claim.indexOf(':')
  const [kind, name] = [claim.slice(0, colon), claim.slice(colon + 1)]
  if (kind === 'pkg') return packages[name.replace(/:.*/, '')] ?? []
  if (kind === 'unit') {
    const area = areaOfUnit(name.replace(/\.service$/, ''), way)
    return area ? [{ area, kind: 'unit', name: inFull(name) }] : []
  }
  if (kind === 'user') {
    return user === undefined || name === user || name === 'root'
      ? [{ area: 'account', kind: 'user', name }]
      : []
  }
  if (kind === 'group') {
    const matters = ['sudo', 'wheel', 'admin', user ?? name].includes(name) || way?.groups.has(name)
    return matters && owns.includes(claim) ? [{ area: 'sudo', kind: 'group', name }] : []
  }
  if (kind !== 'path') return []
  const path = name.replace(/#.*/s, '')
  const isWide = path.endsWith('/')
  // Everything below a folder is meant by a step that has the folder for itself alone.
  const isOwn = isWide && owns.includes(`path:${path.slice(0, -1)}`)
  const area = areaOfPath(path, context) ?? (isOwn ? areaOfPath(path.slice(0, -1), context) : undefined)
  if (area === undefined) return []
  // A step that makes or dresses a folder owns the folder alone.
  return [{ area, kind: isWide ? 'tree' : 'path', name: path }]
}

function areaOfPath(path: string, { user, way }: AccessContext): AccessArea | undefined {
  const bare = path.replace(/(.)\/$/, '$1')
  const isWide = path.endsWith('/')
  if (isWide && /^\/(etc|home)?$/.test(bare)) return undefined
  const home = way?.home ?? (user === 'root' ? '/root' : `/home/${user}`)
  if (user === undefined && /\/\.ssh(\/|$)|^\/(root|home\/[^/]+)$/.test(path)) return 'account'
  if (bare === home) return isWide ? undefined : 'account'
  const derived = way && !isWide ? areaInWay(way, path) : undefined
  if (derived) return derived
  if (/\/\.ssh(\/|$)/.test(path)) {
    // A home elsewhere may be anybody's: better a login too many.
    return /^\/(home\/|root\/)/.test(path) && !path.startsWith(`${home}/`) ? undefined : 'account'
  }
  const drop = /^\/(?:etc|run|lib|usr\/lib)\/systemd\/system\/([^/]+?)(?:\.service)?(?:\.d)?(?:\/|$)/.exec(
    path,
  )
  if (drop?.[1] !== undefined) return areaOfUnit(drop[1], way)
  return paths.find(([, pattern]) => pattern.test(path) || pattern.test(bare))?.[0]
}

/** Of a unit without its `.service`, or the name of a folder with settings of units. */
function areaOfUnit(unit: string, way: WayIn | undefined): AccessArea | undefined {
  const known = units.find(([, pattern]) => pattern.test(unit))?.[0]
  if (known) return known
  const [, mount] = /^(.*)\.(?:auto)?mount$/.exec(unit) ?? []
  if (mount !== undefined) return way && areaUnderMount(way, mountPointOf(mount)) && 'mounts'
  return way?.units.has(unit) || way?.units.has(`${unit}.service`) ? 'limits' : undefined
}

/** systemd.unit(5): `-` stands for `/`, and `\xNN` for what has no place in a name. */
function mountPointOf(name: string): string {
  const bytes = name.replaceAll('-', '/').replaceAll(/\\x([0-9a-f]{2})/g, (_, code) => `%${code}`)
  try {
    return `/${decodeURIComponent(bytes)}`
  } catch {
    return `/${bytes}`
  }
}
