/** Reads what an S3 server answered: the headers of an object, and what a refusal means. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Changed } from '../base/errors.ts'
import type { Content, Encryption, Head, Stored } from './store.ts'
import { StoreError, type StoreErrorKind } from './store-error.ts'
import { parseXml, textAt } from './xml.ts'

/** A refusal, as far as it could be read. */
export interface Refusal {
  readonly status: number
  /** S3's own word, such as `NoSuchKey`; '' where there was none, as after HEAD. */
  readonly code: string
  readonly message: string
  /** The region that the bucket is in, where the server told. */
  readonly region?: string
  readonly retryAfterMs?: number
}

/** What a refused call was about. */
export interface Asked {
  /** `s3://BUCKET/KEY`. */
  readonly name: string
  readonly bucket: string
  /** Whether the call would have changed something. */
  readonly changes: boolean
  /** For what a login needs: `s3:PutObject`. */
  readonly action: string
  readonly login: string
}

export const metadataSha256 = 'x-amz-meta-ops-sha256'

export const header = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** The encryption that an answer names. */
function encryptionIn(headers: IncomingHttpHeaders): Encryption | undefined {
  const algorithm = header(headers, 'x-amz-server-side-encryption')
  const keyId = header(headers, 'x-amz-server-side-encryption-aws-kms-key-id')
  if (algorithm === 'AES256') return { algorithm }
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse')
    return keyId === undefined ? { algorithm } : { algorithm, keyId }
  return undefined
}

/** What the headers of an answer to HEAD or GET say; `sizeBytes` is of the whole object also where a part was asked for. */
export function headIn(key: string, headers: IncomingHttpHeaders): Head | undefined {
  const whole = /^bytes \d+-\d+\/(\d+)$/.exec(header(headers, 'content-range') ?? '')?.[1]
  const size = whole ?? header(headers, 'content-length')
  const etag = header(headers, 'etag')
  if (size === undefined || !/^\d+$/.test(size) || etag === undefined) return undefined
  const sha256 = header(headers, metadataSha256)
  const versionId = header(headers, 'x-amz-version-id')
  const encryption = encryptionIn(headers)
  return {
    key,
    sizeBytes: Number(size),
    etag,
    modifiedAt: new Date(header(headers, 'last-modified') ?? Number.NaN),
    ...(sha256 === undefined ? {} : { claimedSha256: sha256 }),
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    ...(encryption === undefined ? {} : { encryption }),
  }
}

/** Reads a refusal from its status, headers and the text of its body. */
export function refusalOf(status: number, headers: IncomingHttpHeaders, body: string): Refusal {
  const xml = parseXml(body.trim())
  const error = xml?.name === 'Error' ? xml : undefined
  const region = header(headers, 'x-amz-bucket-region') ?? textAt(error, 'Region')
  const retryAfter = Number(header(headers, 'retry-after'))
  return {
    status,
    code: printable(textAt(error, 'Code') ?? ''),
    message: printable(textAt(error, 'Message') ?? ''),
    ...(region === undefined || !/^[a-z0-9-]{1,40}$/.test(region) ? {} : { region }),
    ...(retryAfter > 0 && retryAfter < 3600 ? { retryAfterMs: retryAfter * 1000 } : {}),
  }
}

const longestMessage = 300
const printable = (text: string): string => text.replaceAll(/\p{C}+/gu, ' ').slice(0, longestMessage)

/** Refusals whose reason is this machine's login, not the place. */
const loginCodes: Readonly<Record<string, string>> = {
  InvalidAccessKeyId:
    'The server does not know this access key: check which credentials are meant (AWS_PROFILE, profile in [s3]).',
  SignatureDoesNotMatch:
    'The secret key does not belong to this access key, or a proxy changes the request on its way.',
  ExpiredToken: 'The login has ended: get a new one (aws sso login, or whatever made it) and run again.',
  InvalidToken: 'The session token does not belong to these keys: set all three AWS_ variables together.',
  RequestTimeTooSkewed: 'Set this machine’s clock (timedatectl set-ntp true) and run again.',
}

