/** The docs of one resource, as data: for `ops resources NAME` and generated pages. */
import type { z } from 'zod'
import type { Resource } from '../../engine/resource.ts'
import { type TypeDoc, typeDoc } from '../../params/doc.ts'
import { unwrap } from '../../params/kind.ts'
import { codeText } from './code-text.ts'

export interface ResourceParamDoc extends TypeDoc {
  readonly name: string
}

export interface ResourceDocs {
  readonly type: string
  readonly doc: string
  readonly params: readonly ResourceParamDoc[]
  /** `code` is a step as it would be written in a recipe. */
  readonly examples: readonly { readonly title: string; readonly code: string }[]
  /** What `ops undo` does about it. */
  readonly undo?: string
}

/** What a page is made of; a resource that is made of others looks and applies by their steps. */
export type Documented<Params, Input> = Pick<
  Resource<Params, Input>,
  'type' | 'doc' | 'undone' | 'params' | 'examples'
> &
  Partial<Pick<Resource<Params, Input>, 'probe' | 'apply'>>

/** Reads params and examples out of the contract itself, so that docs cannot drift from it. */
export function describeResource<Params, Input>(definition: Documented<Params, Input>): ResourceDocs {
  const { type, doc, params, examples, probe, apply } = definition
  const changesNothing = probe !== undefined && apply === undefined
  const undo = changesNothing
    ? 'It changes nothing, and so there is nothing to take back.'
    : definition.undone
  return {
    type,
    doc,
    params: paramDocs(params),
    examples: examples.map(example => ({
      title: example.title,
      code: `${type}(${codeText(example.params)})`,
    })),
    ...(undo !== undefined && { undo }),
  }
}

/** A param that only some forms of a union take, or need, is not required. */
function paramDocs(params: z.core.$ZodType): readonly ResourceParamDoc[] {
  const shapes = shapesOf(params)
  const names = new Set(shapes.flatMap(shape => Object.keys(shape)))
  return [...names].flatMap(name => {
    const docs = shapes.flatMap(shape => (shape[name] ? [typeDoc(shape[name])] : []))
    const [first] = docs
    if (first === undefined) return []
    const types = [...new Set(docs.map(each => each.type))].filter(each => each !== 'never')
    const required = docs.length === shapes.length && docs.every(each => each.required)
    const help = docs.map(each => each.help).find(each => each !== '') ?? ''
    return [{ ...first, name, type: types.join(' or '), required, help }]
  })
}

type Shape = Readonly<Record<string, z.core.$ZodType>>

/** The object types that a params type is made of: one, or the forms of a union. */
function shapesOf(type: z.core.$ZodType): readonly Shape[] {
  const { def } = (unwrap(type) as z.core.$ZodTypes)._zod
  if (def.type === 'object') return [def.shape as Shape]
  if (def.type === 'union') return def.options.flatMap(shapesOf)
  if (def.type !== 'intersection') return []
  return shapesOf(def.left).flatMap(left => shapesOf(def.right).map(right => ({ ...left, ...right })))
}
