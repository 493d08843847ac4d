/** Reads and extends known_hosts files with the rules of `ssh` itself (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../base/make-folder.ts'
import { fileVersion } from './file-version.ts'

/** One usable line that names the host asked for. */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'cert-authority'
  readonly keyType: string
  /** The key in SSH wire format. */
  readonly key: Buffer
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

/** What known_hosts says about a key that a host presented. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly was: KnownHost }
  | { readonly kind: 'revoked'; readonly by: KnownHost }

/** The name under which `ssh` files a host: lower case, `[host]:port` for a port other than 22. */
export function knownHostsName(hostname: string, port: number): string {
  const name = hostname.toLowerCase()
  return port === 22 ? name : `[${name}]:${port}`
}

/** All lines of the files that name `host`; files that do not exist are empty. */
export function readKnownHosts(files: readonly string[], host: string): KnownHost[] {
  return files.flatMap(file => {
    const { named, patterns } = linesOf(file)
    const matching = patterns.filter(({ names }) => namesHost(names, host))
    const found = [...(named.get(host) ?? []), ...matching].sort((one, other) => one.line - other.line)
    return found.map(({ names: _, ...entry }) => entry)
  })
}

type NamedKey = KnownHost & { readonly names: string }

/** What was read of a file, for as long as nobody has touched that: many hosts of a run look into the same one. */
const filesRead = new Map<string, { readonly version: string; readonly lines: Lines }>()

/** Lines that hold nothing but plain names are found by these: a fleet has a line or three for each host. */
interface Lines {
  readonly named: ReadonlyMap<string, readonly NamedKey[]>
  /** Hashed names, patterns, and what they exclude. */
  readonly patterns: readonly NamedKey[]
}

function linesOf(file: string): Lines {
  let text: string
  let version: string
  try {
    version = fileVersion(file)
    const before = filesRead.get(file)
    if (before?.version === version) return before.lines
    text = readFileSync(file, 'latin1')
  } catch {
    return { named: new Map(), patterns: [] }
  }
  const keys = text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line)
    return entry ? [{ ...entry, file, line: index + 1 }] : []
  })
  const lines = sorted(keys)
  if (version !== '') filesRead.set(file, { version, lines })
  return lines
}

function sorted(keys: readonly NamedKey[]): Lines {
  const named = new Map<string, NamedKey[]>()
  const patterns: NamedKey[] = []
  for (const key of keys) {
    if (/[*?!|]/.test(key.names)) patterns.push(key)
    else {
      for (const name of new Set(key.names.toLowerCase().split(','))) {
        const others = named.get(name)
        if (others) others.push(key)
        else named.set(name, [key])
      }
    }
  }
  return { named, patterns }
}

/**
 * The verdict of `ssh`: revoked wins, then an equal key, then any other key of the host means `changed`.
 * Lines with a certificate authority say nothing about a plain key.
 */
export function judgeHostKey(key: Buffer, entries: readonly KnownHost[]): HostKeyVerdict {
  const revoked = entries.find(entry => entry.marker === 'revoked' && entry.key.equals(key))
  if (revoked) return { kind: 'revoked', by: revoked }
  const plain = entries.filter(entry => entry.marker === 'none')
  if (plain.some(entry => entry.key.equals(key))) return { kind: 'known' }
  const was = plain.find(entry => entry.keyType === keyTypeOf(key)) ?? plain[0]
  return was ? { kind: 'changed', was } : { kind: 'unknown' }
}

/** The fingerprint as `ssh` and `ssh-keygen -l` print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type named inside a key in wire format, such as `ssh-ed25519`. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0
  return key.toString('latin1', 4, 4 + length)
}

/** Appends a key for a host; makes the file (0600) and its directory (0700) where they are missing. */
export function recordHostKey(file: string, host: string, key: Buffer, hashed: boolean): void {
  makeFolder(dirname(file), 0o700)
  const isNew = !existsSync(file)
  const descriptor = openSync(file, 'a+', 0o600)
  try {
    if (isNew) chmodSync(file, 0o600)
    const line = `${hashed ? hashName(host) : host} ${keyTypeOf(key)} ${key.toString('base64')}\n`
    writeSync(descriptor, endsWithNewline(descriptor) ? line : `\n${line}`)
  } finally {
    closeSync(descriptor)
  }
}

function endsWithNewline(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(descriptor, last, 0, 1, size - 1)
  return last[0] === 10
}

function hashName(host: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(host).digest('base64')}`
}

function parseLine(
  line: string,
): (Pick<KnownHost, 'marker' | 'keyType' | 'key'> & { names: string }) | undefined {
  const words = line.trim().split(/[ \t]+/)
  if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return undefined
  let marker: KnownHost['marker'] = 'none'
  if (words[0].startsWith('@')) {
    if (words[0] === '@revoked') marker = 'revoked'
    else if (words[0] === '@cert-authority') marker = 'cert-authority'
    else return undefined
    words.shift()
  }
  const [names, keyType, base64] = words
  if (names === undefined || keyType === undefined || base64 === undefined) return undefined
  const key = Buffer.from(base64, 'base64')
  return keyTypeOf(key) === keyType ? { marker, names, keyType, key } : undefined
}

function namesHost(names: string, host: string): boolean {
  if (names.startsWith('|')) return isHashOf(names, host)
  let matched = false
  for (const pattern of names.split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern((negated ? pattern.slice(1) : pattern).toLowerCase(), host)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

function isHashOf(names: string, host: string): boolean {
  const [, version, salt, hash] = names.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  const wanted = Buffer.from(hash, 'base64')
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest()
  return wanted.length === found.length && timingSafeEqual(wanted, found)
}

/** `*` and `?` as in ssh; everything else, brackets too, stands for itself. */
export function matchesPattern(pattern: string, host: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === host
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`).test(host)
}
