/** One private key file: read without decrypting, loaded when its turn comes, and judged when a person named it. */
import { readFile, stat } from 'node:fs/promises'
import type { ParsedKey } from 'ssh2'
import { inputError } from '../base/errors.ts'
import { ownUser } from '../base/own-user.ts'
import { type AgentKey, WireReader } from './agent.ts'
import { fileVersion } from './file-version.ts'
import { keyTypeOf } from './known-hosts.ts'
import type { ConnectTarget } from './transport.ts'

/** A key that can sign. */
export interface Identity {
  readonly label: string
  readonly publicKey: Buffer
  readonly keyType: string
  /** Ask the server first whether it takes the key: where signing costs a person's attention. */
  readonly probeFirst: boolean
  /** The bare signature, for algorithms such as `rsa-sha2-512`. */
  sign(data: Buffer, algorithm: string): Promise<Buffer> | Buffer
}

/** A key that is loaded when its turn comes: a passphrase is only asked for when it is needed. */
export interface Candidate {
  readonly label: string
  /** A text says why the key cannot be used. */
  load(): Promise<Identity | string>
}

/** A private key file, read but not decrypted. */
export interface IdentityFile {
  readonly path: string
  readonly contents: Buffer | undefined
  /** From `PATH.pub` or from the unencrypted part of the file itself. */
  readonly publicKey: Buffer | undefined
  readonly keyType: string | undefined
  /** Its mode where others than its owner may use it, as in `0644`: ssh does not use such a key. */
  readonly openMode?: string
}

/** Key types with which ssh2 can log in. */
export const ssh2KeyTypes: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
])

const filesRead = new Map<string, { readonly version: string; readonly read: Promise<IdentityFile> }>()

/**
 * Reads a key file and what is known of its public half, once while nobody touches them. A file that cannot be read has no
 * contents.
 */
export function readIdentityFile(path: string): Promise<IdentityFile> {
  const versions = [versionOf(path), versionOf(`${path}.pub`)]
  if (versions.includes('')) return readAnew(path)
  const version = versions.join('\n')
  const before = filesRead.get(path)
  if (before?.version === version) return before.read
  const read = readAnew(path)
  filesRead.set(path, { version, read })
  return read
}

function versionOf(path: string): string {
  try {
    return fileVersion(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : ''
  }
}

async function readAnew(path: string): Promise<IdentityFile> {
  const [contents, publicText, openMode] = await Promise.all([
    readFile(path).catch(() => undefined),
    readFile(`${path}.pub`, 'latin1').catch(() => ''),
    openModeOf(path),
  ])
  const base64 = publicText.trim().split(/\s+/)[1]
  const publicKey = base64 === undefined ? publicPartOf(contents) : Buffer.from(base64, 'base64')
  return {
    path,
    contents,
    publicKey,
    keyType: publicKey && keyTypeOf(publicKey),
    ...(openMode !== undefined && { openMode }),
  }
}

/** As ssh judges it (sshkey_perm_ok in its authfile.c): only of a file that is our own. */
async function openModeOf(path: string): Promise<string | undefined> {
  const { uid, mode } = (await stat(path).catch(() => undefined)) ?? { uid: -1, mode: 0 }
  if (uid !== ownUser().uid || (mode & 0o077) === 0) return undefined
  return (mode & 0o7777).toString(8).padStart(4, '0')
}

/** The public key that an OpenSSH private key file holds in clear text, even when it is encrypted; or a public file. */
function publicPartOf(contents: Buffer | undefined): Buffer | undefined {
  const text = contents?.toString('latin1') ?? ''
  const line = /^(?:ssh|ecdsa|sk)-[\w@.-]+ ([A-Za-z0-9+/=]+)/.exec(text)
  if (line?.[1] !== undefined) return Buffer.from(line[1], 'base64')
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)
  const magic = 'openssh-key-v1\0'
  if (body?.[1] === undefined) return undefined
  const blob = Buffer.from(body[1], 'base64')
  if (blob.toString('latin1', 0, magic.length) !== magic) return undefined
  try {
    const reader = new WireReader(blob, magic.length)
    for (let skipped = 0; skipped < 3; skipped++) reader.bytes()
    return reader.number() === 1 ? reader.bytes() : undefined
  } catch {
    return undefined
  }
}

/** True for a format of private keys that `ssh` reads and ssh2 does not (`ssh-keygen -m PKCS8`). */
export function isPkcs8({ contents }: IdentityFile): boolean {
  return /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(contents?.toString('latin1') ?? '')
}

