/** What a server does otherwise with the values of a column than a contract says: how it fills them in, and what of them is equal. Pure. */
import type { Column } from '../../mysql/columns.ts'
import { sameExpression } from '../../mysql/expression.ts'
import { name, type Sql, sql } from '../../mysql/sql.ts'
import type { ColumnRules } from '../../mysql/table-rules.ts'
import { type AgreedColumn, agreedColumn } from './agreed-column.ts'
import type { Change } from './changes.ts'
import { compareCollations, plainCollation } from './collations.ts'
import type { Contract } from './contract.ts'
import type { Seen } from './seen.ts'

interface Pair {
  readonly before: AgreedColumn
  readonly now: Column
  readonly rules: ColumnRules
  readonly writes: boolean
  /** A unique key compares it. */
  readonly isUnique: boolean
  /** The contract is of MariaDB and this is MySQL, or the other way round. */
  readonly isElsewhere: boolean
  /** It is of the release that the contract was written from. */
  readonly isSameRelease: boolean
}
type Told = readonly [verdict: Change['verdict'], sentence: string, suffers?: Sql | undefined]

/** Of the columns that are there. */
export function columnRuleChanges(
  { columns, writes = false, server }: Contract,
  seen: Seen,
  isElsewhere: boolean,
): readonly Change[] {
  const isSameRelease = server === seen.server
  return Object.entries(columns).flatMap(([column, text]) => {
    const lower = column.toLowerCase()
    const now = seen.table.columns.find(each => each.name.toLowerCase() === lower)
    if (!now) return []
    const rules = seen.columns.get(lower) ?? {}
    const isUnique = seen.table.indexes.some(
      index => index.isUnique && index.columns.some(each => each.name === now.name),
    )
    const before = agreedColumn(text)
    const pair: Pair = { before, now, rules, writes, isUnique, isElsewhere, isSameRelease }
    return [defaults, stamps, numbering, computing, visibility, reference, collating]
      .flatMap(each => each(pair))
      .map(([verdict, sentence, suffers]) => ({ column, verdict, sentence, ...(suffers && { suffers }) }))
  })
}

function defaults({ before, now, rules, isElsewhere }: Pair): readonly Told[] {
  const [was, is] = [before.defaultText, rules.defaultText]
  if (was === undefined) return is === undefined ? [] : [['harmless', `it has the default ${is} now`]]
  if (is === undefined) {
    const meaning = now.isNullable ? ': rows that come without a value have NULL' : ', and it demands a value'
    return [['widens', `its default ${was} is gone${meaning}`]]
  }
  return sameExpression(was, is, isElsewhere) ? [] : [['widens', `its default was ${was} and is ${is}`]]
}

function stamps({ before, rules }: Pair): readonly Told[] {
  if (before.isStamped === rules.isStamped) return []
  return before.isStamped
    ? [['widens', 'a change of the row no longer sets it to the time (ON UPDATE CURRENT_TIMESTAMP is gone)']]
    : [['widens', 'each change of the row sets it to the time now (ON UPDATE CURRENT_TIMESTAMP)']]
}

function numbering({ before, now }: Pair): readonly Told[] {
  if (before.isAutoIncrement === now.isAutoIncrement) return []
  return before.isAutoIncrement
    ? [['widens', 'the server no longer gives new rows a number in it (AUTO_INCREMENT is gone)']]
    : [['harmless', 'the server gives new rows a number in it now']]
}

function computing({ before, now, rules, writes, isElsewhere }: Pair): readonly Told[] {
  const [was, is] = [before.computed, rules.computed]
  if (was === is) return []
  if (is === undefined) return [['widens', `it is no longer computed (${was}), and may hold anything`]]
  // One that puts rows in is told already that it takes no value.
  if (was === undefined) return writes ? [] : [['harmless', `the server computes it now (${is})`]]
  if (sameExpression(was, is, isElsewhere)) return []
  return isElsewhere
    ? [['harmless', `it is computed from ${was}, and this server, which is of another kind, prints ${is}`]]
    : [['breaks', `it was computed from ${was} and is from ${is}`, sql`${name(now.name)} IS NOT NULL`]]
}

function visibility({ before, now }: Pair): readonly Told[] {
  if (before.isInvisible === now.isInvisible) return []
  return [['harmless', now.isInvisible ? 'SELECT * no longer gives it' : 'SELECT * gives it now']]
}

/** MariaDB prints none. */
function reference({ before, now, rules, writes, isElsewhere }: Pair): readonly Told[] {
  const [was, is] = [before.srid, rules.srid]
  if (was === is || isElsewhere) return []
  if (was === undefined)
    return [[writes ? 'breaks' : 'harmless', `it takes no other reference system than ${is} now`]]
  const others = /^\d+$/.test(was) ? sql`ST_SRID(${name(now.name)}) <> ${BigInt(was)}` : undefined
  return [['widens', `its reference system was ${was} and is ${is ?? 'any'}`, others]]
}

function collating({ before, now, writes, isUnique, isSameRelease }: Pair): readonly Told[] {
  if (before.collation === undefined || now.collation === null) return []
  const collation = plainCollation(now.collation)
  const sentence = `its collation was ${before.collation} and is ${collation}`
  switch (compareCollations(before.collation, collation, isSameRelease)) {
    case 'less':
      return [['widens', `${sentence}: fewer texts are equal, as 'a' and 'A' or 'a' and 'ä'`]]
    case 'more':
      return [
        [
          writes && isUnique ? 'breaks' : 'widens',
          `${sentence}: more texts are equal, as 'a' and 'A' or 'a' and 'ä'`,
        ],
      ]
    case 'order':
      return [['harmless', `${sentence}: rare letters are compared and sorted otherwise`]]
    default:
      return []
  }
}
