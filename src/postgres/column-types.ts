/** Which type a column of MySQL or MariaDB has in PostgreSQL and in Redshift: one that holds every value that can be kept at all. */
import type { Column } from '../mysql/columns.ts'

export type TargetEngine = 'postgres' | 'redshift'

const whole: Readonly<Record<string, readonly [signed: string, unsigned: string]>> = {
  tinyint: ['smallint', 'smallint'],
  smallint: ['smallint', 'integer'],
  mediumint: ['integer', 'integer'],
  int: ['integer', 'bigint'],
  bigint: ['bigint', 'numeric(20,0)'],
}

/** Redshift's numeric has no more digits, and its varchar no more bytes. */
const mostRedshiftDigits = 38
const mostRedshiftBytes = 65_535

const spatialTypes: readonly string[] = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
]
export const textTypes: readonly string[] = [
  'char',
  'varchar',
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
  'enum',
  'set',
]
export const binaryTypes: readonly string[] = [
  'binary',
  'varbinary',
  'tinyblob',
  'blob',
  'mediumblob',
  'longblob',
  'vector',
  ...spatialTypes,
]
export const printedTypes: readonly string[] = ['uuid', 'inet4', 'inet6']

/** The number in parentheses, as the 20 of varchar(20); undefined without one. */
export function lengthOf({ type }: Pick<Column, 'type'>): number | undefined {
  const [, digits] = /^\w+\((\d+)/.exec(type) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Undefined: a type that ops does not know. */
export function targetType(column: Column, engine: TargetEngine): string | undefined {
  const { dataType, type } = column
  const isRedshift = engine === 'redshift'
  const pair = whole[dataType]
  if (pair) return pair[/\bunsigned\b/.test(type) ? 1 : 0]
  switch (dataType) {
    case 'decimal':
      return decimalType(type, isRedshift)
    case 'float':
      return 'real'
    case 'double':
      return 'double precision'
    case 'year':
      return 'smallint'
    case 'bit':
      return bitType(lengthOf(column) ?? 1, isRedshift)
    case 'date':
      return 'date'
    case 'datetime':
      return 'timestamp'
    case 'timestamp':
      return 'timestamptz'
    case 'time':
      return isRedshift ? 'interval day to second' : 'interval'
    case 'json':
      return isRedshift ? 'super' : 'jsonb'
  }
  if (printedTypes.includes(dataType)) return isRedshift ? 'varchar(45)' : 'text'
  if (textTypes.includes(dataType)) return textType(column, isRedshift)
  if (binaryTypes.includes(dataType)) return isRedshift ? byteType(column) : 'bytea'
  return undefined
}

function decimalType(type: string, isRedshift: boolean): string {
  const [, digits = '10', scale = '0'] = /^decimal\((\d+)(?:,(\d+))?\)/.exec(type) ?? []
  if (!isRedshift || Number(digits) <= mostRedshiftDigits) return `numeric(${digits},${scale})`
  // Sign, point and a zero before it: as text it keeps every digit.
  return `varchar(${Number(digits) + 3})`
}

function bitType(bits: number, isRedshift: boolean): string {
  if (bits === 1) return 'boolean'
  return isRedshift ? `varchar(${bits})` : `bit(${bits})`
}

/** PostgreSQL counts characters as MySQL does; Redshift counts bytes, of which a character takes up to four. */
function textType(column: Column, isRedshift: boolean): string {
  const characters = ['char', 'varchar'].includes(column.dataType) ? lengthOf(column) : undefined
  if (isRedshift) {
    const bytes = characters === undefined ? mostRedshiftBytes : Math.max(1, characters * 4)
    return `varchar(${Math.min(mostRedshiftBytes, bytes)})`
  }
  return characters === undefined || characters === 0 ? 'text' : `varchar(${characters})`
}

function byteType(column: Column): string {
  const bytes = ['binary', 'varbinary'].includes(column.dataType) ? lengthOf(column) : undefined
  return bytes === undefined ? 'varbyte(1024000)' : `varbyte(${Math.max(1, bytes)})`
}
