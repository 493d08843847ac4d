/** How a table differs from what a plan saw of it, as far as deleting or moving its rows depends on it. Pure. */
import type { Table } from './catalog.ts'
import { type Column, fingerprintOf } from './columns.ts'
import { type TableName, tableText } from './table-name.ts'

export interface ShapeChange {
  readonly table: TableName
  /** As `it has the new column note`. */
  readonly text: string
  /** What to do, where it is more than to begin again. */
  readonly next?: string
}

/** Empty: nothing that matters. `planned` are all tables of the plan: foreign keys between them were there. */
export function shapeChanges(
  { table: was, keyIndex }: { readonly table: Table; readonly keyIndex: string },
  now: Table,
  fires: readonly string[],
  planned: readonly Table[],
): readonly ShapeChange[] {
  const found: ShapeChange[] = []
  const tell = (text: string, next?: string): void =>
    void found.push({ table: now, text, ...(next !== undefined && { next }) })
  if (was.fingerprint !== now.fingerprint)
    for (const text of columnChanges(was.columns, now.columns)) tell(text)
  if (was.engine !== now.engine) tell(`its engine is ${now.engine} and was ${was.engine}`)
  if (indexText(was, keyIndex) !== indexText(now, keyIndex))
    tell(`its key ${keyIndex}, by which rows are found again, was altered`)
  if (fires.length === 0) return found
  for (const { name, event } of now.triggers.filter(each => fires.includes(each.event)))
    if (was.triggers.every(each => each.name !== name || each.event !== event))
      tell(
        `the trigger ${name} came, which fires with each ${event === 'DELETE' ? 'deleted' : 'inserted'} row`,
        'Drop it while the job runs, if what it does is not meant for these rows, and run the same command again.',
      )
  const known = planned.flatMap(each => each.children.map(keyText))
  for (const child of now.children)
    if (child.onDelete !== 'RESTRICT' && child.onDelete !== 'NO ACTION' && !known.includes(keyText(child)))
      tell(
        `${tableText(child.table)} refers to it now by ${child.constraint}, ON DELETE ${child.onDelete}`,
        'Run the same command again: it tells what can be done about that.',
      )
  return found
}

const keyText = ({ table, constraint, onDelete }: Table['children'][number]): string =>
  JSON.stringify([table.database, table.table, constraint, onDelete])

const indexText = ({ indexes }: Table, wanted: string): string => {
  const index = indexes.find(each => each.name === wanted)
  return JSON.stringify(index && [index.isUnique, index.columns.map(each => [each.name, each.isPrefix])])
}

function columnChanges(before: readonly Column[], after: readonly Column[]): readonly string[] {
  const stored = (columns: readonly Column[]): readonly Column[] => columns.filter(each => !each.isGenerated)
  const [was, now] = [stored(before), stored(after)]
  const found: string[] = []
  for (const column of now) {
    const same = was.find(each => each.name === column.name)
    if (!same) found.push(`it has the new column ${column.name}`)
    else if (fingerprintOf([same]) !== fingerprintOf([column]))
      found.push(`its column ${column.name} is ${typeText(column)} and was ${typeText(same)}`)
  }
  for (const { name } of was)
    if (now.every(each => each.name !== name)) found.push(`its column ${name} is gone`)
  return found.length > 0 ? found : ['its columns stand in another order']
}

const typeText = ({ type, characterSet, isNullable }: Column): string =>
  `${type}${characterSet === null ? '' : ` CHARACTER SET ${characterSet}`}${isNullable ? '' : ' NOT NULL'}`
