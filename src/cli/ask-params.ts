/** A recipe's params from flags, ops.ini and, on a terminal, questions for what is missing. */
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { Secret } from '../base/secret.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { findRecipes } from '../recipe/find.ts'
import type { LoadedRecipe } from '../recipe/load.ts'
import type { ParamDoc } from '../recipe/param-docs.ts'
import { missingErrors, type ParamSources, resolveParams } from '../recipe/params.ts'
import type { FlagValues } from './param-flags.ts'
import type { Prompts } from './prompts.ts'
import type { ReportSession } from './report-session.ts'

type Params = Readonly<Record<string, unknown>>

interface Given {
  readonly flags: FlagValues
  readonly inventory: Inventory | undefined
}

/** The params, or undefined with what is wrong with them added to `errors`. Asks only when nothing else is wrong. */
export async function askParams(
  loaded: LoadedRecipe,
  given: Given,
  { prompts, secrets }: Pick<ReportSession, 'prompts' | 'secrets'>,
  errors: ErrorData[],
): Promise<Params | undefined> {
  const inventory = given.inventory?.paramsFor(loaded.name) ?? []
  errors.push(...misspelt(loaded, given.inventory))
  const sources: ParamSources = { flags: given.flags, inventory }
  let resolved = resolveParams(loaded, sources)
  errors.push(...resolved.errors)
  if (resolved.missing.length > 0) {
    if (!prompts || errors.length > 0) {
      errors.push(...missingErrors(loaded, resolved.missing))
      return undefined
    }
    const answers: Record<string, string | boolean | Secret> = {}
    for (const doc of resolved.missing) answers[doc.name] = await ask(loaded, doc, prompts)
    resolved = resolveParams(loaded, { ...sources, answers })
    errors.push(...resolved.errors)
  }
  if (resolved.errors.length > 0) return undefined
  for (const value of Object.values(resolved.params)) if (value instanceof Secret) secrets.add(value.reveal())
  return resolved.params
}

/** Params of no recipe at all, under a name much like this one: they would be left out without a word. */
function misspelt({ name, file }: LoadedRecipe, inventory: Inventory | undefined): readonly ErrorData[] {
  const sections = inventory?.paramSections ?? []
  if (sections.some(({ recipe }) => recipe === name)) return []
  // Recipes that are called by their path have neighbours too.
  const beside = readdirSync(dirname(file)).map(each => each.replace(/\.[^.]*$/, ''))
  const known = [...findRecipes(process.cwd()).map(each => each.name), ...beside]
  return sections
    .filter(({ recipe }) => recipe !== name && !known.includes(recipe) && nearest(recipe, [name]) === name)
    .map(
      ({ recipe, where }) =>
        inputError(`[params ${recipe}] is for no recipe`, {
          where,
          next: `Did you mean [params ${name}]?`,
        }).data,
    )
}

async function ask(
  loaded: LoadedRecipe,
  doc: ParamDoc,
  prompts: Prompts,
): Promise<string | boolean | Secret> {
  const question = `${doc.name}${doc.help === '' ? '' : ` (${doc.help.replace(/\.$/, '')})`}`
  if (doc.kind === 'secret') return new Secret(await prompts.secret(question))
  if (doc.kind === 'boolean') return prompts.confirm(question)
  if (doc.kind === 'choice' && doc.choices) return prompts.select(question, doc.choices)
  return prompts.text(question, { validate: answer => problemOf(loaded, doc, answer) ?? true })
}

/** The answer is checked by the same code as a flag, so that a wrong one is asked for again. */
function problemOf(loaded: LoadedRecipe, doc: ParamDoc, answer: string): string | undefined {
  const { errors } = resolveParams(loaded, { answers: { [doc.name]: answer }, environment: {} })
  return errors[0]?.title
}
