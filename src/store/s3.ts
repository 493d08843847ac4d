/** A store in S3, or in any server that speaks its language. Every call is tried once: `retrying` is around it. */
import { checkKey, checkKeyPrefix, keyFault } from './key.ts'
import { checkEncryption } from './prove.ts'
import { type RetryPolicy, usualRetries, withRetries } from './retries.ts'
import { encryptionIn, header, headIn, metadataSha256 } from './s3-answer.ts'
import { type Answer, S3Client, type S3ClientOptions, streamOf } from './s3-client.ts'
import { lookAtBucket } from './s3-look.ts'
import { base64Of, type PartsUpload, putInParts } from './s3-parts.ts'
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
import { all, parseXml, textAt } from './xml.ts'

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
    const path = this.#path(key)
    const headers = {
      'content-type': 'application/octet-stream',
      [metadataSha256]: content.sha256,
      ...encryptionHeaders(this.encryption),
    }
    const condition: Record<string, string> = replace ? {} : { 'if-none-match': '*' }
    const stored =
      content.sizeBytes >= (this.#options.partsFromBytes ?? usualPartsFromBytes)
        ? await this.#putInParts(key, content, { headers, condition, signal }, replace)
        : storedIn(
            key,
            content,
            await this.#client.sendForHead({
              method: 'PUT',
              path,
              headers: { ...headers, ...condition, 'x-amz-checksum-sha256': base64Of(content.sha256) },
              body: content,
              signal,
              action: 's3:PutObject',
            }),
          )
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
    const root = this.#path('')
    let token: string | undefined
    do {
      const query: Record<string, string> = {
        'list-type': '2',
        prefix: `${root}${prefix}`,
        'encoding-type': 'url',
        ...(token === undefined ? {} : { 'continuation-token': token }),
      }
      const page = await withRetries(() => this.#page(query, signal), this.#retries, signal)
      for (const each of page.listed) {
        const key = each.key.slice(root.length)
        // Marks of folders that a console made, and other names that are no keys, are no objects of ours.
        if (each.key.startsWith(root) && keyFault(key) === undefined) yield { ...each, key }
      }
      if (page.next !== undefined && page.next === token)
        throw oddAnswer(this.url, 'the same page of its list again and again')
      token = page.next
    } while (token !== undefined)
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

  async #page(
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly listed: readonly Listed[]; readonly next: string | undefined }> {
    const { text } = await this.#client.sendForText({
      method: 'GET',
      path: '',
      query,
      signal,
      action: 's3:ListBucket',
    })
    const xml = parseXml(text.trim())
    if (xml?.name !== 'ListBucketResult') throw oddAnswer(this.url, 'something else than a list')
    const isEncoded = textAt(xml, 'EncodingType') === 'url'
    const listed = all(xml, 'Contents').map(each => {
      const key = textAt(each, 'Key') ?? ''
      return {
        key: isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
        sizeBytes: Number(textAt(each, 'Size')),
        modifiedAt: new Date(textAt(each, 'LastModified') ?? Number.NaN),
      }
    })
    if (textAt(xml, 'IsTruncated') !== 'true') return { listed, next: undefined }
    const next = textAt(xml, 'NextContinuationToken')
    if (next === undefined || next === '')
      throw oddAnswer(this.url, 'a list that goes on, without saying where')
    return { listed, next }
  }
}

function encryptionHeaders(encryption: Encryption | undefined): Record<string, string> {
  if (encryption === undefined) return {}
  const keyId = 'keyId' in encryption ? encryption.keyId : undefined
  return {
    'x-amz-server-side-encryption': encryption.algorithm,
    ...(keyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  }
}

function storedIn(key: string, { sizeBytes }: Content, { message }: Answer): Stored {
  const versionId = header(message.headers, 'x-amz-version-id')
  const encryption = encryptionIn(message.headers)
  return {
    key,
    sizeBytes,
    etag: header(message.headers, 'etag') ?? '',
    outcome: 'stored',
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    ...(encryption === undefined ? {} : { encryption }),
  }
}

const oddAnswer = (name: string, what: string): StoreError =>
  new StoreError('wrong', {
    title: `${name}: the server's answer cannot be right`,
    detail: `It gave ${what}.`,
    changed: 'no',
    next: 'Check that the endpoint is an S3 server and that no proxy changes its answers.',
  })
