/** Credentials that a container or a machine of AWS is given, from addresses that only it can reach. */
import { readFileSync } from 'node:fs'
import { inputError } from '../base/errors.ts'
import type { Environment } from './aws-files.ts'
import { type Credentials, credentialsFromJson } from './credentials.ts'

const metadataTimeoutMs = 1000
const containerHost = 'http://169.254.170.2'
const machineHost = 'http://169.254.169.254'
/** Where plain HTTP may carry a token: AWS SDKs and Tools guide, "Container credential provider". */
const trustedHosts = new Set([
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  'localhost',
  '127.0.0.1',
  '[::1]',
])

/** ECS, EKS. Undefined outside of a container that is given any. */
export async function containerCredentials(env: Environment): Promise<Credentials | undefined> {
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  const full = env.AWS_CONTAINER_CREDENTIALS_FULL_URI
  if (!relative && !full) return undefined
  const url = relative ? new URL(relative, containerHost) : new URL(full ?? '')
  if (url.protocol !== 'https:' && !trustedHosts.has(url.hostname))
    throw inputError(`AWS_CONTAINER_CREDENTIALS_FULL_URI leads to ${url.host} without TLS`, {
      next: 'Take it out of the environment: credentials are not asked for there.',
    })
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  const token = file ? readFileSync(file, 'utf8').trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN
  const text = await ask(url, 'GET', token ? { authorization: token } : {})
  return text === undefined ? undefined : credentialsFromJson(text, 'the container')
}

/** EC2, by its second protocol alone (IMDSv2). Undefined on other machines: nobody answers there. */
export async function machineCredentials(env: Environment): Promise<Credentials | undefined> {
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return undefined
  const base = env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? machineHost
  const token = await ask(new URL('/latest/api/token', base), 'PUT', {
    'x-aws-ec2-metadata-token-ttl-seconds': '300',
  })
  if (token === undefined) return undefined
  const headers = { 'x-aws-ec2-metadata-token': token }
  const path = '/latest/meta-data/iam/security-credentials/'
  const role = (await ask(new URL(path, base), 'GET', headers))?.split('\n')[0]?.trim()
  if (!role) return undefined
  const text = await ask(new URL(`${path}${encodeURIComponent(role)}`, base), 'GET', headers)
  return text === undefined ? undefined : credentialsFromJson(text, `the machine's role ${role}`)
}

/** Asked twice: a metadata service that has just started may be slow. */
async function ask(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  for (let round = 0; round < 2; round++) {
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(metadataTimeoutMs),
      })
      const text = await answer.text()
      if (answer.ok) return text
    } catch {
      // Nobody there, or too slow: the next round, or other credentials.
    }
  }
  return undefined
}
