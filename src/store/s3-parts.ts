/** Stores a large object in parts, each hashed, signed and tried again by itself; all of them become one object at once, or none. */

import { createHash } from 'node:crypto'
import { changedMeanwhile, contentOf } from './content.ts'
import { type RetryPolicy, withRetries } from './retries.ts'
import { header, refusalOf, refusedError } from './s3-answer.ts'
import type { S3Client } from './s3-client.ts'
import type { Content } from './store.ts'
import { StoreError } from './store-error.ts'
import { escapedXml, parseXml, textAt } from './xml.ts'

export interface PartsUpload {
  readonly client: S3Client
  readonly path: string
  readonly content: Content
  readonly headers: Readonly<Record<string, string>>
  /** What must hold when the parts become an object. */
  readonly condition: Readonly<Record<string, string>>
  readonly retries: RetryPolicy
  readonly signal: AbortSignal | undefined
}

interface Part {
  readonly number: number
  readonly etag: string
  readonly sha256: string
}

/** S3 takes parts of 5 MiB and more. */
const usualPartBytes = 8 * 1024 * 1024
/** So many parts are in memory, and no others: on their way, or being filled. */
const partsInMemory = 3
const mostParts = 10_000

/** `beforeTheEnd` runs when all parts are there and none counts yet: servers that do not know the condition are asked then. */
export async function putInParts(upload: PartsUpload, beforeTheEnd: () => Promise<void>): Promise<void> {
  const uploadId = await begin(upload)
  try {
    const parts = await sendParts(upload, uploadId)
    await beforeTheEnd()
    await complete(upload, uploadId, parts)
  } catch (error) {
    // Parts cost money and are seen by nobody. Where the end was lost there may be an object by now: then this does nothing.
    await upload.client
      .sendForHead({
        method: 'DELETE',
        path: upload.path,
        query: { uploadId },
        action: 's3:AbortMultipartUpload',
      })
      .catch(() => undefined)
    throw error
  }
}

async function begin({ client, path, headers, retries, signal }: PartsUpload): Promise<string> {
  const call = {
    method: 'POST' as const,
    path,
    query: { uploads: '' },
    headers: { ...headers, 'x-amz-checksum-algorithm': 'SHA256' },
    signal,
    action: 's3:PutObject',
  }
  const { text } = await withRetries(() => client.sendForText(call), retries, signal)
  const uploadId = textAt(parseXml(text.trim()), 'UploadId')
  if (uploadId === undefined || uploadId === '') throw noUpload(path)
  return uploadId
}

async function sendParts(upload: PartsUpload, uploadId: string): Promise<Part[]> {
  const { content, signal, retries, client, path } = upload
  const parts: Part[] = []
  const sending: Promise<Part>[] = []
  const arrived = async () => {
    const first = await sending.shift()
    if (first !== undefined) parts.push(first)
  }
  for await (const { number, bytes } of partsOf(content)) {
    const part = contentOf(bytes)
    const sent = withRetries(
      () => sendPart({ client, path, signal }, uploadId, number, part),
      retries,
      signal,
    )
    // Awaited later: until then its failure must not count as nobody's.
    sent.catch(() => undefined)
    sending.push(sent)
    // The oldest one's memory is what the next one is read into.
    if (sending.length === partsInMemory) await arrived()
  }
  while (sending.length > 0) await arrived()
  return parts
}

async function sendPart(
  { client, path, signal }: Pick<PartsUpload, 'client' | 'path' | 'signal'>,
  uploadId: string,
  number: number,
  part: Content,
): Promise<Part> {
  const { message } = await client.sendForHead({
    method: 'PUT',
    path,
    query: { partNumber: String(number), uploadId },
    headers: checksumOf(part),
    body: part,
    signal,
    action: 's3:PutObject',
  })
  return { number, etag: header(message.headers, 'etag') ?? '', sha256: part.sha256 }
}

/** The content in pieces of the size of a part; the last one comes only where all bytes were those that were announced. */
async function* partsOf(
  content: Content,
): AsyncGenerator<{ readonly number: number; readonly bytes: Buffer }> {
  const partBytes = Math.max(usualPartBytes, Math.ceil(content.sizeBytes / mostParts))
  const hash = createHash('sha256')
  const buffers = Array.from({ length: partsInMemory }, () => Buffer.allocUnsafe(partBytes))
  let filled = 0
  let number = 0
  let sizeBytes = 0
  const current = () => buffers[number % partsInMemory] ?? Buffer.alloc(0)
  for await (const piece of content.open()) {
    hash.update(piece)
    sizeBytes += piece.byteLength
    for (let used = 0; used < piece.byteLength; ) {
      if (filled === partBytes) {
        yield { number: number + 1, bytes: current() }
        number++
        filled = 0
      }
      const take = Math.min(partBytes - filled, piece.byteLength - used)
      current().set(piece.subarray(used, used + take), filled)
      filled += take
      used += take
    }
  }
  if (sizeBytes !== content.sizeBytes || hash.digest('hex') !== content.sha256)
    throw changedMeanwhile(content)
  yield { number: number + 1, bytes: current().subarray(0, filled) }
}

async function complete(upload: PartsUpload, uploadId: string, parts: readonly Part[]): Promise<void> {
  const { client, path, condition, signal } = upload
  const listed = parts.map(
    ({ number, etag, sha256 }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escapedXml(etag)}</ETag>${client.takesChecksums ? `<ChecksumSHA256>${base64Of(sha256)}</ChecksumSHA256>` : ''}</Part>`,
  )
  const { text, answer } = await client.sendForText({
    method: 'POST',
    path,
    query: { uploadId },
    headers: { 'content-type': 'application/xml', ...condition },
    body: contentOf(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed.join('')}</CompleteMultipartUpload>`,
    ),
    signal,
    action: 's3:PutObject',
  })
  const xml = parseXml(text.trim())
  // The status is sent before the work is done: only the document says how it ended.
  if (xml?.name === 'CompleteMultipartUploadResult') return
  const refusal = refusalOf(500, answer.message.headers, text)
  throw refusedError(refusal, { name: path, bucket: '', changes: true, action: 's3:PutObject', login: '' })
}

/** As the tools of AWS name it: a bucket with Object Lock takes nothing without, and some servers look for the first of the two alone. */
export const checksumOf = ({ sha256 }: Pick<Content, 'sha256'>): Readonly<Record<string, string>> => ({
  'x-amz-sdk-checksum-algorithm': 'SHA256',
  'x-amz-checksum-sha256': base64Of(sha256),
})

/** A hash as checksum headers have it. */
const base64Of = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

const noUpload = (path: string): StoreError =>
  new StoreError('wrong', {
    title: `the server did not begin an upload in parts for ${path}`,
    changed: 'no',
    next: 'Check that the endpoint is an S3 server that takes uploads in parts.',
  })
