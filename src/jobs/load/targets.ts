/** Which field of the input goes into which column, and how: pure, with everything that is refused. */
import { type ErrorData, inputError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Column } from '../../mysql/columns.ts'
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableText } from '../../mysql/table-name.ts'

/** What ops itself makes of a cell before the server sees it. */
export type CellWay =
  | 'plain'
  | 'ascii'
  | 'bit'
  | 'date'
  | 'time'
  | 'clock'
  | 'year'
  | 'truth'
  | 'real'
  | 'json'
  | 'enum'
  | 'set'

/** A column that is loaded. */
export interface Target {
  readonly column: Column
  /** Which field of each record. */
  readonly field: number
  readonly way: CellWay
  /** Text of the input must be UTF-8 for it. */
  readonly isText: boolean
  /** NULL is an answer: the server takes it, or makes the next number of it. */
  readonly takesNull: boolean
  /** No bytes at all are a value of it. */
  readonly holdsEmpty: boolean
  /** An empty field is NULL here. */
  readonly emptyIsNull: boolean
  /** Members of an ENUM or SET, in lower case. */
  readonly members: readonly string[]
  /** What is stored of the cell's bytes; undefined: the bytes as they are. */
  readonly stored: ((value: Sql) => Sql) | undefined
}

export interface Targets {
  readonly targets: readonly Target[]
  /** So many fields has each record. */
  readonly fields: number
  /** Columns that the server computes, or that are to be left out, though the input has them. */
  readonly leftOut: readonly { readonly name: string; readonly why: 'computed' | 'asked' }[]
  /** Columns that the input does not have: they take their default. */
  readonly byDefault: readonly Column[]
}

export interface TargetWishes {
  readonly leaveOut: readonly string[]
  /** An empty field is NULL in columns of text as well. */
  readonly emptyIsNull: boolean
  /** The names did not come from the input. */
  readonly areGiven: boolean
}

/** Adds to `errors` what keeps the fields from their columns. */
export function targetsOf(
  table: Table,
  names: readonly string[],
  wishes: TargetWishes,
  errors: ErrorData[],
): Targets {
  const where = tableText(table)
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const known = new Map(table.columns.map(column => [column.name.toLowerCase(), column]))
  const leaveOut = new Set(wishes.leaveOut.map(each => each.toLowerCase()))
  const asked = new Set(leaveOut)
  const unknown: string[] = []
  const leftOut: Targets['leftOut'][number][] = []
  const targets: Target[] = []
  const seen = new Set<string>()
  for (const [field, given] of names.entries()) {
    const word = given.trim()
    const lower = word.toLowerCase()
    if (leaveOut.has(lower)) {
      asked.delete(lower)
      leftOut.push({ name: word, why: 'asked' })
      continue
    }
    if (word === '') {
      refuse(
        `the name of the input's field ${field + 1} of ${names.length} is empty`,
        "Leave that field out with --leave-out '', or give it a name.",
      )
      continue
    }
    const column = known.get(lower)
    if (!column) {
      unknown.push(word)
      continue
    }
    if (seen.has(lower)) refuse(`the input names ${column.name} twice`, 'Give each field a name of its own.')
    seen.add(lower)
    if (column.isGenerated) leftOut.push({ name: column.name, why: 'computed' })
    else targets.push(targetOf(column, field, wishes))
  }
  if (unknown.length > 0 && unknown.length === names.length && !wishes.areGiven) {
    refuse(
      `no name on the first line is a column of ${where}: ${unknown.slice(0, 8).join(', ')}`,
      `The first line names the columns. Where it holds values already, name them with --columns ${table.columns
        .slice(0, 3)
        .map(each => each.name)
        .join(',')},...; where fields are not apart, say how they are: --separator ';', or --format tsv.`,
    )
  } else {
    for (const word of unknown) {
      const near = nearest(
        word,
        [...known.values()].map(each => each.name),
      )
      refuse(
        `${where} has no column ${word}`,
        `${near === undefined ? '' : `Did you mean ${near}? `}Leave the field out with --leave-out ${word}, or add the column.`,
      )
    }
  }
  for (const word of asked) refuse(`--leave-out ${word}: the input has no such field`, 'Leave the flag out.')
  const byDefault = table.stored.filter(column => !seen.has(column.name.toLowerCase()))
  for (const column of byDefault) {
    if (column.isNullable || column.defaultSql !== null || column.isAutoIncrement) continue
    if (/\bDEFAULT_GENERATED\b|on update/i.test(column.extra)) continue
    refuse(
      `the input has no field for ${column.name} of ${where}, which is NOT NULL and has no default`,
      'Add the field, or give the column a default.',
    )
  }
  if (targets.length === 0 && errors.length === 0)
    refuse(`nothing of the input goes into ${where}`, 'Name at least one column.')
  return { targets, fields: names.length, leftOut, byDefault }
}

