/** Every string param of every resource and of every shipped recipe, as a function from a string to shell. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import backup from '../../../recipes/guarded-backup.ts'
import mysql from '../../../recipes/mysql-remote.ts'
import failover from '../../../recipes/nginx-failover.ts'
import ocamlDev from '../../../recipes/ocaml-dev.ts'
import railsDev from '../../../recipes/rails-dev.ts'
import restore from '../../../recipes/restore-backup.ts'
import filesystems from '../../../recipes/verify-filesystems.ts'
import { InputErrors } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { evaluate } from '../../../src/recipe/evaluate.ts'
import type { Recipe } from '../../../src/recipe/recipe.ts'
import { resources } from '../../../src/resources/index.ts'
import type { Facts } from '../../../src/run/facts.ts'
import { mutations } from '../../conformance/hostile.ts'
import { accepted, hashedParams, shellParams, textsOf } from '../../conformance/resource-texts.ts'

export interface StringParam {
  /** `file.path`, `recipe mysql-remote.user`. */
  readonly where: string
  /** All shell that comes of this string; undefined where it is refused. */
  shellOf(value: string): readonly string[] | undefined
  /** The host must be handed the string as it is: not hashed, not written in the words of another language. */
  readonly isHandedOver: boolean
  /** What the host is given is made of it at some cost. */
  readonly isHashed: boolean
}

const folder = fileURLToPath(new URL('../../../recipes', import.meta.url))
const recipes: Readonly<Record<string, Recipe>> = {
  'guarded-backup': backup,
  'mysql-remote': mysql,
  'nginx-failover': failover,
  'ocaml-dev': ocamlDev,
  'rails-dev': railsDev,
  'restore-backup': restore,
  'verify-filesystems': filesystems,
}

/** One entry for each param that takes a string, in a list or alone, and not meant to be shell. */
export function stringParams(): StringParam[] {
  const all = [...resourceParams(), ...recipeParams()].filter(({ where }) => !shellParams.includes(where))
  return [...new Map(all.map(each => [each.where, each])).values()]
}

/** The example with one string in it replaced, and where that was; list positions count as one param. */
function* places(params: object): Generator<readonly [name: string, put: (value: string) => unknown]> {
  for (const [path] of mutations(params, text => text)) {
    const name = path.replaceAll(/\.\d+(?=\.|$)/g, '')
    yield [
      name,
      value => {
        for (const [other, changed] of mutations(params, () => value)) if (other === path) return changed
        return undefined
      },
    ]
  }
  for (const [key, held] of Object.entries(params)) {
    if (held instanceof Secret) yield [key, value => ({ ...params, [key]: new Secret(value) })]
  }
}

function resourceParams(): StringParam[] {
  return Object.values(resources).flatMap(({ definition }) =>
    definition.examples.flatMap(example =>
      [...places(example.params)].map(([name, put]) => {
        const where = `${definition.type}.${name}`
        return {
          where,
          isHandedOver: definition.type !== 'mysqlUser' && where !== 'mysqlSettings.listens.address',
          isHashed: hashedParams.includes(where),
          shellOf: (value: string) => {
            const params = accepted(definition, put(value))
            return params === undefined ? undefined : textsOf(definition, params)
          },
        }
      }),
    ),
  )
}

/** A host whose recipes have what they look for. */
const facts: Facts = {
  os: { id: 'debian', version: '12', codename: 'bookworm', like: [], pretty: 'Debian GNU/Linux 12' },
  architecture: 'x86_64',
  kernel: '6.1.0',
  hostname: 'h1',
  cpus: 2,
  memoryBytes: 2 ** 31,
  init: 'systemd',
  loginUser: 'root',
  addresses: [
    {
      interface: 'eth0',
      family: 'ipv4',
      address: '10.0.0.5',
      prefixLength: 24,
      scope: 'global',
      dynamic: false,
    },
  ],
  bootId: '0',
  machineId: '0',
}

function recipeParams(): StringParam[] {
  return Object.entries(recipes).flatMap(([name, recipe]) => {
    const shape = z.object(recipe.params as Record<string, z.ZodType>)
    const loaded = { name, file: `${folder}/${name}.ts`, folder, origin: 'shipped', recipe } as const
    const examples = [...(recipe.examples ?? []), ...moreExamples(name)]
    return examples.flatMap(({ params }) =>
      [...places(params)].map(([param, put]) => ({
        where: `recipe ${name}.${param}`,
        isHandedOver: false,
        isHashed: `recipe ${name}.${param}` === 'recipe mysql-remote.password',
        shellOf: (value: string) => {
          const read = shape.safeParse(put(value))
          if (!read.success) return undefined
          try {
            const made = evaluate(loaded, read.data, { name: 'h1', address: '10.0.0.5', groups: [] }, facts)
            if (!('steps' in made)) return undefined
            return made.steps.flatMap(({ resource, params: given }) => textsOf(resource, given))
          } catch (thrown) {
            if (thrown instanceof InputErrors) return undefined
            throw thrown
          }
        },
      })),
    )
  })
}

/** Examples show some secrets as the file that they come from. */
function moreExamples(name: string): { readonly params: object }[] {
  if (name !== 'mysql-remote') return []
  return [{ params: { user: 'app', from: '10.0.0.9', database: 'shop', password: new Secret('s3cret') } }]
}
