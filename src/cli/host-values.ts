/** The values of hosts: what ops.ini gives, typed by the project's ops.values.ts, and where each came from. */
import { resolve } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { heldValues, strayValueSections } from '../inventory/host-values.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { sectionErrors, shownValue, type TypedValue, typedValues } from '../params/host-values.ts'
import { readSecret } from '../params/read-secret.ts'
import type { GivenHost } from '../recipe/evaluate.ts'
import { findValuesSchema } from '../recipe/values-file.ts'
import type { ValuesSchema } from '../recipe/values-schema.ts'
import type { ListedValue } from '../report/host-list-text.ts'
import { collected } from './collected.ts'
import { recipeLibrary } from './recipe-library.ts'

type Named = Pick<SelectedHost, 'name' | 'address' | 'groups'>

export interface ProjectValues {
  /** The host as recipes see it; secrets that one reads are added to `secrets`. */
  given(host: Named, secrets: Set<string>): GivenHost
  listed(host: Named): readonly ListedValue[]
}

/** Everything that is wrong with values of ops.ini is added to `errors`, for whichever host it is. */
export async function projectValues(
  inventory: Inventory,
  options: { readonly sshConfigFile?: string },
  errors: ErrorData[],
): Promise<ProjectValues> {
  const file = findValuesSchema(inventory.file ?? resolve('ops.ini'))
  const schema = file === undefined ? undefined : await collected(errors, () => loaded(file))
  errors.push(...strayValueSections(inventory, options))
  const [first] = inventory.values
  if (first && file === undefined) errors.push(withoutSchema(first.where))
  if (schema) {
    for (const [of, values] of bySection(inventory))
      errors.push(...sectionErrors(schema.shape, of, values, 'ops.values.ts'))
  }
  const told = new Set<string>()
  const typed = (host: Named): readonly TypedValue[] => {
    if (!schema) return []
    const held = heldValues(inventory, host.name, host.groups)
    for (const error of held.errors) if (!told.has(error.title)) errors.push(error)
    for (const error of held.errors) told.add(error.title)
    return typedValues(schema.shape, held.values)
  }
  return {
    given: (host, secrets) => givenHost(host, typed(host), secrets),
    listed: host => typed(host).map(value => listedValue(value, schema?.file ?? '')),
  }
}

async function loaded(file: string): Promise<ValuesSchema> {
  const { loadValuesSchema } = await import('../recipe/values-schema.ts')
  return loadValuesSchema(file, recipeLibrary)
}

/** A section that is written in two pieces is one. */
function bySection({ values }: Inventory) {
  const sections = new Map<string, Inventory['values'][number]['values']>()
  for (const { of, values: written } of values) {
    const name = of === undefined ? '[values]' : `[values ${of}]`
    sections.set(name, [...(sections.get(name) ?? []), ...written])
  }
  return sections
}

function withoutSchema(where: ErrorData['where'] & object): ErrorData {
  const next =
    'Write ops.values.ts beside it: `export default { port: z.number().default(80) }`, with z imported from ops-recipes.'
  return inputError('ops.ini gives values to hosts, but no ops.values.ts says which there are', {
    where,
    next,
  }).data
}

/** Each value is there when it is read; one that is missing or cannot be had is told by the line that reads it. */
function givenHost(
  { name, address, groups }: Named,
  typed: readonly TypedValue[],
  secrets: Set<string>,
): GivenHost {
  const values = {}
  let readsSecrets = false
  for (const each of typed) {
    const get = (): unknown => {
      if ('value' in each) return each.value
      if ('missing' in each) throw missing(name, groups, each)
      readsSecrets = true
      const { value, where } = each.secret
      const read = readSecret(value, where.file.replace(/\/[^/]*$/, '') || '/')
      if ('problem' in read) throw inputError(`${each.name} of ${name}: ${read.problem}`, { where })
      secrets.add(read.value.reveal())
      return read.value
    }
    Object.defineProperty(values, each.name, { enumerable: true, get })
  }
  return { name, address, groups, values, readsSecrets: () => readsSecrets }
}

function missing(
  host: string,
  groups: readonly string[],
  { name, missing: type }: { readonly name: string; readonly missing: string },
): Error {
  const places = [host, ...groups].map(each => `[values ${each}]`)
  return inputError(`${host} has no value ${name}`, {
    next: `Write \`${name} = ...\` (${type}) under ${places.slice(0, 3).join(' or ')} in ops.ini, or give it a default in ops.values.ts.`,
  })
}

function listedValue(each: TypedValue, schemaFile: string): ListedValue {
  const isUnset = 'missing' in each || ('value' in each && each.value === undefined)
  if (isUnset) return { name: each.name, value: undefined, where: undefined }
  if ('secret' in each) return { name: each.name, value: String(new Secret('')), where: each.secret.where }
  const where = each.written?.where ?? { file: schemaFile, line: 1 }
  return { name: each.name, value: shownValue(each.value), where, ...(!each.written && { isDefault: true }) }
}
