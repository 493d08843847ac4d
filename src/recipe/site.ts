/** What a person writes into site.ts: which recipes go to which hosts, in which order. */
import type { SourceLocation } from '../base/errors.ts'
import { callSite } from '../engine/step.ts'
import type { ParamShape } from '../params/shape.ts'
import type { ParamsInput, Recipe, UseOptions } from './recipe.ts'

/** One line of a site. */
export interface SiteEntry {
  /** Hosts, groups, globs, as words of the command line. */
  readonly hosts: readonly string[]
  /** A recipe, or the name of one. */
  readonly recipe: Recipe | string
  readonly params: Readonly<Record<string, unknown>>
  readonly as?: string
  readonly where: SourceLocation | undefined
}

export interface Site {
  readonly entries: readonly SiteEntry[]
}

/**
 * `on('web', nginx, { listen: 8080 })`: a recipe on hosts or groups, its params typed; those that are left out come from
 * `[params RECIPE]` of ops.ini. Of a recipe that comes with ops its name is given.
 */
export function on<const Shape extends ParamShape>(
  hosts: string | readonly string[],
  recipe: Recipe<Shape> | string,
  params: Partial<ParamsInput<Shape>> = {},
  { as }: UseOptions = {},
): SiteEntry {
  return {
    hosts: typeof hosts === 'string' ? hosts.split(/[\s,]+/).filter(word => word !== '') : hosts,
    recipe: recipe as Recipe | string,
    params,
    ...(as !== undefined && { as }),
    where: callSite(),
  }
}

/** The default export of site.ts: on each host, what is for it, in this order. */
export function site(entries: readonly SiteEntry[]): Site {
  return { entries }
}
