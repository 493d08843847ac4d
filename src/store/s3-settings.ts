/** The section [s3] of ops.ini: which server, and how it is spoken to. No password can be in it. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputErrors, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'

/** A line of the section, as the inventory reads it. */
export interface SettingLine {
  readonly key: string
  readonly value?: string | undefined
  readonly where: SourceLocation
}

/** What the section says; all of it may be left out. */
export interface S3Settings {
  /** Another server than AWS. */
  readonly endpoint?: string
  readonly region?: string
  readonly pathStyle?: boolean
  /** A profile of the AWS files; the keys of the environment are not used then. */
  readonly profile?: string
  /** PEM of an authority to trust besides the system's. */
  readonly ca?: string
  /** False: plain HTTP to another machine is meant. */
  readonly tls?: boolean
}

const known = ['endpoint', 'region', 'path-style', 'profile', 'ca', 'tls']
const switches: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  no: false,
  false: false,
  off: false,
}

/** @throws InputErrors with all that is wrong in the section. */
export function readS3Settings(lines: readonly SettingLine[]): S3Settings {
  const errors = lines.flatMap(line => faultOf(line, lines))
  if (errors.length > 0) throw new InputErrors(errors)
  const text = (key: string) => lines.find(line => line.key === key)?.value
  const flag = (key: string) => switches[text(key) ?? '']
  const [endpoint, region, profile, ca] = [text('endpoint'), text('region'), text('profile'), text('ca')]
  const [pathStyle, tls] = [flag('path-style'), flag('tls')]
  const iniFolder = dirname(lines[0]?.where.file ?? '')
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(profile === undefined ? {} : { profile }),
    ...(ca === undefined ? {} : { ca: authorityIn(resolve(iniFolder, ca), '`ca` in [s3]') }),
    ...(tls === undefined ? {} : { tls }),
  }
}

function faultOf({ key, value = '', where }: SettingLine, lines: readonly SettingLine[]) {
  const refuse = (title: string, next: string) => [inputError(title, { where, next }).data]
  if (/secret|password|access.?key|token/i.test(key))
    return refuse(
      `[s3] takes no ${key}: ops.ini is a file that people share`,
      'Leave the line out, and change the key if it was shared. Credentials come from the AWS environment or from ~/.aws/credentials; `profile = NAME` chooses there.',
    )
  if (!known.includes(key))
    return refuse(
      `[s3] has no setting ${JSON.stringify(key)}`,
      `${didYouMean(key, known)}It takes ${known.join(', ')}.`,
    )
  if (lines.filter(line => line.key === key)[0]?.where.line !== where.line)
    return refuse(`${key} is written twice in [s3]`, 'Leave one out.')
  if (value === '') return refuse(`${key} in [s3] is empty`, 'Write a value, or leave the line out.')
  if ((key === 'path-style' || key === 'tls') && switches[value] === undefined)
    return refuse(
      `${key} in [s3] is yes or no, not ${JSON.stringify(value)}`,
      `Write \`${key} = yes\` or \`${key} = no\`.`,
    )
  if (key === 'region' && !/^[a-z0-9-]{1,40}$/.test(value))
    return refuse(`${JSON.stringify(value)} is no region`, 'Write a word such as eu-central-1.')
  return []
}

/** A PEM file. @throws an input error where it cannot be read; `setting` names where it was written. */
export function authorityIn(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw inputError(
      `the certificates for S3 cannot be read: ${error instanceof Error ? error.message : path}`,
      {
        next: `Correct ${setting}, or leave it out where the system trusts the server.`,
      },
    )
  }
}
