/** Chooses and opens the store that a `--to` names: a folder, or a place in S3 as [s3] of ops.ini and the AWS environment say. */
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import { inputError } from '../base/errors.ts'
import { type Environment, readAwsFiles } from './aws-files.ts'
import { credentialChain, profileName } from './credential-chain.ts'
import { parseEncryption } from './encryption.ts'
import { FolderStore } from './folder.ts'
import { type RetryPolicy, usualRetries } from './retries.ts'
import { retrying } from './retrying.ts'
import { S3Store } from './s3.ts'
import { isAwsHost, parseS3Url } from './s3-address.ts'
import { authorityIn, type S3Settings } from './s3-settings.ts'
import type { Store } from './store.ts'

export interface OpenStoreOptions {
  /** From `--sse`: what every object is asked to be encrypted with. */
  readonly sse?: string
  readonly settings?: S3Settings
  readonly env?: Environment
  readonly home?: string
  readonly cwd?: string
  readonly retries?: RetryPolicy
}

/**
 * Opens a store; nothing is contacted yet. Whoever opened it closes it.
 * @throws an input error where the text names no store, or the settings cannot be right.
 */
export function openStore(to: string, options: OpenStoreOptions = {}): Store {
  const {
    sse,
    settings = {},
    env = process.env,
    home = homedir(),
    cwd = process.cwd(),
    retries = usualRetries,
  } = options
  if (/^s3:\/\//i.test(to)) return retrying(openS3(to, { sse, settings, env, home, retries }), retries)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(to)?.[1]
  if (scheme !== undefined)
    throw inputError(`${scheme}: names no store`, {
      next: 'Write a folder, or s3://BUCKET/PREFIX. A folder whose name has a colon: write ./ before it.',
    })
  if (to === '' || to.includes('\0'))
    throw inputError('no store is named', { next: 'Write a folder, or s3://BUCKET/PREFIX.' })
  if (sse !== undefined)
    throw inputError('a folder cannot encrypt what is put into it', {
      next: 'Leave --sse out, and put the folder on an encrypted file system; or write s3://BUCKET/PREFIX.',
    })
  const path = to === '~' || to.startsWith('~/') ? `${home}${to.slice(1)}` : to
  return retrying(new FolderStore(resolve(cwd, path)), retries)
}

interface S3Opening {
  readonly sse: string | undefined
  readonly settings: S3Settings
  readonly env: Environment
  readonly home: string
  readonly retries: RetryPolicy
}

function openS3(to: string, { sse, settings, env, home, retries }: S3Opening): Store {
  const { bucket, prefix } = parseS3Url(to)
  const ofProfile = readAwsFiles(env, home).profile(profileName({ env, profile: settings.profile })) ?? {}
  const endpoint = endpointOf(
    settings.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? ofProfile.endpoint_url,
    settings.tls ?? true,
  )
  const region =
    settings.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? ofProfile.region ?? 'us-east-1'
  // Other servers rarely have a name for each bucket, and a certificate of AWS fits no bucket with a dot.
  const pathStyle =
    settings.pathStyle ?? (endpoint !== undefined ? !isAwsHost(endpoint.hostname) : bucket.includes('.'))
  return new S3Store({
    bucket,
    prefix,
    region,
    pathStyle,
    credentials: credentialChain({ env, home, profile: settings.profile }),
    retries,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...authorities(settings.ca, env.AWS_CA_BUNDLE ?? ofProfile.ca_bundle),
    ...(sse === undefined ? {} : { encryption: parseEncryption(sse) }),
  })
}

/** What [s3] names counts before what AWS's own tools would trust. */
function authorities(pem: string | undefined, file: string | undefined): { readonly ca?: readonly string[] } {
  const own = pem ?? (file === undefined || file === '' ? undefined : authorityIn(file, 'AWS_CA_BUNDLE'))
  return own === undefined ? {} : { ca: [...rootCertificates, own] }
}

function endpointOf(text: string | undefined, tls: boolean): URL | undefined {
  if (text === undefined || text === '') return undefined
  const next = 'Write `endpoint = https://HOST` or `https://HOST:PORT` into [s3].'
  if (!URL.canParse(text)) throw inputError(`${JSON.stringify(text)} is no endpoint`, { next })
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw inputError(`${url.protocol} is no endpoint's protocol`, { next })
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw inputError('an endpoint has no user, password or query', { next })
  if (url.protocol === 'http:' && tls && !isLoopback(url.hostname))
    throw inputError(`${url.host} would be asked without TLS`, {
      detail: 'Rows and the session would go over the network as plain text.',
      next: 'Write https:// in its endpoint; or `tls = off` in [s3] where the network is trusted with all of it.',
    })
  return url
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
