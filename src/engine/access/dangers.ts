/** Which steps can cut our own access to a host, by what they touch, and what the host must be able to put back. */
import type { ErrorData } from '../../base/errors.ts'
import type { Claim } from '../claims.ts'
import type { Change } from '../resource.ts'
import type { Step } from '../step.ts'

/** A part of a host that a login from outside depends on. `other` is what a step named by itself. */
export type AccessArea = 'ssh' | 'firewall' | 'network' | 'sudo' | 'account' | 'other'

/** What a step names by itself to be put back; for `command`, of which nothing is known. */
export interface AccessOption {
  /** Files and links; with a slash at the end, a folder with all that is in it (64 MiB at most). */
  readonly paths?: readonly string[]
  /** Units whose state, running and enabled, is put back. */
  readonly units?: readonly string[]
  /** Accounts: their lines, groups, home folder's mode, `.ssh`. */
  readonly users?: readonly string[]
  /** The rules that the kernel has loaded. */
  readonly firewall?: boolean
  /** Shell for /bin/sh that runs as root after all that. */
  readonly undo?: string
}

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
  /** What the step would take away for good: it is refused. */
  readonly lasting: readonly string[]
}

/** Who logs in, and what this host lacks to put anything back by itself. */
export interface AccessContext {
  /** Undefined before the login: then what could concern any user counts. */
  readonly user?: string
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
  ['ssh', /^sshd?(@.*)?(\.socket)?$/],
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
]

/** What the step endangers, for the user who logs in; undefined where it cannot cut that user off. */
export function accessOf(
  step: Step,
  detail: string,
  { user }: AccessContext,
  change?: Change,
): Access | undefined {
  const { resource, params, options } = step
  if (options.access === 'unguarded') return undefined
  const owns = resource.owns?.(params) ?? []
  const affects = resource.affects?.(params, detail) ?? owns
  const reads = affects.includes('pkg:*') ? (resource.reads?.(params) ?? []) : []
  const claims = new Set([...owns, ...affects, ...reads.filter(each => each.startsWith('pkg:'))])
  const entries = [...claims].flatMap(claim => entriesOf(claim, user, owns))
  const named = options.access === undefined ? [] : entriesNamed(options.access)
  const gone = (change && resource.takesAway?.(change, params, detail)) ?? []
  const lasting = [...new Set(gone.filter(claim => isLasting(claim, user)))]
  if (entries.length + lasting.length === 0 && options.access === undefined) return undefined
  const areas = new Set([...entries, ...named].map(each => each.area))
  if (options.access !== undefined) areas.add('other')
  if (options.access?.firewall) areas.add('firewall')
  return {
    areas: [...areas],
    entries: [...entries, ...named],
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
function entriesOf(claim: Claim, user: string | undefined, owns: readonly Claim[]): readonly AccessEntry[] {
  const colon = claim.indexOf(':')
  const [kind, name] = [claim.slice(0, colon), claim.slice(colon + 1)]
  if (kind === 'pkg') return packages[name.replace(/:.*/, '')] ?? []
  if (kind === 'unit') {
    const unit = name.replace(/\.service$/, '')
    const area = units.find(([, pattern]) => pattern.test(unit))?.[0]
    return area ? [{ area, kind: 'unit', name: inFull(name) }] : []
  }
  if (kind === 'user') {
    return user === undefined || name === user || name === 'root'
      ? [{ area: 'account', kind: 'user', name }]
      : []
  }
  if (kind === 'group') {
    const matters = owns.includes(claim) && ['sudo', 'wheel', 'admin', user ?? name].includes(name)
    return matters ? [{ area: 'sudo', kind: 'group', name }] : []
  }
  if (kind !== 'path') return []
  const path = name.replace(/#.*/s, '')
  const area = areaOfPath(path, user)
  if (area === undefined) return []
  // A step that makes or dresses a folder owns the folder alone.
  return [{ area, kind: path.endsWith('/') ? 'tree' : 'path', name: path }]
}

function areaOfPath(path: string, user: string | undefined): AccessArea | undefined {
  const bare = path.replace(/(.)\/$/, '$1')
  const isWide = path.endsWith('/')
  if (isWide && /^\/(etc|home)?$/.test(bare)) return undefined
  const home = user === 'root' ? '/root' : `/home/${user}`
  if (user === undefined && /\/\.ssh(\/|$)|^\/(root|home\/[^/]+)$/.test(path)) return 'account'
  if (bare === home) return isWide ? undefined : 'account'
  if (/\/\.ssh(\/|$)/.test(path)) {
    // A home elsewhere may be anybody's: better a login too many.
    return /^\/(home\/|root\/)/.test(path) && !path.startsWith(`${home}/`) ? undefined : 'account'
  }
  const drop = /^\/(?:etc|run|lib|usr\/lib)\/systemd\/system\/([^/]+?)(?:\.service)?(?:\.d)?(?:\/|$)/.exec(
    path,
  )
  if (drop?.[1] !== undefined) {
    const unit = drop[1]
    return units.find(([, pattern]) => pattern.test(unit))?.[0]
  }
  return paths.find(([, pattern]) => pattern.test(path) || pattern.test(bare))?.[0]
}

const areaWords: Readonly<Record<AccessArea, string>> = {
  ssh: 'sshd',
  firewall: 'firewall',
  network: 'network',
  sudo: 'sudo',
  account: 'login account',
  other: 'named by the step',
}

/** The line beside a step in the plan. */
export function accessNote({ areas }: Access): string {
  const words = areas.map(area => areaWords[area]).join(', ')
  return `can cut our own access (${words}): the host takes it back within a minute unless a new login works`
}

/** Why a step that endangers our access is refused; undefined where the host can put everything back by itself. */
export function unguardedError(
  step: Step,
  { lasting }: Access,
  { problem }: AccessContext,
  host: string,
): ErrorData | undefined {
  const why =
    lasting.length > 0
      ? `it removes ${lasting.join(', ')} for good, and nothing on the host could put that back`
      : problem === undefined
        ? undefined
        : `the host could not take it back by itself: ${problem}`
  if (why === undefined) return undefined
  return {
    code: 'failed',
    title: `${step.name} can cut our own access, and ${why}`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: "Do it by hand with a console at hand, or say `access: 'unguarded'` in the options of the step.",
  }
}

/** What became of an earlier run that nobody waited for, from the verdict that its host kept. */
export function earlierVerdict(text: string): string {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(each => each[1] ?? '')
  const value = (key: string) => values(key)[0] ?? 'unknown'
  const who = `an earlier run (${value('who')}) did not confirm that it can still log in`
  const stays = values('stays')
  const rest = stays.length > 0 ? `; what packages it brought stays: ${stays.join(', ')}` : ''
  return value('verdict') === 'restored'
    ? `${who}: at ${value('at')} the host took back ${value('steps')}${rest}`
    : `${who}: at ${value('at')} the host tried to take back ${value('steps')}, and could not: ${values('detail').join('; ')}${rest}`
}

/** Reads what `accessProbe` printed. */
export function parseAccess(text: string): {
  readonly problem: string | undefined
  readonly earlier: string | undefined
} {
  const isTold = !/^verdict=/m.test(text) || /^verdict=confirmed$/m.test(text)
  return {
    problem: /^problem=(.*)$/m.exec(text)?.[1],
    earlier: isTold ? undefined : earlierVerdict(text),
  }
}
