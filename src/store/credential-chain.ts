/** Finds credentials where AWS's own tools would: the environment, the AWS files, the container, the machine. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { inputError, type OpsError } from '../base/errors.ts'
import { type AwsFiles, type Environment, type Profile, readAwsFiles } from './aws-files.ts'
import { type CredentialSource, type Credentials, credentials, credentialsFromJson } from './credentials.ts'
import { containerCredentials, machineCredentials } from './machine-credentials.ts'

export interface ChainOptions {
  readonly env: Environment
  readonly home: string
  /** Written by the user of ops: the environment's keys do not count then. */
  readonly profile?: string | undefined
}

/** Looks anew each time that it is asked, so that renewed files count. */
export function credentialChain(options: ChainOptions): CredentialSource {
  return async () => {
    const found = await find(options)
    if (found !== undefined) return found
    throw inputError('there are no credentials for S3', {
      detail: `Looked at the environment (AWS_ACCESS_KEY_ID), ${profilePlace(options)}, and the metadata of container and machine.`,
      next: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws with AWS_PROFILE or `profile = NAME` in [s3].',
    })
  }
}

/** The name of the profile that counts. */
export const profileName = ({ env, profile }: Pick<ChainOptions, 'env' | 'profile'>): string =>
  profile ?? env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? 'default'

const profilePlace = (options: ChainOptions): string => `profile ${profileName(options)} of ~/.aws`

async function find(options: ChainOptions): Promise<Credentials | undefined> {
  const { env, home, profile } = options
  const ofEnvironment = profile === undefined ? environmentCredentials(env) : undefined
  if (ofEnvironment !== undefined) return ofEnvironment
  const files = readAwsFiles(env, home)
  const name = profileName(options)
  const found = files.profile(name)
  if (found === undefined && name !== 'default')
    throw inputError(`there is no profile ${name} in ${files.credentialsFile} or ${files.configFile}`, {
      next: 'Correct AWS_PROFILE or `profile` in [s3], or add the profile.',
    })
  const ofProfile = found === undefined ? undefined : await profileCredentials(name, found, files)
  return ofProfile ?? (await containerCredentials(env)) ?? (await machineCredentials(env))
}

function environmentCredentials(env: Environment): Credentials | undefined {
  const id = env.AWS_ACCESS_KEY_ID
  const secret = env.AWS_SECRET_ACCESS_KEY
  const token = env.AWS_SESSION_TOKEN
  if (!id && !secret) return undefined
  if (!id || !secret)
    throw inputError(`${id ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'} is not set`, {
      detail: 'The other one of the two is.',
      next: 'Set both, or neither.',
    })
  return credentials(id, secret, token, 'the environment')
}

async function profileCredentials(
  name: string,
  profile: Profile,
  files: AwsFiles,
): Promise<Credentials | undefined> {
  const id = profile.aws_access_key_id
  const secret = profile.aws_secret_access_key
  if (id && secret)
    return credentials(id, secret, profile.aws_session_token, `profile ${name} of ${files.credentialsFile}`)
  const command = profile.credential_process
  if (command) return processCredentials(name, command)
  const other = Object.keys(profile).find(key =>
    /^(?:role_arn|sso_\w+|web_identity_token_file|login_session)$/.test(key),
  )
  if (other !== undefined)
    throw inputError(`profile ${name} gets its login by ${other}, which ops does not do by itself`, {
      next: `Let AWS's own tool do it: eval "$(aws configure export-credentials --profile ${name} --format env)", or a profile with credential_process = aws configure export-credentials --profile ${name}.`,
    })
  return undefined
}

const processTimeoutMs = 60_000

/** A program of the user's own prints credentials as JSON (AWS CLI user guide, "Sourcing credentials with an external process"). */
async function processCredentials(name: string, command: string): Promise<Credentials> {
  const failed = (detail: string): OpsError =>
    inputError(`the credential_process of profile ${name} gave no credentials`, {
      detail,
      next: 'Run it by hand and see what it says.',
    })
  const [program = '', ...args] = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
  const { stdout } = await promisify(execFile)(program, args, {
    timeout: processTimeoutMs,
    encoding: 'utf8',
  }).catch(error => {
    // Its output may hold a key, so nothing of it is told.
    throw failed(
      error.code === 'ENOENT'
        ? `${program} is not there.`
        : `${program} ended with ${error.code ?? error.signal}.`,
    )
  })
  const found = credentialsFromJson(stdout, `credential_process of profile ${name}`)
  if (found === undefined) throw failed('What it printed is not what AWS describes.')
  return found
}
