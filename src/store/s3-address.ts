/** Where a bucket is: its URL for any object, in the style that its server knows. */
import { inputError } from '../base/errors.ts'

/** A bucket and how to reach it. */
export interface BucketPlace {
  readonly bucket: string
  /** What the signature names; AWS's host follows from it where no endpoint is given. */
  readonly region: string
  /** Another server than AWS. */
  readonly endpoint?: URL
  /** `https://HOST/BUCKET/KEY` instead of `https://BUCKET.HOST/KEY`. */
  readonly pathStyle: boolean
}

/** What `s3://BUCKET/PREFIX` names. The prefix has no slash at its ends and may be empty. */
export interface S3Name {
  readonly bucket: string
  readonly prefix: string
}

const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const longestPrefixBytes = 300

/** @throws an input error where the text is no such URL. */
export function parseS3Url(text: string): S3Name {
  const wrong = (detail: string) =>
    inputError(`${text} names no place in S3`, { detail, next: 'Write s3://BUCKET or s3://BUCKET/PREFIX.' })
  const [, bucket = '', path = ''] = /^s3:\/\/([^/?#@:]*)(?:\/(.*))?$/su.exec(text) ?? []
  if (!bucketName.test(bucket))
    throw wrong('A bucket’s name has 3 to 63 lower-case letters, digits, dots and hyphens.')
  const prefix = path.replace(/\/+$/, '')
  if (prefix === '') return { bucket, prefix }
  const segments = prefix.split('/')
  if (/[\p{Cc}\\]/u.test(prefix)) throw wrong('There is a control character or a backslash in the prefix.')
  if (segments.some(each => each === '' || each === '.' || each === '..'))
    throw wrong('A segment of the prefix is empty or a dot.')
  if (Buffer.byteLength(prefix) > longestPrefixBytes)
    throw wrong(`The prefix takes more than ${longestPrefixBytes} bytes.`)
  return { bucket, prefix }
}

/** Every character that means nothing in a URL by itself; slashes stay. */
export const encodedPath = (path: string): string => path.split('/').map(encoded).join('/')

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)

/** The URL of an object, or of the bucket where `path` is ''. */
export function urlOf(place: BucketPlace, path: string, query: Readonly<Record<string, string>>): URL {
  const base = place.endpoint ?? new URL(`https://s3.${place.region}.${awsDomain(place.region)}`)
  const url = new URL(base)
  const before = base.pathname.replace(/\/+$/, '')
  if (!place.pathStyle) url.hostname = `${place.bucket}.${base.hostname}`
  const parts = place.pathStyle ? [before, `/${place.bucket}`] : [before]
  url.pathname = `${parts.join('')}/${encodedPath(path)}`
  if (path === '' && place.pathStyle) url.pathname = parts.join('')
  url.search = Object.entries(query)
    .map(([name, value]) => (value === '' ? encoded(name) : `${encoded(name)}=${encoded(value)}`))
    .join('&')
  return url
}

const awsDomain = (region: string): string =>
  region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'

/** Whether a host is one of AWS's own: only there may an answer send us to another host. */
export const isAwsHost = (host: string): boolean => /(^|\.)amazonaws\.com(\.cn)?$/.test(host)
