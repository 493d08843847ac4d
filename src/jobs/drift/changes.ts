/** What differs between a contract and a table, each change with its verdict; how many rows suffer is counted later. Pure. */
import { nearest } from '../../base/nearest.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Column } from '../../mysql/columns.ts'
import { name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type AgreedColumn, agreedColumn, columnText } from './agreed-column.ts'
import { columnType } from './column-type.ts'
import { type Comparison, compareCharsets, compareTypes } from './compare-types.ts'
import { type Contract, uniqueKeysOf } from './contract.ts'

export interface Change {
  readonly column: string
  readonly verdict: 'harmless' | 'widens' | 'breaks'
  readonly sentence: string
  /** The rows that do not fit; `all`: each row. Undefined: none can. A unique key `takesNull` any number of times. */
  readonly suffers?: Sql | 'all' | { readonly duplicatesOf: readonly string[]; readonly takesNull: boolean }
  /** Guessed, with its evidence. */
  readonly renamedTo?: { readonly column: string; readonly evidence: string }
}

export function changesOf(contract: Contract, table: Table): readonly Change[] {
  const agreed = Object.entries(contract.columns)
  const found = (wanted: string): Column | undefined =>
    table.columns.find(each => each.name.toLowerCase() === wanted.toLowerCase())
  const changes: Change[] = []
  for (const [column, text] of agreed) {
    const now = found(column)
    if (!now) changes.push(removed(column, text, contract, table))
    else changes.push(...columnChanges(column, agreedColumn(text), now, contract.writes === true))
  }
  return [
    ...changes,
    ...additions(contract, table),
    ...keyChanges(contract, table),
    ...newUniqueKeys(contract, table),
  ]
}

function columnChanges(column: string, before: AgreedColumn, now: Column, writes: boolean): Change[] {
  const quoted = name(now.name)
  const changes: Change[] = []
  const tell = (sentence: string, { verdict, suffers }: Comparison): void =>
    void changes.push({ column, verdict, sentence, ...(suffers && { suffers }) })
  const types = compareTypes(columnType(before.type), columnType(now.type), quoted)
  if (types) {
    const isNarrower = types.verdict === 'harmless' && writes
    const verdict = isNarrower ? 'breaks' : types.verdict
    tell(`its type was ${before.type} and is ${now.type}${isNarrower ? ', which takes less' : ''}`, {
      ...types,
      verdict,
    })
  }
  const charset = now.characterSet?.toLowerCase().replace(/^utf8$/, 'utf8mb3')
  if (before.charset !== undefined && charset !== undefined) {
    const sets = compareCharsets(before.charset, charset, quoted, trustedName)
    if (sets) tell(`its character set was ${before.charset} and is ${charset}`, sets)
  }
  if (!before.isNullable && now.isNullable)
    tell('it may be NULL now', { verdict: 'widens', suffers: sql`${quoted} IS NULL` })
  if (before.isNullable && !now.isNullable)
    tell('it is NOT NULL now', { verdict: writes ? 'breaks' : 'harmless' })
  if (now.isGenerated && writes && before.computed === undefined)
    tell('the server computes it now, and takes no value', { verdict: 'breaks' })
  return changes
}

function removed(column: string, text: string, contract: Contract, table: Table): Change {
  const guess = renamed(column, agreedColumn(text), contract, table)
  return {
    column,
    verdict: 'breaks',
    sentence: `it is gone${guess ? `, renamed to ${guess.column} it seems: ${guess.evidence}` : ''}`,
    suffers: 'all',
    ...(guess && { renamedTo: guess }),
  }
}

