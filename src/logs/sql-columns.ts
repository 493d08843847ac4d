/** The columns that SQL sees, with their types: a dash where a server had nothing to write is NULL. */
import type { SqlColumn, SqlType } from './answer.ts'
import type { LogField, LogFormat } from './format.ts'

const isFraction = /(^|_)time(_\w+)?$|^msec$|_ratio$/

function typeOf({ name, holds }: LogField): SqlType {
  if (holds !== 'number') return 'text'
  return isFraction.test(name) && !/_us$/.test(name) ? 'double' : 'integer'
}

/** For the columns `names` of tables that these formats make; `time` is UTC. */
export function sqlColumns(names: readonly string[], formats: readonly LogFormat[]): readonly SqlColumn[] {
  const fields = new Map(formats.flatMap(format => format.fields.map(field => [field.name, field] as const)))
  return names.map(name => {
    const field = fields.get(name)
    if (field) return { name, type: typeOf(field) }
    return { name, type: name === 'time' ? 'timestamp' : 'text' }
  })
}
