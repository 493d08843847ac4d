import type { Column } from '../../src/mysql/columns.ts'

/** A column with nothing odd about it, but for what is said. */
export const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  dataType: /^\w+/.exec(type)?.[0] ?? '',
  isNullable: true,
  isGenerated: false,
  isInvisible: false,
  isAutoIncrement: false,
  characterSet: null,
  collation: null,
  defaultSql: null,
  extra: '',
  comment: '',
  ...more,
})
