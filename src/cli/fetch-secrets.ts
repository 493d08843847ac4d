/** Secret params that are given by naming a program: asked for before the params are read. */
import { dirname } from 'node:path'
import type { ErrorData, SourceLocation } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { describeParams } from '../params/param-docs.ts'
import { readSecret } from '../params/read-secret.ts'
import { environmentName, type ParamSources } from '../params/resolve.ts'
import { secretError } from '../params/secret-error.ts'
import { fetchSecret, isSecretReference } from '../params/secret-program.ts'
import type { ParamsOwner } from '../params/shape.ts'

/** The same sources with what came as answers. What could not be had is told in `errors`, and something stands in for it. */
export async function withFetchedSecrets(
  owner: ParamsOwner,
  sources: ParamSources,
  errors: ErrorData[],
): Promise<ParamSources> {
  const answers: Record<string, Secret> = {}
  const flags = { ...sources.flags }
  const params = { ...sources.values?.params }
  for (const { name, kind, flag } of describeParams(owner.params)) {
    const given = kind === 'secret' ? givenOf(name, flag, sources) : undefined
    if (!given) continue
    const { text, cwd, where } = given
    const found = isSecretReference(text) ? await fetchSecret(text, cwd) : readSecret(text, cwd)
    if ('problem' in found) errors.push(secretError(`${owner.name}: ${name}`, found, where))
    answers[name] = 'problem' in found ? new Secret('what could not be had') : found.value
    delete flags[name]
    delete params[name]
  }
  if (Object.keys(answers).length === 0) return sources
  const values = sources.values && { values: { ...sources.values, params } }
  return { ...sources, ...values, flags, answers: { ...sources.answers, ...answers } }
}

interface Given {
  readonly text: string
  readonly cwd: string
  readonly where?: SourceLocation | undefined
}

/** What has to be fetched here: a program that is named, and any text that stands in site.ts. */
function givenOf(
  name: string,
  flag: string,
  { flags = {}, values, inventory }: ParamSources,
): Given | undefined {
  const own = flags[name]
  const only = Array.isArray(own) && own.length === 1 ? own[0] : own
  if (own !== undefined) return isSecretReference(only) ? { text: only, cwd: process.cwd() } : undefined
  const value = values?.params[name]
  if (typeof value === 'string')
    return {
      text: value,
      cwd: values?.where ? dirname(values.where.file) : process.cwd(),
      where: values?.where,
    }
  if (value !== undefined || process.env[environmentName(name)]) return undefined
  const written = inventory?.find(each => each.name === name || `--${each.name}` === flag)
  if (!written || !isSecretReference(written.value)) return undefined
  return { text: written.value, cwd: dirname(written.where.file), where: written.where }
}
