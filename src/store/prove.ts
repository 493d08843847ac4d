/** Proofs that a store holds just the bytes that were put: read back whole and hashed, and looked at once more later. */
import { createHash } from 'node:crypto'
import { encryptionText, isEncryptedAs } from './encryption.ts'
import type { CallOptions, Content, Encryption, Head, Opened, PutOptions, Store, Stored } from './store.ts'
import { isStoreError, StoreError } from './store-error.ts'

/** While it is being saved. */
const notTrusted =
  'Nothing was deleted because of this object. Look at the disks of this store, and at proxies before it, before you trust it again.'

/** What is to be proved: what `Content` and a receipt hold. */
export type Bytes = Pick<Content, 'sizeBytes' | 'sha256'>

/** That an object was read back whole and was, byte for byte, what was put. */
export interface Proof {
  readonly key: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly etag: string
  readonly versionId?: string
  /** As the store named it in the answer to the read. */
  readonly encryption?: Encryption
  readonly provedAtMs: number
}

/**
 * The way to put what something will depend on: stored, confirmed, and read back whole. Rows may be deleted, and
 * watermarks advanced, after this alone; and where they must outlive a store that forgets, after `proveAgain`.
 */
export async function putProved(
  store: Store,
  key: string,
  content: Content,
  options: PutOptions = {},
): Promise<Stored & { readonly proof: Proof }> {
  const stored = await store.put(key, content, options)
  return { ...stored, proof: await prove(store, key, content, options) }
}

/**
 * Reads an object back whole and compares size, hash and encryption.
 * @throws kind `absent`, `wrong` or `unencrypted`, with the reason: nothing may depend on the object then.
 */
export async function prove(
  store: Store,
  key: string,
  bytes: Bytes,
  options: CallOptions = {},
): Promise<Proof> {
  const opened = await openEncrypted(store, key, options)
  for await (const _ of checked(opened, bytes, `${store.url}/${key}`)) void _
  return { ...proofOf(opened, bytes), provedAtMs: Date.now() }
}

/**
 * Asks again, some time after a proof, whether that very object is still there: one small request. A store that drops an
 * object seconds after it has confirmed it is caught so.
 * @throws kind `absent`, `taken` or `unencrypted`.
 */
export async function proveAgain(store: Store, proof: Proof, options: CallOptions = {}): Promise<void> {
  const head = await store.head(proof.key, options)
  const name = `${store.url}/${proof.key}`
  if (head === undefined)
    throw new StoreError('absent', {
      title: `${name} is gone`,
      detail: `It was stored and read back whole at ${new Date(proof.provedAtMs).toISOString()}; now the store says that there is none.`,
      changed: 'unknown',
      next: 'Do not trust this store: look for a lifecycle rule, or for who deletes there.',
    })
  if (head.sizeBytes !== proof.sizeBytes || head.etag !== proof.etag)
    throw new StoreError('taken', {
      title: `${name} is another object than the one that was proved`,
      detail: `It was ${proof.sizeBytes} bytes with etag ${proof.etag}; it is ${head.sizeBytes} bytes with etag ${head.etag}.`,
      changed: 'no',
      next: 'Find out who writes there; give each job a prefix of its own.',
    })
  checkEncryption(store, head)
}

/**
 * The bytes of an opened object as they come; the end comes only where size and hash are right. What was read before an
 * error is not to be kept. `next` is what to do where it is not being saved just now.
 * @throws kind `wrong`.
 */
export async function* checked(
  opened: Opened,
  bytes: Bytes,
  name: string,
  next = notTrusted,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const piece of opened.body as AsyncIterable<Buffer>) {
    hash.update(piece)
    sizeBytes += piece.byteLength
    if (sizeBytes > bytes.sizeBytes) break
    yield piece
  }
  const sha256 = hash.digest('hex')
  if (sizeBytes === bytes.sizeBytes && sha256 === bytes.sha256) return
  throw new StoreError('wrong', {
    title: `${name} does not hold what was stored`,
    detail:
      sizeBytes === bytes.sizeBytes
        ? `Its ${sizeBytes} bytes have sha256 ${sha256}; ${bytes.sha256} was stored.`
        : `${sizeBytes > bytes.sizeBytes ? 'More than ' : ''}${Math.min(sizeBytes, bytes.sizeBytes)} bytes were read; ${bytes.sizeBytes} were stored.`,
    changed: 'no',
    next,
  })
}

/** Opens an object for reading. @throws kind `unencrypted` unless it is encrypted as the store was asked; nothing is left open then. */
export async function openEncrypted(store: Store, key: string, options: CallOptions = {}): Promise<Opened> {
  const opened = await store.get(key, options)
  try {
    checkEncryption(store, opened)
    return opened
  } catch (error) {
    opened.body.destroy()
    throw error
  }
}

/** @throws kind `unencrypted` unless the object is encrypted as the store was asked. */
export function checkEncryption(
  store: Pick<Store, 'url' | 'encryption'>,
  head: Pick<Head, 'key' | 'encryption'>,
): void {
  if (store.encryption === undefined || isEncryptedAs(store.encryption, head.encryption)) return
  throw new StoreError('unencrypted', {
    title: `${store.url}/${head.key} is not confirmed to be encrypted as asked`,
    detail: `Asked for ${encryptionText(store.encryption)}; the store named ${head.encryption === undefined ? 'none' : encryptionText(head.encryption)}.`,
    changed: 'yes',
    next: 'The object is there. Set the bucket’s default encryption, or leave --sse out if plain is meant; then delete the object and run again.',
  })
}

function proofOf(opened: Opened, { sizeBytes, sha256 }: Bytes): Omit<Proof, 'provedAtMs'> {
  const { key, etag, versionId, encryption } = opened
  return {
    key,
    sizeBytes,
    sha256,
    etag,
    ...(versionId === undefined ? {} : { versionId }),
    ...(encryption === undefined ? {} : { encryption }),
  }
}

/** Whether a `put` that was refused found just these bytes there. @throws what reading it threw. */
export async function holds(
  store: Store,
  key: string,
  bytes: Bytes,
  options: CallOptions = {},
): Promise<Proof | undefined> {
  try {
    return await prove(store, key, bytes, options)
  } catch (error) {
    if (isStoreError(error, 'wrong', 'absent')) return undefined
    throw error
  }
}
