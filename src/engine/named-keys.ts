/** Keys of a state that params name (packages, settings, databases): of a type of their own, so that a typo in any other key stays an error. */
import type { Value } from './resource.ts'

/** What no text has that is written in a resource. */
export interface OfParams {
  readonly isNamedByParams: true
}

/** A key that params name. */
export type NamedKey = string & OfParams

/** Values by what params name, or by a word and that, as `running max_connections`. */
export type Named<Word extends string = ''> = Record<
  Word extends '' ? NamedKey : `${Word} ${NamedKey}`,
  Value
>

/** The words that stand before names in the keys of a state. */
type WordsOf<State> = {
  [Key in keyof State]: Key extends `${infer Word} ${NamedKey}` ? Word : never
}[keyof State]

/** @param name a name out of params. */
export const namedKey = (name: string): NamedKey => name as NamedKey

/** The names themselves, in their order. */
export const namedKeys = (values: object): readonly NamedKey[] => Object.keys(values).map(namedKey)

/**
 * Values of a state by their names. With words that the state has, each name behind each of them and a blank: of
 * `named<State>(values, '', 'running')` the keys are `NAME` and `running NAME`.
 */
export function named<State = unknown>(
  values: Readonly<Record<string, Value>>,
  ...words: readonly ('' | WordsOf<State>)[]
): Named {
  const before = words.length === 0 ? [''] : words.map(word => (word === '' ? '' : `${String(word)} `))
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => before.map(word => [`${word}${name}`, value])),
  )
}