/** Refusals that another try does not mend: what is wrong, and what to do. */
const placeCodes: Readonly<Record<string, readonly [title: string, next: string]>> = {
  InvalidObjectState: [
    'is in a storage class that gives an object back only hours after it was asked for',
    'Ask for it (aws s3api restore-object), wait until it is there, and run again.',
  ],
  QuotaExceeded: ['does not fit into the quota', 'Have the quota raised, or free some of it, and run again.'],
  EntityTooLarge: ['is too large for this server', 'Make the chunks smaller.'],
  'KMS.NotFoundException': [
    'names a key that is not there',
    'Correct --sse: the key must be in the region of the bucket.',
  ],
  'KMS.DisabledException': [
    'names a key that is switched off',
    'Switch the key on again, or name another one with --sse.',
  ],
  'KMS.KMSInvalidStateException': [
    'names a key that cannot be used now',
    'Look at the key: it may be on its way to be deleted.',
  ],
}

const busyCodes = new Set([
  'SlowDown',
  'RequestTimeout',
  'RequestTimeoutException',
  'InternalError',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'ConditionalRequestConflict',
  'OperationAborted',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
])

/** The error that a refusal is. */
export function refusedError(refusal: Refusal, asked: Asked): StoreError {
  const { status, code, message } = refusal
  const said = [code || `HTTP ${status}`, message].filter(part => part !== '').join(': ')
  const error = (kind: StoreErrorKind, title: string, next: string, changed: Changed = 'no') =>
    new StoreError(
      kind,
      { title, detail: `The server said: ${said}.`, changed, next },
      {
        word: code,
        retryAfterMs: refusal.retryAfterMs,
      },
    )
  if (code === 'NoSuchBucket')
    return error(
      'denied',
      `there is no bucket ${asked.bucket}`,
      'Make it, with encryption and without public access, or correct --to.',
    )
  if (status === 404)
    return error('absent', `${asked.name} is not there`, 'List its folder to see what is there.')
  if (status === 412)
    return error('taken', `${asked.name} is there already, or is another one by now`, 'Compare the two.')
  const ofLogin = loginCodes[code]
  if (ofLogin !== undefined)
    return new StoreError(
      'denied',
      {
        code: 'authentication',
        title: `the login for ${asked.bucket} is refused (${asked.login})`,
        detail: `The server said: ${said}.`,
        changed: 'no',
        next: ofLogin,
      },
      { word: code },
    )
  const ofPlace = placeCodes[code]
  if (ofPlace !== undefined) return error('failed', `${asked.name} ${ofPlace[0]}`, ofPlace[1])
  if (/^KMS\.|\bkms:\w+/.test(`${code} ${message}`))
    return error(
      'denied',
      `the key for ${asked.name} is refused (${asked.login})`,
      'Give the login kms:GenerateDataKey and kms:Decrypt on the key, in the policy of the key too.',
    )
  if (busyCodes.has(code) || status === 429 || status >= 500)
    // An error of the server may come after it has stored: what is there is looked at before anything else is done.
    return error(
      status === 501 ? 'failed' : 'busy',
      `the store could not answer for ${asked.name}`,
      status === 501
        ? 'This server lacks what was asked for.'
        : 'Run again later: what is there already is compared, not stored twice.',
      asked.changes && status >= 500 && status !== 501 ? 'unknown' : 'no',
    )
  if (status === 403 || status === 401)
    return error(
      'denied',
      `${asked.name}: access denied (${asked.login})`,
      `Give the login ${asked.action} on it${asked.changes ? '' : ', and s3:ListBucket on the bucket: without that a missing object is denied too'}.`,
    )
  return error('failed', `${asked.name} was refused`, 'Look at what the server said; nothing was stored.')
}

/** What the answer to a PUT says of the object that is stored now. */
export function storedIn(
  key: string,
  { sizeBytes }: Pick<Content, 'sizeBytes'>,
  headers: IncomingHttpHeaders,
): Stored {
  const versionId = header(headers, 'x-amz-version-id')
  const encryption = encryptionIn(headers)
  return {
    key,
    sizeBytes,
    etag: header(headers, 'etag') ?? '',
    outcome: 'stored',
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    ...(encryption === undefined ? {} : { encryption }),
  }
}

/** Of an answer that no S3 server gives. */
export const oddAnswer = (name: string, what: string): StoreError =>
  new StoreError('wrong', {
    title: `${name}: the server's answer cannot be right`,
    detail: `It gave ${what}.`,
    changed: 'no',
    next: 'Check that the endpoint is an S3 server and that no proxy changes its answers.',
  })
