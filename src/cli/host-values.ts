/** The values of hosts: what ops.ini gives, typed by the project's ops.values.ts, and where each came from. */
import { resolve } from 'node:path'
import { type ErrorData, InputErrors, inputError, OpsError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { heldValues, strayValueSections } from '../inventory/host-values.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type SelectedHost, selectHosts } from '../inventory/select.ts'
import {
  sectionErrors,
  shownValue,
  type TypedValue,
  typedValues,
  type WrittenValue,
} from '../params/host-values.ts'
import { readSecret } from '../params/read-secret.ts'
import { secretError } from '../params/secret-error.ts'
import { type FetchedSecret, fetchSecret, isSecretReference } from '../params/secret-program.ts'
import type { GivenHost } from '../recipe/given-host.ts'
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
    given: (host, secrets) => {
      const read = new Secrets(secrets)
      const givenOf = (each: Named): GivenHost => givenHost(each, typed(each), read, othersOf)
      const othersOf = (word: string): readonly GivenHost[] => {
        const others = selectHosts(inventory, [word], options)
        const undecided = others.flatMap(each => heldValues(inventory, each.name, each.groups).errors)
        if (undecided.length > 0) throw new InputErrors(undecided)
        return others.map(givenOf)
      }
      return { ...givenOf(host), keeps: secret => void secrets.add(secret) }
    },
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

const placeOf = ({ where }: WrittenValue): string => `${where.file}:${where.line}`

/** Secrets as recipes read them: fetched once, by the value that names them. */
class Secrets {
  isRead = false
  readonly #wanted: WrittenValue[] = []
  readonly #fetched = new Map<string, FetchedSecret>()
  readonly #known: Set<string>

  constructor(known: Set<string>) {
    this.#known = known
  }

  /** @throws input errors; and any error where it has to be fetched first, by `settle`. */
  read(host: string, written: WrittenValue): Secret {
    this.isRead = true
    const { name, value, where } = written
    const fetched = this.#fetched.get(placeOf(written))
    if (isSecretReference(value) && !fetched) {
      this.#wanted.push(written)
      throw new Error('a secret has to be fetched first')
    }
    const read = fetched ?? readSecret(value, folderOf(where))
    if ('problem' in read) throw new OpsError(secretError(`${name} of ${host}`, read, where))
    this.#known.add(read.value.reveal())
    return read.value
  }

  /** Fetches what could not be read yet; true where there was any. */
  async settle(): Promise<boolean> {
    const wanted = this.#wanted.splice(0)
    for (const written of wanted) {
      const { value, where } = written
      this.#fetched.set(placeOf(written), await fetchSecret(String(value), folderOf(where)))
    }
    return wanted.length > 0
  }
}

/** Each value is there when it is read; one that is missing or cannot be had is told by the line that reads it. */
function givenHost(
  { name, address, groups }: Named,
  typed: readonly TypedValue[],
  secrets: Secrets,
  others: (word: string) => readonly GivenHost[],
): GivenHost {
  const values = {}
  for (const each of typed) {
    const get = (): unknown => {
      if ('value' in each) return each.value
      if ('missing' in each) throw missing(name, groups, each)
      if ('wrong' in each) throw new InputErrors([each.wrong])
      return secrets.read(name, each.secret)
    }
    Object.defineProperty(values, each.name, { enumerable: true, get })
  }
  const readsSecrets = () => secrets.isRead
  return { name, address, groups, values, others, readsSecrets, settle: () => secrets.settle() }
}

const folderOf = ({ file }: { readonly file: string }): string => file.replace(/\/[^/]*$/, '') || '/'

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
  const isUnset = 'missing' in each || 'wrong' in each || ('value' in each && each.value === undefined)
  if (isUnset) return { name: each.name, value: undefined, where: undefined }
  if ('secret' in each) return { name: each.name, value: String(new Secret('')), where: each.secret.where }
  const where = each.written?.where ?? { file: schemaFile, line: 1 }
  return { name: each.name, value: shownValue(each.value), where, ...(!each.written && { isDefault: true }) }
}
