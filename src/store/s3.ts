/** A store in S3, or in any server that speaks its language. Every call is tried once: `retrying` is around it. */
import { encryptionHeaders } from './encryption.ts'
import { checkKey, checkKeyPrefix } from './key.ts'
import { checkEncryption } from './prove.ts'
import { type RetryPolicy, usualRetries, withRetries } from './retries.ts'
import { header, headIn, metadataSha256, oddAnswer, storedIn } from './s3-answer.ts'
import { S3Client, type S3ClientOptions, streamOf } from './s3-client.ts'
import { listObjects } from './s3-list.ts'
import { lookAtBucket } from './s3-look.ts'
import { checksumOf, type PartsUpload, putInParts } from './s3-parts.ts'
import type {
  CallOptions,
  Content,
  Encryption,
  Finding,
  GetOptions,
  Head,
  Listed,
  Needs,
  Opened,
  PutOptions,
  Store,
  Stored,
} from './store.ts'
import { isStoreError, StoreError } from './store-error.ts'

export interface S3Options extends S3ClientOptions {
  /** Without a slash at its ends; may be empty. */
  readonly prefix: string
  readonly encryption?: Encryption
  /** For the parts of one upload and the pages of one list, which cannot be begun anew from outside. */
  readonly retries?: RetryPolicy
  /** From this size on an object goes out in parts. */
  readonly partsFromBytes?: number
}

const usualPartsFromBytes = 64 * 1024 * 1024

export class S3Store implements Store {
  readonly url: string
  readonly encryption?: Encryption
  readonly #options: S3Options
  readonly #client: S3Client
  readonly #retries: RetryPolicy

  constructor(options: S3Options) {
    this.url = `s3://${options.bucket}${options.prefix === '' ? '' : `/${options.prefix}`}`
    if (options.encryption !== undefined) this.encryption = options.encryption
    this.#options = options
    this.#client = new S3Client(options)
    this.#retries = options.retries ?? usualRetries
  }

  look(needs: Needs, { signal }: CallOptions = {}): Promise<readonly Finding[]> {
    const { bucket, prefix } = this.#options
    return lookAtBucket(this.#client, { bucket, prefix, needs, signal, encryption: this.encryption })
  }

  async put(key: string, content: Content, { replace = false, signal }: PutOptions = {}): Promise<Stored> {
    checkKey(key)
    // Not every server knows the condition, and asking first spares an upload where the object is there already.
    if (!replace) await this.#refuseTaken(key, signal)
    const headers = {
      'content-type': 'application/octet-stream',
      [metadataSha256]: content.sha256,
      ...encryptionHeaders(this.encryption),
    }
    const condition: Record<string, string> = replace ? {} : { 'if-none-match': '*' }
    const stored =
      content.sizeBytes >= (this.#options.partsFromBytes ?? usualPartsFromBytes)
        ? await this.#putInParts(key, content, { headers, condition, signal }, replace)
        : await this.#putAtOnce(key, content, { headers: { ...headers, ...condition }, signal })
    checkEncryption(this, stored)
    return stored
  }

  async get(key: string, { fromByte, etag, signal }: GetOptions = {}): Promise<Opened> {
    checkKey(key)
    const answer = await this.#client.send({
      method: 'GET',
      path: this.#path(key),
      headers: {
        ...(fromByte === undefined || fromByte === 0 ? {} : { range: `bytes=${fromByte}-` }),
        ...(etag === undefined ? {} : { 'if-match': etag }),
      },
      signal,
      action: 's3:GetObject',
    })
    const head = headIn(key, answer.message.headers)
    const isWhole = fromByte === undefined || fromByte === 0 || answer.message.statusCode === 206
    if (head === undefined || !isWhole) {
      answer.message.destroy()
      throw oddAnswer(
        `${this.url}/${key}`,
        isWhole ? 'no size or no etag' : 'the whole object, where a part was asked for',
      )
    }
    return { ...head, body: streamOf(answer, Number(header(answer.message.headers, 'content-length'))) }
  }

  async head(key: string, { signal }: CallOptions = {}): Promise<Head | undefined> {
    checkKey(key)
    try {
      const answer = await this.#client.sendForHead({
        method: 'HEAD',
        path: this.#path(key),
        signal,
        action: 's3:GetObject',
      })
      const head = headIn(key, answer.message.headers)
      if (head === undefined) throw oddAnswer(`${this.url}/${key}`, 'no size or no etag')
      return head
    } catch (error) {
      if (isStoreError(error, 'absent')) return undefined
      throw error
    }
  }

  async *list(prefix: string, { signal }: CallOptions = {}): AsyncGenerator<Listed> {
    checkKeyPrefix(prefix)
    const call = { client: this.#client, url: this.url, root: this.#path(''), prefix, signal }
    yield* listObjects({ ...call, retries: this.#retries })
  }

  async delete(key: string, { signal }: CallOptions = {}): Promise<void> {
    checkKey(key)
    try {
      await this.#client.sendForHead({
        method: 'DELETE',
        path: this.#path(key),
        signal,
        action: 's3:DeleteObject',
      })
    } catch (error) {
      if (!isStoreError(error, 'absent')) throw error
    }
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  async #putAtOnce(
    key: string,
    content: Content,
    { headers, signal }: Pick<PartsUpload, 'headers' | 'signal'>,
  ): Promise<Stored> {
    const { message } = await this.#client.sendForHead({
      method: 'PUT',
      path: this.#path(key),
      headers: { ...headers, ...checksumOf(content) },
      body: content,
      signal,
      action: 's3:PutObject',
    })
    return storedIn(key, content, message.headers)
  }

  async #putInParts(
    key: string,
    content: Content,
    call: Pick<PartsUpload, 'headers' | 'condition' | 'signal'>,
    replace: boolean,
  ): Promise<Stored> {
    const { signal } = call
    const upload = { client: this.#client, path: this.#path(key), content, retries: this.#retries, ...call }
    await putInParts(upload, async () => {
      if (!replace) await this.#refuseTaken(key, signal)
    })
    // The answer to the last call names neither key nor encryption on every server: the object itself is asked.
    const head = await withRetries(
      () => this.head(key, signal === undefined ? {} : { signal }),
      this.#retries,
      signal,
    )
    if (head === undefined || head.sizeBytes !== content.sizeBytes)
      throw oddAnswer(
        `${this.url}/${key}`,
        head === undefined
          ? 'an upload that is done, and no object'
          : `${head.sizeBytes} bytes for ${content.sizeBytes}`,
      )
    const { etag, versionId, encryption } = head
    return {
      key,
      sizeBytes: content.sizeBytes,
      etag,
      outcome: 'stored',
      ...(versionId === undefined ? {} : { versionId }),
      ...(encryption === undefined ? {} : { encryption }),
    }
  }

  #path(key: string): string {
    return this.#options.prefix === '' ? key : `${this.#options.prefix}/${key}`
  }

  async #refuseTaken(key: string, signal: AbortSignal | undefined): Promise<void> {
    if ((await this.head(key, signal === undefined ? {} : { signal })) === undefined) return
    throw new StoreError('taken', {
      title: `${this.url}/${key} is there already`,
      changed: 'no',
      next: 'Nothing was overwritten. Compare the two.',
    })
  }
}
