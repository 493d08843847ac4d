/** The table that saved rows go back into: as it is there, whether it can hold them, or made as it was. */
import { InputErrors, inputError, OpsError, retold } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { isSameText, textKinds } from '../../mysql/character-sets.ts'
import { typeSpelling } from '../../mysql/columns.ts'
import type { Session } from '../../mysql/session.ts'
import { name, rawSql, sql } from '../../mysql/sql.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { checkMakeable, makeItYourself } from './makeable.ts'
import type { RowsHeader } from './rows-file.ts'

/** Undefined: there is no such table. */
export async function existingTable(session: Session, target: TableName): Promise<Table | undefined> {
  const there = await session.cells(
    sql`SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${target.database} AND TABLE_NAME = ${target.table}`,
    `looking for ${tableText(target)}`,
  )
  return there.length === 0 ? undefined : readTable(session, target)
}

/** A table that is there, or that is made so. */
type Target = Pick<Table, 'columns'> | Pick<RowsHeader, 'columns' | 'createTable'>

/** What the rows were saved in. */
export interface SavedShapes {
  readonly shapes: readonly SavedShape[]
  /** As a table is made that is not there. */
  readonly made: SavedShape
  /** A word as `archived`. */
  readonly saved: string
  /** How to restore each shape by itself. */
  readonly apart: string
}

type SavedShape = Pick<RowsHeader, 'columns' | 'createTable'>

/** Each column of each shape must be there as it was; others may have come since. @throws InputErrors that name those which are not. */
export function checkColumns(where: string, found: Table | undefined, saved: SavedShapes): void {
  const problems = problemsOf(where, found ?? saved.made, saved)
  if (problems.length === 0) return
  const next = `Nothing was restored. ${wayOut(where, problems, saved)}`
  throw new InputErrors(problems.map(({ title, ...more }) => inputError(title, { ...more, next }).data))
}

function wayOut(where: string, problems: readonly Problem[], saved: SavedShapes): string {
  const { shapes, made, apart } = saved
  if (problemsOf(where, made, saved).length === 0) {
    const isOfText = problems.some(({ detail }) => detail !== undefined)
    return `Name a table that is not there yet with --into: it is made as it was ${saved.saved}.${isOfText ? ' From there INSERT ... SELECT converts the texts.' : ''}`
  }
  const agree = shapes.every(one => problemsOf(where, one, saved, 'of shared columns').length === 0)
  if (agree) return `Make a table that has every ${saved.saved} column as it was, and name it with --into.`
  return `The table was altered between two runs, and no table holds what was ${saved.saved} before and after. ${apart}`
}

interface Problem {
  readonly title: string
  readonly detail?: string
}

/** Each once, whichever shapes have it. */
function problemsOf(
  where: string,
  target: Target,
  { shapes: all, saved }: SavedShapes,
  which: 'of all columns' | 'of shared columns' = 'of all columns',
): readonly Problem[] {
  const isThere = (column: string): boolean => target.columns.some(each => each.name === column)
  const shapes =
    which === 'of all columns'
      ? all
      : all.map(each => ({ ...each, columns: each.columns.filter(({ name: column }) => isThere(column)) }))
  const titles = new Set(shapes.flatMap(shape => otherColumns(where, target, shape, saved)))
  const texts = new Set(shapes.flatMap(shape => otherTexts(where, target, shape, saved)))
  return [
    ...[...titles].map(title => ({ title })),
    ...[...texts].map(title => ({ title, detail: bytesDetail })),
  ]
}

/** Columns that are missing, or of another type. */
function otherColumns(where: string, target: Target, shape: SavedShape, saved: string): readonly string[] {
  const columns: readonly { name: string; type: string; isGenerated?: boolean }[] = target.columns
  return shape.columns.flatMap(({ name: column, type }) => {
    const now = columns.find(each => each.name === column)
    if (!now) return [`${where} has no column ${column} (${type}), which was ${saved}`]
    if (now.isGenerated) return [`${column} of ${where} is computed now, and was ${saved} as ${type}`]
    // MariaDB makes a text of the JSON of MySQL.
    const isSame =
      typeSpelling(now.type) === typeSpelling(type) || (type === 'json' && now.type === 'longtext')
    return isSame ? [] : [`${column} of ${where} is ${now.type} now, and was ${saved} as ${type}`]
  })
}

const bytesDetail = 'Texts are saved as their bytes: there these would be other letters.'

/** Columns whose bytes would be another text. */
function otherTexts(
  where: string,
  target: Target,
  { columns, createTable }: SavedShape,
  saved: string,
): readonly string[] {
  const [before, now] = [textKinds(createTable), characterSets(target)]
  return columns.flatMap(({ name: column, readAs, dataType }) => {
    // MySQL gives its JSON as utf8mb4.
    const was = dataType === 'json' ? 'utf8mb4' : before.get(column)?.characterSet
    const is = now.get(column)
    if (readAs !== 'text' || was === undefined || is === undefined || isSameText(was, is)) return []
    return [`${column} of ${where} holds text as ${is}, and was ${saved} as ${was}`]
  })
}

function characterSets(target: Target): ReadonlyMap<string, string> {
  if ('createTable' in target)
    return new Map([...textKinds(target.createTable)].map(([column, kind]) => [column, kind.characterSet]))
  return new Map(
    target.columns.flatMap(each => (each.characterSet === null ? [] : [[each.name, each.characterSet]])),
  )
}

/** A line of SHOW CREATE TABLE. Names of foreign keys are unique in a database, and what they lead to may not be there. */
const foreignKeyLine = /^ *CONSTRAINT `(?:[^`]|``)*` FOREIGN KEY .*$/

/** The foreign keys that a table is made without. */
export function foreignKeysOf({ createTable }: Pick<RowsHeader, 'createTable'>): readonly string[] {
  return createTable
    .split('\n')
    .filter(line => foreignKeyLine.test(line))
    .map(line => line.trim().replace(/,$/, ''))
}

function withoutForeignKeys(definition: string): string {
  const lines = definition.split('\n').filter(line => !foreignKeyLine.test(line))
  return lines.join('\n').replace(/,\n\)/, '\n)')
}

/** As it was saved, under its new name. `from` is what does not say how: `archive`. */
export async function makeTable(
  session: Session,
  target: TableName,
  { createTable }: Pick<RowsHeader, 'createTable'>,
  from: string,
): Promise<void> {
  const definition = /^CREATE TABLE `(?:[^`]|``)*` ([\s\S]*)$/.exec(createTable)?.[1]
  if (definition === undefined) {
    throw new OpsError({
      code: 'failed',
      title: `there is no table ${tableText(target)}, and the ${from} does not say how to make it`,
      changed: 'no',
      next: 'Make the table, then run the same command again.',
    })
  }
  await checkMakeable(session, target, createTable)
  const doing = `making ${tableText(target)}`
  try {
    await session.query(
      sql`CREATE TABLE ${name(target.database, target.table)} ${rawSql(withoutForeignKeys(definition))}`,
      doing,
    )
  } catch (thrown) {
    throw retold(thrown, ({ next = makeItYourself(target) }) => ({ next }))
  }
}

/** Triggers that may change what is restored, and what else they change. */
export function triggerNotes({ triggers }: Pick<Table, 'triggers'>): readonly string[] {
  return triggers
    .filter(each => each.event === 'INSERT')
    .map(each => `the trigger ${each.name} of the table fires with each restored row`)
}
