/** The objects of a bucket whose names begin alike, page after page. */
import { keyFault } from './key.ts'
import { type RetryPolicy, withRetries } from './retries.ts'
import { oddAnswer } from './s3-answer.ts'
import type { S3Client } from './s3-client.ts'
import type { Listed } from './store.ts'
import { all, parseXml, textAt } from './xml.ts'

export interface ListCall {
  readonly client: S3Client
  /** The store's, for errors. */
  readonly url: string
  /** What stands before every key. */
  readonly root: string
  readonly prefix: string
  /** For each page. */
  readonly retries: RetryPolicy
  readonly signal: AbortSignal | undefined
}

/** Keys come without `root`. */
export async function* listObjects(call: ListCall): AsyncGenerator<Listed> {
  const { client, url, root, prefix, retries, signal } = call
  let token: string | undefined
  do {
    const query: Record<string, string> = {
      'list-type': '2',
      prefix: `${root}${prefix}`,
      'encoding-type': 'url',
      ...(token === undefined ? {} : { 'continuation-token': token }),
    }
    const page = await withRetries(() => readPage(client, url, query, signal), retries, signal)
    for (const each of page.listed) {
      const key = each.key.slice(root.length)
      // Marks of folders that a console made, and other names that are no keys, are no objects of ours.
      if (each.key.startsWith(root) && keyFault(key) === undefined) yield { ...each, key }
    }
    if (page.next !== undefined && page.next === token)
      throw oddAnswer(url, 'the same page of its list again and again')
    token = page.next
  } while (token !== undefined)
}

async function readPage(
  client: S3Client,
  url: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<{ readonly listed: readonly Listed[]; readonly next: string | undefined }> {
  const { text } = await client.sendForText({
    method: 'GET',
    path: '',
    query,
    signal,
    action: 's3:ListBucket',
  })
  const xml = parseXml(text.trim())
  if (xml?.name !== 'ListBucketResult') throw oddAnswer(url, 'something else than a list')
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
  if (next === undefined || next === '') throw oddAnswer(url, 'a list that goes on, without saying where')
  return { listed, next }
}
