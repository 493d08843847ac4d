/** Reads `[values]`, `[values GROUP]` and `[values HOST]` of an ops.ini, as they are written. */
import type { IniSection } from './ini-lines.ts'
import type { InventoryValue, ValueSection } from './inventory.ts'

const header = /^values(?:\s+(\S+))?$/

export function isValueSection(name: string): boolean {
  return header.test(name)
}

/** In the order of the file; a section that is written twice is two. */
export function readValueSections(sections: readonly IniSection[]): readonly ValueSection[] {
  return sections.flatMap(section => {
    const found = header.exec(section.name)
    return found ? [{ of: found[1], values: readValues(section), where: section.where }] : []
  })
}

function readValues({ entries }: IniSection): readonly InventoryValue[] {
  const values: InventoryValue[] = []
  const lists = new Map<string, string[]>()
  for (const { key: name, value = 'true', isElement, where, keyColumn = 1, valueColumn } of entries) {
    const list = isElement ? lists.get(name) : undefined
    if (list) {
      list.push(value)
      continue
    }
    const written = isElement ? [value] : value
    if (typeof written !== 'string') lists.set(name, written)
    values.push({
      name,
      value: written,
      where: { ...where, column: keyColumn },
      valueWhere: { ...where, column: valueColumn ?? keyColumn },
    })
  }
  return values
}
