/** What a format's files look like at their worst, and what may be asked of one. */
import type { z } from 'zod'
import type { option } from '../../../../src/resources/option.ts'
import type { Chance } from './chance.ts'
import type { Reader, ReaderName } from './readers.ts'

export type Wanted = Omit<z.input<typeof option.definition.params>, 'path'>

/** One change to ask for, and what the programs must say of it afterwards. */
export interface Asked {
  readonly wanted: Wanted
  /** The key as each reader names it. */
  readonly name: string
  /** What it must say; undefined for what it says of a file without the key. */
  readonly meaning: string | undefined
}

export interface Dialect {
  /** Of the file, which may tell the format. */
  readonly file: string
  readonly readers: readonly ReaderName[]
  /** One more, which only this test has. */
  readonly own?: Reader
  text(given: Chance): string
  /** A file beside it, `beside.cnf`, that a text may include as `DIR/beside.cnf`. */
  beside?(given: Chance): string
  asked(given: Chance): Asked
  /** Names that come and go with a key, such as tables that are made for it. */
  readonly follows?: (name: string, asked: Asked) => boolean
  /** Of a hundred edits, so many at least are made rather than refused. */
  readonly made: number
}

/** A key that is to be there with one of the values (as written, and as read), or not at all. */
export function asks(
  given: Chance,
  {
    wanted,
    name,
    values,
  }: {
    readonly wanted: Wanted
    readonly name: string
    readonly values: readonly (readonly [written: string, read: string])[]
  },
): Asked {
  if (given.percent(30)) return { wanted: { ...wanted, state: 'absent' }, name, meaning: undefined }
  const [value, meaning] = given.pick(values)
  return { wanted: { ...wanted, value }, name, meaning }
}

export const same = (...values: readonly string[]): readonly (readonly [string, string])[] =>
  values.map(value => [value, value] as const)
