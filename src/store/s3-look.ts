/** Looks at a bucket before anything depends on it. What the login may not read is told as not seen, never taken for good. */
import { counted } from '../base/counted.ts'
import { encryptionText } from './encryption.ts'
import { type LifecycleRule, lifecycleRules } from './lifecycle.ts'
import type { S3Client } from './s3-client.ts'
import type { Encryption, Finding, Needs } from './store.ts'
import { isStoreError } from './store-error.ts'
import { all, at, type Element, parseXml, textAt } from './xml.ts'

export interface BucketLook {
  readonly bucket: string
  readonly prefix: string
  readonly needs: Needs
  readonly encryption: Encryption | undefined
  readonly signal: AbortSignal | undefined
}

/** A part of a bucket's configuration: there, not configured, or not to be seen by us. */
type Seen = { readonly document: Element } | 'none' | { readonly unseen: string }

/** @throws StoreError where the bucket cannot be reached at all. */
export async function lookAtBucket(client: S3Client, look: BucketLook): Promise<readonly Finding[]> {
  // The first call alone: it finds the region and the clock, and tells a missing bucket or a wrong login.
  const place = await lookAtPlace(client, look)
  const read = (part: string, action: string, prefix?: string) =>
    configuration(client, { part, action, prefix, signal: look.signal })
  const [encryption, versioning, lock, lifecycle, status, uploads] = await Promise.all([
    read('encryption', 's3:GetEncryptionConfiguration'),
    read('versioning', 's3:GetBucketVersioning'),
    read('object-lock', 's3:GetBucketObjectLockConfiguration'),
    read('lifecycle', 's3:GetLifecycleConfiguration'),
    read('policyStatus', 's3:GetBucketPolicyStatus'),
    read('uploads', 's3:ListBucketMultipartUploads', look.prefix === '' ? '' : `${look.prefix}/`),
  ])
  return [
    ...place,
    encryptionFinding(encryption, look.encryption),
    versionsFinding(versioning, lock),
    ...lifecycleFindings(lifecycle, look),
    publicFinding(status, look.bucket),
    ...unfinishedFindings(uploads),
  ]
}

async function lookAtPlace(
  client: S3Client,
  { bucket, prefix, signal }: BucketLook,
): Promise<readonly Finding[]> {
  const query = { 'list-type': '2', 'max-keys': '1', prefix: prefix === '' ? '' : `${prefix}/` }
  const { text } = await client.sendForText({
    method: 'GET',
    path: '',
    query,
    signal,
    action: 's3:ListBucket',
  })
  const isEmpty = at(parseXml(text.trim()), 'Contents') === undefined
  const found: Finding[] = [
    {
      about: 'place',
      verdict: 'good',
      sentence:
        `The bucket ${bucket} answers (region ${client.region}); ${isEmpty ? 'nothing is' : 'objects are'} under ${prefix === '' ? 'it' : prefix} yet.`.replace(
          'objects are under',
          'there are objects under',
        ),
    },
  ]
  if (client.skewMs !== 0)
    found.push({
      about: 'place',
      verdict: 'note',
      sentence: `This machine's clock is ${Math.round(Math.abs(client.skewMs) / 1000)} s ${client.skewMs > 0 ? 'behind' : 'ahead of'} the server's; requests are signed with the server's time.`,
      next: 'Set the clock: timedatectl set-ntp true.',
    })
  return found
}

/** Words for "nothing is configured", which servers spell in their own ways. */
const isNone = (error: unknown): boolean =>
  isStoreError(error, 'absent') &&
  /^NoSuch\w+(?:Configuration|Policy)$|^\w+NotFoundError$/.test(error.word ?? '')

interface Question {
  readonly part: string
  readonly action: string
  readonly prefix?: string | undefined
  readonly signal: AbortSignal | undefined
}

async function configuration(client: S3Client, { part, action, prefix, signal }: Question): Promise<Seen> {
  const query = { [part]: '', ...(prefix === undefined ? {} : { prefix }) }
  try {
    const { text } = await client.sendForText({ method: 'GET', path: '', query, signal, action })
    const document = parseXml(text.trim())
    // A server that does not know the question lists its objects instead, or says nothing.
    if (document === undefined || document.name === 'ListBucketResult')
      return { unseen: 'this server does not know the question' }
    return { document }
  } catch (error) {
    if (isNone(error)) return 'none'
    if (isStoreError(error, 'denied')) return { unseen: `the login lacks ${action}` }
    if (isStoreError(error, 'failed', 'absent')) return { unseen: 'this server does not know the question' }
    throw error
  }
}

const unseen = (about: Finding['about'], what: string, why: string): Finding => ({
  about,
  verdict: 'unseen',
  sentence: `${what} not seen: ${why}.`,
})

