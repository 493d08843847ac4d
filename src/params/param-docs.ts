/** Params as people meet them: drives flags, help, prompts and docs. */
import { type TypeDoc, typeDoc } from './doc.ts'
import { kindOf } from './kind.ts'
import type { ParamShape } from './shape.ts'

export interface ParamDoc extends TypeDoc {
  /** As its author calls it: `maxClients`. */
  readonly name: string
  /** As a flag: `--max-clients`. */
  readonly flag: string
  /** What stands behind the flag, `number` in `--listen <number>`; undefined for a boolean, which takes none. */
  readonly placeholder?: string
  /** A boolean's other flag: `--no-verbose-log`. */
  readonly negation?: string
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'list' | 'json' | 'secret'
}

/** The params in the order in which they are declared. */
export function describeParams(shape: ParamShape): readonly ParamDoc[] {
  return Object.entries(shape).map(([name, type]) => describeParam(name, type))
}

/** `maxClients` and `max_clients` are `--max-clients`. */
export function flagOf(name: string): string {
  const words = name.replaceAll('_', '-').replaceAll(/(?<=[a-z0-9])[A-Z]/g, letter => `-${letter}`)
  return `--${words.toLowerCase()}`
}

function describeParam(name: string, type: ParamShape[string]): ParamDoc {
  const doc = typeDoc(type)
  const kind = docKind(kindOf(type).kind)
  const flag = flagOf(name)
  const value =
    kind === 'boolean'
      ? { negation: `--no-${flag.slice(2)}` }
      : { placeholder: placeholderOf(kind, doc.choices) }
  return { ...doc, name, flag, kind, ...value }
}

function docKind(kind: ReturnType<typeof kindOf>['kind']): ParamDoc['kind'] {
  return kind === 'either' || kind === 'bigint' || kind === 'date' ? 'text' : kind
}

const placeholders: Readonly<Record<Exclude<ParamDoc['kind'], 'boolean'>, string>> = {
  text: 'text',
  number: 'number',
  choice: 'choice',
  list: 'a,b,...',
  json: 'json',
  secret: '@file',
}

function placeholderOf(kind: keyof typeof placeholders, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.join('|').length > 40) return placeholders[kind]
  return kind === 'list' ? `${choices.join('|')},...` : choices.join('|')
}