/** A column that is new, of the same type, and in the same place or of a like name. */
function renamed(
  column: string,
  before: AgreedColumn,
  contract: Contract,
  table: Table,
): Change['renamedTo'] {
  const known = new Set(
    [...Object.keys(contract.columns), ...(contract.known ?? contract.others ?? [])].map(each =>
      each.toLowerCase(),
    ),
  )
  const agreed = Object.keys(contract.columns)
  const above = agreed[agreed.indexOf(column) - 1]
  const scored = table.columns.flatMap((candidate, index) => {
    if (known.has(candidate.name.toLowerCase())) return []
    if (compareTypes(columnType(before.type), columnType(candidate.type), name(candidate.name))) return []
    const isThere = above === undefined ? index === 0 : table.columns[index - 1]?.name === above
    const isLike = nearest(column, [candidate.name]) !== undefined || shareWord(column, candidate.name)
    const sameNull = before.isNullable === candidate.isNullable
    const evidence = [
      `it is new and ${candidate.type} as well`,
      isThere && (above === undefined ? 'it stands first as well' : `it stands after ${above} as well`),
      isLike && 'its name is alike',
      sameNull && (candidate.isNullable ? 'it may be NULL as well' : 'it is NOT NULL as well'),
    ].filter(each => each !== false)
    const score = (isThere ? 2 : 0) + (isLike ? 2 : 0) + (sameNull ? 1 : 0)
    return score >= 2 ? [{ column: candidate.name, evidence: evidence.join(', '), score }] : []
  })
  const [best, second] = scored.sort((one, other) => other.score - one.score)
  return best && best.score !== second?.score ? { column: best.column, evidence: best.evidence } : undefined
}

function shareWord(one: string, other: string): boolean {
  const words = (text: string): string[] =>
    text
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(word => word.length > 2)
  return words(one).some(word => words(other).includes(word))
}

/** Who reads by name does not see them; who writes has to give those that demand a value. */
function additions({ columns, others, known = others, writes }: Contract, table: Table): Change[] {
  const low = (names: readonly string[]): Set<string> => new Set(names.map(each => each.toLowerCase()))
  const [used, unused] = [low(Object.keys(columns)), low(known ?? [])]
  return table.columns.flatMap((column): readonly Change[] => {
    const lower = column.name.toLowerCase()
    if (used.has(lower)) return []
    const isNew = known !== undefined && !unused.has(lower)
    const isBad = writes === true && demandsValue(column)
    if (!isNew && !isBad) return []
    const sentence = isNew
      ? `it is new (${columnText(column)})${isBad ? ', and demands a value' : ''}`
      : 'it demands a value, which this consumer does not give'
    return [{ column: column.name, verdict: isBad ? 'breaks' : 'harmless', sentence }]
  })
}

const demandsValue = (column: Column): boolean =>
  !column.isNullable &&
  !column.isGenerated &&
  !column.isAutoIncrement &&
  (column.defaultSql === null || column.defaultSql === 'NULL')

/** A row that a unique key refuses is one that could be put in before. */
function newUniqueKeys({ unique, writes }: Contract, table: Table): Change[] {
  if (unique === undefined || writes !== true) return []
  const before = unique.map(each => new Set(each.map(part => part.toLowerCase())))
  return uniqueKeysOf(table)
    .filter(key => {
      const parts = new Set(key.map(part => part.toLowerCase()))
      return !before.some(each => [...each].every(part => parts.has(part)))
    })
    .map(key => ({
      column: key.join(', '),
      verdict: 'breaks' as const,
      sentence: 'a unique key refuses rows now that are equal in it',
    }))
}

/** The rows of a consumer that knows them by its key: a key that is not unique any more gives it one row for another. */
function keyChanges({ key, columns }: Contract, table: Table): Change[] {
  if (key === undefined || key.length === 0) return []
  const low = key.map(each => each.toLowerCase())
  const isGone = low.some(each => !table.columns.some(column => column.name.toLowerCase() === each))
  // Told already, as a column that is gone.
  if (isGone && key.some(each => Object.hasOwn(columns, each))) return []
  const isUnique = table.indexes.some(
    index =>
      index.isUnique &&
      index.columns.every(
        each => each.name !== null && !each.isPrefix && low.includes(each.name.toLowerCase()),
      ),
  )
  if (isUnique) return []
  const sentence = `no unique key names a row by ${key.join(', ')} any more`
  return [
    { column: key.join(', '), verdict: 'widens', sentence, suffers: { duplicatesOf: key, takesNull: false } },
  ]
}

/** A name of a character set, from a contract or the catalog. */
function trustedName(charset: string): Sql {
  return trusted(/^\w+$/.test(charset) ? charset : 'utf8mb4')
}
