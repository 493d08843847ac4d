/** Decides whether the key that a host presents is the host's, as strictly as `ssh` does. */
import { type ErrorData, OpsError } from '../base/errors.ts'
import {
  fingerprint,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostsName,
  readKnownHosts,
  recordHostKey,
} from './known-hosts.ts'
import { expandPath, one, type ResolvedHost, splitPaths } from './ssh-config.ts'

/** What is wrong with a host key, for one table of all hosts of a run. */
export interface HostKeyProblem {
  readonly kind: 'unknown' | 'changed' | 'revoked'
  /** As known_hosts names it: `host` or `[host]:port`. */
  readonly host: string
  readonly keyType: string
  /** `SHA256:...`, as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string
  /** `file:line` of the entry that speaks against it. */
  readonly entry?: string
}

/** A refused host key; `problem` is the same as structured data. */
export class HostKeyError extends OpsError {
  readonly problem: HostKeyProblem
  constructor(data: ErrorData, problem: HostKeyProblem) {
    super(data)
    this.name = 'HostKeyError'
    this.problem = problem
  }
}

/** The host key problem of an error, where it is one. */
export function hostKeyProblemOf(thrown: unknown): HostKeyProblem | undefined {
  return thrown instanceof HostKeyError ? thrown.problem : undefined
}

/** The known hosts of one login: made before connecting, asked when the key arrives. */
export interface HostKeyCheck {
  /** Names the host in known_hosts, messages and records. */
  readonly host: string
  /** True where an authority is trusted for the host: then only the openssh backend can judge. */
  readonly hasCertificateAuthority: boolean
  /** Algorithms that ssh2 knows, those of known keys first, so that the server shows one we can compare. */
  readonly algorithms: readonly string[]
  /** @throws HostKeyError when the key must not be trusted. Says whether the key is new and must be recorded. */
  verify(key: Buffer): 'known' | 'record'
  /** Writes the key into the first user file; called after the login has proved that the host holds it. */
  record(key: Buffer): void
}

/** Reads known_hosts for one resolved host. `name` is what errors show. */
export function hostKeyCheck(host: ResolvedHost, name: string, acceptNew: boolean): HostKeyCheck {
  const userFiles = filesOf(host, 'userknownhostsfile')
  const files = [...userFiles, ...filesOf(host, 'globalknownhostsfile')]
  const alias = one(host.settings, 'hostkeyalias')
  const knownAs = alias?.toLowerCase() ?? knownHostsName(host.hostname, host.port)
  const entries = readKnownHosts(files, knownAs)
  // ssh falls back to the entry without a port, but only to accept, never to refuse.
  const withoutPort =
    alias === undefined && host.port !== 22 ? readKnownHosts(files, knownHostsName(host.hostname, 22)) : []
  return {
    host: knownAs,
    hasCertificateAuthority: [...entries, ...withoutPort].some(entry => entry.marker === 'cert-authority'),
    algorithms: orderedAlgorithms(entries, withoutPort),
    verify(key) {
      const verdict = judgeHostKey(key, entries)
      if (verdict.kind === 'known') return 'known'
      if (verdict.kind === 'unknown') {
        const other = judgeHostKey(key, withoutPort)
        if (other.kind === 'known') return 'known'
        if (other.kind === 'revoked') throw refusal(name, knownAs, key, 'revoked', other.by)
        if (acceptNew) return 'record'
        throw refusal(name, knownAs, key, 'unknown')
      }
      const entry = verdict.kind === 'changed' ? verdict.was : verdict.by
      throw refusal(name, knownAs, key, verdict.kind, entry)
    },
    record(key) {
      const file = userFiles[0]
      if (file === undefined || file === '/dev/null') return
      // Another login of this run may have written it meanwhile.
      if (judgeHostKey(key, readKnownHosts([file], knownAs)).kind === 'known') return
      recordHostKey(file, knownAs, key, host.settings.get('hashknownhosts')?.[0] === 'yes')
    },
  }
}

/** The refusal of a host key as an error: nothing was sent to the host. */
export function refusal(
  name: string,
  host: string,
  key: Buffer,
  kind: HostKeyProblem['kind'],
  entry?: KnownHost,
): HostKeyError {
  return hostKeyError(name, {
    kind,
    host,
    keyType: keyTypeOf(key),
    fingerprint: fingerprint(key),
    ...(entry ? { entry: `${entry.file}:${entry.line}` } : {}),
  })
}

/** The error for a host key problem, whichever backend found it. */
export function hostKeyError(name: string, problem: HostKeyProblem): HostKeyError {
  const shown = `It shows the ${problem.keyType} key ${problem.fingerprint}`
  const texts = {
    unknown: {
      title: `the host key of ${problem.host} is not known`,
      detail: `${shown}, and no known_hosts file names ${problem.host}.`,
      next: 'Compare the fingerprint with the host (`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` there), then run again with --accept-new.',
    },
    changed: {
      title: `the host key of ${problem.host} has changed`,
      detail: `${shown}, but ${problem.entry ?? 'known_hosts'} holds another one: the host was reinstalled, or this is another machine.`,
      next: `If the change is right, remove the old key (\`ssh-keygen -R '${problem.host}'\`), compare the fingerprint with the host, and run again with --accept-new.`,
    },
    revoked: {
      title: `the host key of ${problem.host} is marked as revoked`,
      detail: `${shown}, which ${problem.entry ?? 'known_hosts'} revokes.`,
      next: 'Give the host a new key; do not log in with this one.',
    },
  }[problem.kind]
  return new HostKeyError({ code: 'host-key', host: name, changed: 'no', ...texts }, problem)
}

function filesOf(host: ResolvedHost, keyword: string): string[] {
  return splitPaths(host.settings.get(keyword)?.[0] ?? '').flatMap(path => expandPath(path, host) ?? [])
}

const families: readonly (readonly [keyType: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]

function orderedAlgorithms(...lists: readonly (readonly KnownHost[])[]): string[] {
  const types = new Set(lists.flat().flatMap(entry => (entry.marker === 'none' ? [entry.keyType] : [])))
  const known = families.filter(([keyType]) => types.has(keyType))
  const others = families.filter(([keyType]) => !types.has(keyType))
  return [...known, ...others].flatMap(([, algorithms]) => algorithms)
}