/**
 * Holds a key that a person named against what it takes to log in with it.
 * @throws OpsError `input` when it is no key that can be used; an encrypted one counts as usable.
 */
export async function checkNamedIdentity(
  file: IdentityFile,
  agentKeys: readonly AgentKey[],
  target: ConnectTarget,
): Promise<void> {
  if (agentKeys.some(key => file.publicKey?.equals(key.publicKey))) return
  const problem = await problemOf(file, target)
  if (problem === undefined) return
  throw inputError(`the key ${file.path} cannot be used: ${problem}`, {
    host: target.name,
    next: 'Name a private key file with --identity, or leave it out to use the keys of your ssh config and agent.',
  })
}

async function problemOf(file: IdentityFile, target: ConnectTarget): Promise<string | undefined> {
  if (!file.contents) return 'the file cannot be read'
  if (!isPrivate(file)) {
    return file.publicKey
      ? 'it is only the public half, and the agent does not hold the private one'
      : 'it is not a private key'
  }
  if (file.openMode !== undefined) return tooOpen(file.path, file.openMode)
  // What ssh2 cannot read at all is for the openssh backend, and so for ssh itself to judge.
  if (isPkcs8(file) || (file.keyType !== undefined && !ssh2KeyTypes.has(file.keyType))) return undefined
  const { askSecret: _, ...quietly } = target
  const identity = await fileCandidate(file, quietly).load()
  if (typeof identity !== 'string' || /it is encrypted/.test(identity)) return undefined
  return identity.slice(`key ${file.path}: `.length)
}

function isPrivate({ contents }: IdentityFile): boolean {
  const text = contents?.toString('latin1') ?? ''
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----|^PuTTY-User-Key-File-/.test(text)
}

/** Why a key is not used that others than its owner may read. */
export function tooOpen(path: string, mode: string): string {
  return `others may read it (mode ${mode}), so ssh does not use it: chmod 600 ${path}`
}

/** Parsed private keys of this run: a passphrase is asked once, however many hosts use the key. */
const loaded = new Map<string, Promise<Identity | string>>()

/** The file as a key to offer; a passphrase is asked for when its turn comes. */
export function fileCandidate(file: IdentityFile, target: ConnectTarget): Candidate {
  const label = `key ${file.path}`
  return {
    label,
    load() {
      if (!file.contents) return Promise.resolve(`${label}: only its public half is here`)
      if (file.openMode !== undefined && isPrivate(file))
        return Promise.resolve(`${label}: ${tooOpen(file.path, file.openMode)}`)
      const cacheKey = `${file.path}\0${target.askSecret ? 'ask' : ''}\0${file.contents.toString('latin1')}`
      let identity = loaded.get(cacheKey)
      if (!identity) {
        identity = loadFile(file.contents, label, file.path, target.askSecret)
        loaded.set(cacheKey, identity)
      }
      return identity
    },
  }
}

async function loadFile(
  contents: Buffer,
  label: string,
  path: string,
  askSecret: ConnectTarget['askSecret'],
): Promise<Identity | string> {
  const { utils } = (await import('ssh2')).default
  let parsed = utils.parseKey(contents)
  if (parsed instanceof Error && /encrypted|passphrase/i.test(parsed.message)) {
    if (!askSecret) {
      return `${label}: it is encrypted, and there is no terminal to ask for its passphrase (load it into ssh-agent)`
    }
    for (let attempt = 1; attempt <= 3 && parsed instanceof Error; attempt++) {
      const passphrase = await askSecret(`Passphrase for ${path}${attempt > 1 ? ' (that was wrong)' : ''}`)
      if (passphrase === '') break
      parsed = utils.parseKey(contents, passphrase)
    }
    if (parsed instanceof Error) return `${label}: the passphrase is wrong`
  }
  if (parsed instanceof Error) return `${label}: ${parsed.message}`
  return identityOf(Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed, label)
}

function identityOf(key: ParsedKey | undefined, label: string): Identity | string {
  if (!key?.isPrivateKey()) return `${label}: it is not a private key`
  const publicKey = key.getPublicSSH()
  return {
    label,
    publicKey,
    keyType: keyTypeOf(publicKey),
    probeFirst: false,
    sign(data, algorithm) {
      const hash =
        algorithm === 'rsa-sha2-512' ? 'sha512' : algorithm === 'rsa-sha2-256' ? 'sha256' : undefined
      const signature = key.sign(data, hash as never) as Buffer | Error
      if (signature instanceof Error) throw signature
      return signature
    },
  }
}