function encryptionFinding(seen: Seen, asked: Encryption | undefined): Finding {
  const about = 'encryption'
  if (asked !== undefined)
    return {
      about,
      verdict: 'good',
      sentence: `Encryption is asked for with every object (${encryptionText(asked)}), and must be in every answer.`,
    }
  if (seen === 'none')
    return {
      about,
      verdict: 'note',
      sentence: 'The bucket encrypts nothing by itself, and no encryption is asked for.',
      next: 'Add --sse AES256 or --sse aws:kms.',
    }
  if ('unseen' in seen) return unseen(about, 'The bucket’s default encryption was', seen.unseen)
  const algorithm = textAt(seen.document, 'Rule', 'ApplyServerSideEncryptionByDefault', 'SSEAlgorithm')
  return {
    about,
    verdict: 'good',
    sentence: `The bucket encrypts by default (${algorithm ?? 'its own way'}).`,
  }
}

function versionsFinding(versioning: Seen, lock: Seen): Finding {
  if (
    typeof lock === 'object' &&
    'document' in lock &&
    textAt(lock.document, 'ObjectLockEnabled') === 'Enabled'
  ) {
    const rule = at(lock.document, 'Rule', 'DefaultRetention')
    const span = textAt(rule, 'Days') ?? textAt(rule, 'Years')
    const unit = textAt(rule, 'Days') === undefined ? 'years' : 'days'
    return {
      about: 'lock',
      verdict: 'good',
      sentence:
        span === undefined
          ? 'Objects can be locked; nothing locks them by default.'
          : `Objects are locked for ${span} ${unit} (${textAt(rule, 'Mode') ?? 'no mode'}).`,
    }
  }
  if (typeof versioning === 'object' && 'unseen' in versioning)
    return unseen('versions', 'Whether the bucket keeps versions was', versioning.unseen)
  const isOn = versioning !== 'none' && textAt(versioning.document, 'Status') === 'Enabled'
  return isOn
    ? {
        about: 'versions',
        verdict: 'good',
        sentence: 'The bucket keeps versions: what is overwritten or deleted can be had back.',
      }
    : {
        about: 'versions',
        verdict: 'note',
        sentence:
          'The bucket keeps no versions and locks nothing: whoever may delete there deletes for good.',
        next: 'Turn versioning on for archives.',
      }
}

function lifecycleFindings(seen: Seen, { prefix, needs }: BucketLook): readonly Finding[] {
  const about = 'lifecycle'
  if (seen === 'none') return [{ about, verdict: 'good', sentence: 'No lifecycle rule takes objects away.' }]
  if ('unseen' in seen) return [unseen(about, 'Lifecycle rules were', seen.unseen)]
  const rules = lifecycleRules(seen.document, prefix === '' ? '' : `${prefix}/`)
  const findings = rules.flatMap(rule => ruleFindings(rule, needs))
  return findings.length > 0
    ? findings
    : [{ about, verdict: 'good', sentence: 'No lifecycle rule reaches these objects.' }]
}

function ruleFindings(rule: LifecycleRule, { keepDays }: Needs): readonly Finding[] {
  const about = 'lifecycle'
  const name = `the lifecycle rule ${rule.id === '' ? 'without a name' : JSON.stringify(rule.id)}`
  const findings: Finding[] = []
  const days = rule.expiresAfterDays
  const isTooEarly =
    rule.expiresAt !== undefined || (days !== undefined && (keepDays === 'for ever' || days < keepDays))
  if (isTooEarly)
    findings.push({
      about,
      verdict: 'refuse',
      sentence: `${name} would take the objects away ${rule.expiresAt === undefined ? `after ${counted(days ?? 0, 'day')}` : `at ${rule.expiresAt}`}; they are to stay ${keepDays === 'for ever' ? 'for ever' : counted(keepDays, 'day')}.`,
      next: 'Narrow the rule to another prefix, or choose another place.',
    })
  else if (days !== undefined)
    findings.push({
      about,
      verdict: 'note',
      sentence: `${name} takes the objects away after ${counted(days, 'day')}, as late as they are needed.`,
    })
  if (rule.archivedAfterDays !== undefined)
    findings.push({
      about,
      verdict: 'note',
      sentence: `${name} moves the objects after ${counted(rule.archivedAfterDays, 'day')} to a class that must be asked hours before it can be read.`,
    })
  return findings
}

function publicFinding(seen: Seen, bucket: string): Finding {
  const about = 'public'
  if (seen === 'none') return { about, verdict: 'good', sentence: 'No policy opens the bucket to everybody.' }
  if ('unseen' in seen)
    return unseen(about, 'Whether a policy opens the bucket to everybody was', seen.unseen)
  return textAt(seen.document, 'IsPublic')?.toLowerCase() === 'true'
    ? {
        about,
        verdict: 'refuse',
        sentence: `A policy opens the bucket ${bucket} to everybody.`,
        next: 'Block public access for it, or choose another bucket.',
      }
    : { about, verdict: 'good', sentence: 'No policy opens the bucket to everybody.' }
}

/** Parts of uploads that were killed are no objects, but they are paid for. */
function unfinishedFindings(seen: Seen): readonly Finding[] {
  const count = typeof seen === 'object' && 'document' in seen ? all(seen.document, 'Upload').length : 0
  if (count === 0) return []
  return [
    {
      about: 'space',
      verdict: 'note',
      sentence: `${counted(count, 'upload in parts was', 'uploads in parts were')} begun there and never ended: paid for, and no object.`,
      next: 'Let a lifecycle rule end them (AbortIncompleteMultipartUpload), or abort them by hand.',
    },
  ]
}
