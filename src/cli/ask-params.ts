/** The params of a recipe or a job from flags, ops.ini and, on a terminal, questions for what is missing. */
import type { ErrorData } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { ParamDoc } from '../params/param-docs.ts'
import { missingErrors, type ParamSources, resolveParams } from '../params/resolve.ts'
import type { ParamsOwner } from '../params/shape.ts'
import { withFetchedSecrets } from './fetch-secrets.ts'
import type { FlagValues } from './param-flags.ts'
import type { Prompts } from './prompts.ts'
import type { ReportSession } from './report-session.ts'

type Params = Readonly<Record<string, unknown>>

interface Given {
  readonly flags: FlagValues
  readonly inventory: Inventory | undefined
  readonly values?: ParamSources['values']
}

/** The params, or undefined with what is wrong with them added to `errors`. Asks only when nothing else is wrong. */
export async function askParams(
  owner: ParamsOwner,
  given: Given,
  { prompts, secrets }: Pick<ReportSession, 'prompts' | 'secrets'>,
  errors: ErrorData[],
): Promise<Params | undefined> {
  const inventory = given.inventory?.paramsFor(owner.name) ?? []
  const { flags, values } = given
  const written: ParamSources = { flags, inventory, ...(values && { values }) }
  const sources = await withFetchedSecrets(owner, written, errors)
  let resolved = resolveParams(owner, sources)
  errors.push(...resolved.errors)
  if (resolved.missing.length > 0) {
    if (!prompts || errors.length > 0) {
      errors.push(...missingErrors(owner, resolved.missing, values))
      return undefined
    }
    const answers: Record<string, string | boolean | Secret | undefined> = { ...sources.answers }
    for (const doc of resolved.missing) answers[doc.name] = await ask(owner, doc, prompts)
    resolved = resolveParams(owner, { ...sources, answers })
    errors.push(...resolved.errors)
  }
  if (resolved.errors.length > 0) return undefined
  for (const value of Object.values(resolved.params)) if (value instanceof Secret) secrets.add(value.reveal())
  return resolved.params
}

async function ask(owner: ParamsOwner, doc: ParamDoc, prompts: Prompts): Promise<string | boolean | Secret> {
  const question = `${doc.name}${doc.help === '' ? '' : ` (${doc.help.replace(/\.$/, '')})`}`
  if (doc.kind === 'secret') return new Secret(await prompts.secret(question))
  if (doc.kind === 'boolean') return prompts.confirm(question)
  if (doc.kind === 'choice' && doc.choices) return prompts.select(question, doc.choices)
  return prompts.text(question, { validate: answer => problemOf(owner, doc, answer) ?? true })
}

/** The answer is checked by the same code as a flag, so that a wrong one is asked for again. */
function problemOf(owner: ParamsOwner, doc: ParamDoc, answer: string): string | undefined {
  const { errors } = resolveParams(owner, { answers: { [doc.name]: answer }, environment: {} })
  return errors[0]?.title
}
