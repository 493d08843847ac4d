/** A site as one recipe: on each host the steps of all that is for it, in the order of site.ts. */
import { dirname } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { type SelectedHost, selectHosts } from '../inventory/select.ts'
import { findRecipes } from '../recipe/find.ts'
import type { LoadedRecipe } from '../recipe/load.ts'
import { findSite, type LoadedEntry, type LoadedSite, loadSite } from '../recipe/load-site.ts'
import { typedPart } from '../recipe/use.ts'
import { askParams } from './ask-params.ts'
import { collected } from './collected.ts'
import { misspeltSections } from './misspelt-sections.ts'
import { recipeLibrary } from './recipe-library.ts'
import type { ReportSession } from './report-session.ts'
import type { Chosen } from './targets.ts'

type Params = Readonly<Record<string, unknown>>

/** The project's site.ts, unless a recipe has that name. */
export function siteOfProject(): string | undefined {
  return findRecipes(process.cwd()).some(each => each.name === 'site') ? undefined : findSite(process.cwd())
}

/** Its file loaded; as a recipe it has no steps before its hosts are known. */
export async function loadedSite(file: string): Promise<LoadedRecipe & LoadedSite> {
  const { entries } = await loadSite(file, recipeLibrary)
  const recipe = { summary: 'All recipes of the site, each on its hosts.', params: {}, steps: () => [] }
  return { name: 'site', file, folder: dirname(file), origin: 'folder', recipe, entries }
}

/** Every word that names hosts in it, each once. */
export function wordsOf(site: LoadedSite): readonly string[] {
  return [...new Set(site.entries.flatMap(entry => entry.hosts))]
}

export interface BoundSite {
  readonly loaded: LoadedRecipe
  /** Of all its recipes, for the records and a saved plan. */
  readonly params: Params
}

/** The site for these hosts; what is wrong is added to `errors`. Params that are missing are asked for, each recipe by itself. */
export async function bindSite(
  site: LoadedRecipe & LoadedSite,
  chosen: Chosen,
  options: { readonly sshConfigFile?: string },
  session: Pick<ReportSession, 'prompts' | 'secrets'>,
  errors: ErrorData[],
): Promise<BoundSite | undefined> {
  const { inventory } = chosen
  const bound: { entry: LoadedEntry; params: Params; hosts: ReadonlySet<string> }[] = []
  const before = errors.length
  errors.push(
    ...misspeltSections(
      site.entries.map(entry => entry.loaded),
      inventory,
    ),
  )
  for (const entry of site.entries) {
    const hosts = await collected(errors, () => hostsOf(entry, inventory, chosen, options))
    const { name, recipe } = entry.loaded
    const owner = { kind: 'recipe', name, params: recipe.params, shownBy: `ops recipes ${name}` } as const
    const values = { params: entry.params, where: entry.where }
    const isUsed = hosts && chosen.hosts.some(host => hosts.has(host.name))
    // What no host of this run gets needs no answer.
    const params = isUsed ? await askParams(owner, { flags: {}, inventory, values }, session, errors) : {}
    if (hosts && params) bound.push({ entry, params, hosts })
  }
  if (errors.length > before) return undefined
  for (const { name } of chosen.hosts) {
    if (bound.some(({ hosts }) => hosts.has(name))) continue
    const next = `It is for ${wordsOf(site).join(', ')}.`
    errors.push(
      inputError(`the site has nothing for ${name}`, { where: { file: site.file, line: 1 }, next }).data,
    )
  }
  const steps: LoadedRecipe['recipe']['steps'] = context =>
    bound
      .filter(({ hosts }) => hosts.has(context.host.name))
      .map(({ entry, params }) => typedPart(context, entry.loaded, params))
  return { loaded: { ...site, recipe: { ...site.recipe, steps } }, params: paramsOf(bound) }
}

/** Names of chosen hosts that an entry is for, under whichever name they were chosen. */
function hostsOf(
  entry: LoadedEntry,
  inventory: Inventory,
  { hosts, merged }: Chosen,
  options: { readonly sshConfigFile?: string },
): ReadonlySet<string> {
  const meant = selectHosts(inventory, entry.hosts, options)
  const names = new Set(meant.map(host => host.name))
  const addresses = new Set(meant.map(host => host.address))
  const isMeant = ({ name, address }: SelectedHost): boolean => names.has(name) || addresses.has(address)
  const others = merged.filter(({ name }) => names.has(name)).map(({ as }) => as)
  return new Set([...hosts.filter(isMeant).map(host => host.name), ...others])
}

/** `listen` of `web` is `webListen`: names that a saved plan can ask for again as flags. */
export function paramsOf(
  bound: readonly { readonly entry: Pick<LoadedEntry, 'loaded'>; readonly params: Params }[],
): Params {
  const found: Record<string, unknown> = {}
  for (const { entry, params } of bound) {
    const owner = entry.loaded.name.replaceAll(/[-_]+(.)?/g, (_, letter = '') => letter.toUpperCase())
    for (const [name, value] of Object.entries(params)) {
      const key = `${owner}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
      const other = found[key]
      const isOther =
        key in found &&
        !(other instanceof Secret && value instanceof Secret && other.reveal() === value.reveal())
      let free = key
      for (let number = 2; isOther && free in found; number++) free = `${key}${number}`
      found[free] = value
    }
  }
  return found
}
