/** Reads ~/.aws/credentials and ~/.aws/config, as AWS's own tools do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inputError } from '../base/errors.ts'

/** The settings of one profile, of both files; where both have one, the credentials file's counts. */
export type Profile = Readonly<Record<string, string>>

export type Environment = Readonly<Record<string, string | undefined>>

export interface AwsFiles {
  /** Undefined where neither file has it. */
  profile(name: string): Profile | undefined
  readonly credentialsFile: string
  readonly configFile: string
}

/** Reads both files; one that is not there is empty. @throws an input error where one cannot be read. */
export function readAwsFiles(env: Environment, home: string): AwsFiles {
  const credentialsFile = env.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials')
  const configFile = env.AWS_CONFIG_FILE ?? join(home, '.aws', 'config')
  const credentials = parseAwsFile(textOf(credentialsFile))
  const config = parseAwsFile(textOf(configFile))
  return {
    credentialsFile,
    configFile,
    profile: name => {
      const ofConfig =
        config.get(name === 'default' ? 'default' : `profile ${name}`) ?? config.get(`profile ${name}`)
      const ofCredentials = credentials.get(name)
      return ofConfig === undefined && ofCredentials === undefined
        ? undefined
        : { ...ofConfig, ...ofCredentials }
    },
  }
}

/** Sections by name. Lines that are indented belong to the key above them (`s3 =`), and say nothing that is needed here. */
export function parseAwsFile(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Record<string, string>>()
  let current: Record<string, string> | undefined
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line) || /^\s/.test(line)) continue
    const name = /^\[\s*(.*?)\s*\]/.exec(line)?.[1]?.replaceAll(/\s+/g, ' ')
    const [, key, value] = /^([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined) {
      current = sections.get(name) ?? Object.create(null)
      sections.set(name, current ?? {})
    } else if (key !== undefined && current !== undefined)
      current[key.toLowerCase()] = value?.replace(/\s+#.*$/, '') ?? ''
  }
  return sections
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return ''
    throw inputError(`${path} cannot be read`, {
      detail: error instanceof Error ? error.message : String(error),
      next: 'Let this user read it, or name another file with AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE.',
    })
  }
}
