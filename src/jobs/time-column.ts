/** The column of a time that `--by` names. Pure. */
import { nearest } from '../base/nearest.ts'
import type { Table } from '../mysql/catalog.ts'
import type { Column } from '../mysql/columns.ts'
import { tableText } from '../mysql/table-name.ts'

/** A TIMESTAMP is a moment; DATETIME and DATE are what clocks of the zone showed. */
export type TimeKind = 'date' | 'datetime' | 'timestamp'

const timeTypes: readonly string[] = ['date', 'datetime', 'timestamp'] satisfies TimeKind[]

/** A table, and the name that `--by` gives. */
interface By {
  readonly table: Table
  readonly by: string
}

/** The column of `--by`; undefined where `refuseColumn` has something against it. */
export function timeColumn({ table, by }: By): Column | undefined {
  const column = table.columns.find(each => each.name === by)
  return column && !column.isGenerated && timeTypes.includes(column.dataType) ? column : undefined
}

/** Before this there are only zero dates, which are in no day. */
export function floorOf(kind: TimeKind): string {
  return kind === 'timestamp' ? '1970-01-01 00:00:01' : '0001-01-01'
}

/** What is wrong with the column of `--by`. */
export function refuseColumn({ table, by }: By, refuse: (title: string, next: string) => void): void {
  const where = tableText(table)
  const column = table.columns.find(each => each.name === by)
  const times = table.columns.filter(each => timeTypes.includes(each.dataType) && !each.isGenerated)
  const candidates =
    times.length === 0
      ? 'It has no column of a time.'
      : `Columns of a time: ${times.map(each => each.name).join(', ')}.`
  if (!column) {
    const near = nearest(
      by,
      table.columns.map(each => each.name),
    )
    refuse(
      `${where} has no column ${by}`,
      `${near === undefined ? '' : `Did you mean ${near}? `}${candidates}`,
    )
  } else if (column.isGenerated)
    refuse(
      `${by} of ${where} is computed by the server`,
      `Name the column that it is computed from. ${candidates}`,
    )
  else if (!timeTypes.includes(column.dataType))
    refuse(`${by} of ${where} is ${column.type}, which is no time`, candidates)
}
