/** Encryption at rest: how it is written on the command line, asked for and recognised in an answer. */
import { inputError } from '../base/errors.ts'
import type { Encryption } from './store.ts'

/** Reads `AES256`, `aws:kms`, `aws:kms:dsse`, or one of the last two with `:KEY` (an id, an alias or an ARN). */
export function parseEncryption(text: string): Encryption {
  if (text === 'AES256') return { algorithm: 'AES256' }
  const [, algorithm, keyId] = /^(aws:kms:dsse|aws:kms)(?::([A-Za-z0-9:/_-]{1,2048}))?$/.exec(text) ?? []
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse')
    return keyId === undefined ? { algorithm } : { algorithm, keyId }
  throw inputError(`${JSON.stringify(text)} is no encryption that a store can be asked for`, {
    next: 'Write AES256, aws:kms, or aws:kms:KEY with the key’s id, alias or ARN.',
  })
}

/** As `parseEncryption` reads it. */
export function encryptionText(encryption: Encryption): string {
  const keyId = 'keyId' in encryption ? encryption.keyId : undefined
  return keyId === undefined ? encryption.algorithm : `${encryption.algorithm}:${keyId}`
}

/** Whether what a store named is what was asked for. A store answers with a key's ARN, which ends with its id. */
export function isEncryptedAs(asked: Encryption, named: Encryption | undefined): boolean {
  if (named?.algorithm !== asked.algorithm) return false
  const askedKey = 'keyId' in asked ? asked.keyId : undefined
  const namedKey = 'keyId' in named ? named.keyId : undefined
  // The ARN of an alias's key says nothing of the alias: the algorithm, and that there is a key, is all that can be seen.
  if (askedKey === undefined) return true
  if (namedKey === undefined) return false
  return /(^|:)alias\//.test(askedKey) || namedKey === askedKey || namedKey.endsWith(`/${askedKey}`)
}

/** The headers that ask an S3 server for it. */
export function encryptionHeaders(encryption: Encryption | undefined): Record<string, string> {
  if (encryption === undefined) return {}
  const keyId = 'keyId' in encryption ? encryption.keyId : undefined
  return {
    'x-amz-server-side-encryption': encryption.algorithm,
    ...(keyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  }
}