const textTypes = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext']
const bytesTypes = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']
const printedTypes = ['inet4', 'inet6', 'uuid']
const geometries = /^(geometry|point|linestring|polygon|multi\w+|geom\w*collection)$/

function targetOf(column: Column, field: number, { emptyIsNull }: TargetWishes): Target {
  const { dataType, type } = column
  const isText = column.characterSet !== null && column.characterSet !== 'binary'
  const members = membersOf(type)
  const hasText = textTypes.includes(dataType) || bytesTypes.includes(dataType)
  const takesNull = column.isNullable || column.isAutoIncrement
  const holdsEmpty = dataType === 'enum' ? members.includes('') : hasText || dataType === 'set'
  return {
    column,
    field,
    way: wayOf(column),
    isText: isText || dataType === 'json' || printedTypes.includes(dataType),
    takesNull,
    holdsEmpty,
    emptyIsNull: takesNull && (!holdsEmpty || emptyIsNull),
    members,
    stored: storedAs(column),
  }
}

function wayOf({ dataType, type, characterSet }: Column): CellWay {
  if (dataType === 'bit' || dataType === 'date' || dataType === 'year') return dataType
  if (dataType === 'datetime' || dataType === 'timestamp') return 'time'
  if (dataType === 'time') return 'clock'
  if (dataType === 'enum' || dataType === 'set') return dataType
  if (dataType === 'float' || dataType === 'double') return 'real'
  if (dataType === 'json') return 'json'
  if (characterSet === 'ascii') return 'ascii'
  // Numbers alone: 'true' is a fine word for a column of text.
  return /^(tiny|small|medium|big)?int/.test(type) ? 'truth' : 'plain'
}

const ownBytes = [null, 'binary', 'utf8', 'utf8mb3', 'utf8mb4', 'ascii']

function storedAs({ dataType, characterSet }: Column): Target['stored'] {
  if (dataType === 'json') return value => sql`CONVERT(${value} USING utf8mb4)`
  if (printedTypes.includes(dataType)) return value => sql`CONVERT(${value} USING latin1)`
  if (geometries.test(dataType)) {
    // Text such as POINT(1 2), or the bytes that the server hands out. Of text that is no geometry MariaDB makes NULL.
    return value =>
      sql`IF(${value} REGEXP '^ *[A-Za-z]+ *[(]', COALESCE(ST_GeomFromText(CONVERT(${value} USING latin1)), ${value}), ${value})`
  }
  return ownBytes.includes(characterSet) ? undefined : value => sql`CONVERT(${value} USING utf8mb4)`
}

/** Of `enum('a','it''s')`: a, it's. */
function membersOf(type: string): readonly string[] {
  if (!/^(enum|set)\(/i.test(type)) return []
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, each = '']) =>
    each.replaceAll("''", "'").toLowerCase(),
  )
}

/** `(a, @1) SET b = CONVERT(@1 USING utf8mb4)`: where LOAD DATA puts the fields. */
export function loadList(targets: readonly Target[]): Sql {
  const isPlain = targets.every(each => each.stored === undefined)
  // With SET, a server takes the 0 of a column beside it for the next number, whatever the mode says: it is set as well.
  const isSet = ({ stored, column }: Target): boolean =>
    stored !== undefined || (column.isAutoIncrement && !isPlain)
  const variable = (index: number): Sql => trusted(`@ops${index}`)
  const places = targets.map((each, index) => (isSet(each) ? variable(index) : name(each.column.name)))
  const sets = targets.flatMap((each, index) => {
    const { column, stored = (value: Sql) => value } = each
    return isSet(each) ? [sql`${name(column.name)} = ${stored(variable(index))}`] : []
  })
  return sets.length === 0 ? sql`(${join(places)})` : sql`(${join(places)}) SET ${join(sets)}`
}
