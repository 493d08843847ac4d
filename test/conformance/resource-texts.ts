/** The shell that a resource makes of params that somebody gives it. */
import { fileURLToPath } from 'node:url'
import { Secret } from '../../src/base/secret.ts'
import type { Resource } from '../../src/engine/resource.ts'
import { mutations } from './hostile.ts'

// biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
export type AnyResource = Resource<any, any>

const folder = fileURLToPath(new URL('recipe', import.meta.url))

/** Params that are shell by their nature: their words are the recipe author's own. */
export const shellParams: readonly string[] = [
  'command.run',
  'command.unless',
  'assertion.probe',
  'file.validate',
  'service.check',
  'service.proof',
]

/** Params of which the host is told a hash alone. */
export const hashedParams: readonly string[] = ['mysqlUser.password', 'postgresRole.password']

/** Validated and prepared, as the engine would hold them; undefined where they are refused. */
export function accepted(resource: AnyResource, input: unknown): unknown {
  const parsed = resource.params.safeParse(input)
  if (!parsed.success) return undefined
  return resource.prepare?.(parsed.data, { folder }) ?? parsed.data
}

/** All shell that the resource makes of these params. */
export function textsOf(resource: AnyResource, params: unknown): string[] {
  const desired = resource.desired(params)
  const keys = Object.entries(desired).map(([key, to]) => ({ key, from: undefined, to }))
  const applied = keys.length > 0 ? (resource.apply?.({ actual: {}, desired, keys }, params) ?? []) : []
  const settle = resource.settle?.(params)?.shell
  const many = resource.probeMany?.([params, params])
  return [resource.probe(params), many, ...applied, settle].flatMap(part => (part ? [part.shell] : []))
}

/** What the resource makes of a hostile string in each of its params that takes it. */
export function hostileCases(
  resource: AnyResource,
  value: string,
): { where: string; value: string; texts: string[] }[] {
  const places = resource.examples.flatMap(({ params }) => [
    ...mutations(params, () => value),
    ...[...mutations(params, text => (text.startsWith('/') ? `/x/${value}` : ''))].filter(([, changed]) =>
      JSON.stringify(changed).includes('/x/'),
    ),
  ])
  const secrets = resource.examples.flatMap(({ params }) =>
    Object.entries(params).flatMap(([key, held]): [string, unknown][] =>
      held instanceof Secret ? [[key, { ...params, [key]: new Secret(value) }]] : [],
    ),
  )
  return [...places, ...secrets].flatMap(([path, input]) => {
    const where = `${resource.type}.${path}`
    if (shellParams.includes(where)) return []
    const params = accepted(resource, input)
    return params === undefined ? [] : [{ where, value, texts: textsOf(resource, params) }]
  })
}
