/** Makes an inventory of the text of an ops.ini, or all that is wrong with it. */
import { type ErrorData, InputErrors, inputError, type SourceLocation } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { parseAddress } from './address.ts'
import { type Database, readDatabase } from './database.ts'
import { findCycles } from './group-cycles.ts'
import { type IniEntry, type IniSection, readIniLines } from './ini-lines.ts'
import {
  commandSections,
  type Inventory,
  type InventoryGroup,
  type InventoryHost,
  type InventoryParam,
  specialHosts,
} from './inventory.ts'
import { isValueSection, readValueSections } from './value-sections.ts'

const knownSections = ['hosts', 'groups', ...commandSections]
/** A name never begins with `_` or `-`: `__proto__` and options are no hosts. */
const entryName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** @throws InputErrors with every error of the file, each with its line. */
export function parseInventory(text: string, file: string): Inventory {
  const { sections, errors: lineErrors } = readIniLines(text, file)
  const errors: ErrorData[] = [...lineErrors, ...unknownSections(sections)]
  const entriesOf = (name: string): readonly IniEntry[] =>
    sections.filter(section => section.name === name).flatMap(section => section.entries)
  const hosts = readHosts(entriesOf('hosts'), errors)
  const groups = readGroups(entriesOf('groups'), hosts, errors)
  errors.push(...findCycles(groups))
  const databases = readDatabases(sections, errors)
  const values = readValueSections(sections)
  if (errors.length > 0) throw new InputErrors(errors)
  return {
    file,
    hosts,
    groups,
    databases,
    paramsFor: recipe =>
      readParams(
        sections.filter(section => paramsRecipe(section.name) === recipe).flatMap(section => section.entries),
      ),
    paramSections: sections.flatMap(({ name, where }) => {
      const recipe = paramsRecipe(name)
      return recipe === undefined ? [] : [{ recipe, where }]
    }),
    values,
    settingsOf: entriesOf,
  }
}

function unknownSections(sections: readonly IniSection[]): readonly ErrorData[] {
  return sections
    .filter(
      ({ name }) =>
        !knownSections.includes(name) &&
        paramsRecipe(name) === undefined &&
        databaseName(name) === undefined &&
        !isValueSection(name),
    )
    .map(({ name, where }) => {
      const near = didYouMean(name, knownSections)
      return refusal(
        `there is no section [${name}]`,
        where,
        `${near}Sections are [hosts], [groups], [values HOST or GROUP], [params RECIPE], [db NAME], [git-remote], [socks], [s3] and [ssh].`,
      )
    })
}

function paramsRecipe(section: string): string | undefined {
  return /^params\s+(\S+)$/.exec(section)?.[1]
}

function databaseName(section: string): string | undefined {
  return /^db\s+(\S+)$/.exec(section)?.[1]
}

function readDatabases(sections: readonly IniSection[], errors: ErrorData[]): ReadonlyMap<string, Database> {
  const databases = new Map<string, Database>()
  for (const { name: section, entries, where } of sections) {
    const name = databaseName(section)
    if (name === undefined) continue
    const other = databases.get(name)
    if (other?.where) errors.push(twice(`[db ${name}]`, where, other.where))
    else if (!entryName.test(name)) {
      const next = 'Names are letters, digits, dots, dashes and _, and begin with a letter or digit.'
      errors.push(refusal(`${JSON.stringify(name)} cannot be the name of a database`, where, next))
    } else databases.set(name, readDatabase(name, entries, where, errors))
  }
  return databases
}

function readHosts(entries: readonly IniEntry[], errors: ErrorData[]): ReadonlyMap<string, InventoryHost> {
  const hosts = new Map<string, InventoryHost>()
  for (const { key: name, value, isElement, where } of entries) {
    const other = hosts.get(name)
    const problem = isElement ? `${name}[] is not a host: a host has one address` : nameProblem(name, 'host')
    if (problem !== undefined) errors.push(refusal(problem, where, 'Write `name = user@address:port`.'))
    else if (other) errors.push(twice(`host ${name}`, where, other.where))
    else {
      // A name alone is known to the ssh config or to DNS.
      const address = parseAddress(value ?? name)
      if ('problem' in address)
        errors.push(
          refusal(
            `host ${name}: ${address.problem}`,
            where,
            'Write `name = user@address:port`; user and port may be left out.',
          ),
        )
      else hosts.set(name, { name, address, where })
    }
  }
  return hosts
}

function readGroups(
  entries: readonly IniEntry[],
  hosts: ReadonlyMap<string, InventoryHost>,
  errors: ErrorData[],
): ReadonlyMap<string, InventoryGroup> {
  const groups = new Map<
    string,
    { name: string; members: string[]; where: SourceLocation; isList: boolean }
  >()
  for (const { key: name, value, isElement, where } of entries) {
    const other = groups.get(name)
    const host = hosts.get(name)
    const problem = nameProblem(name, 'group')
    const members = (value ?? '').split(/[\s,]+/).filter(member => member !== '')
    if (problem !== undefined) errors.push(refusal(problem, where, 'Write `name = host, host`.'))
    else if (host)
      errors.push(
        refusal(`${name} is a host (line ${host.where.line}) and a group`, where, 'Rename one of them.'),
      )
    else if (other && !(other.isList && isElement)) errors.push(twice(`group ${name}`, where, other.where))
    else if (other) other.members.push(...members)
    else groups.set(name, { name, members, where, isList: isElement })
  }
  for (const { name, members, where } of groups.values()) {
    if (members.length === 0)
      errors.push(refusal(`group ${name} is empty`, where, 'Write `name = host, host`, or leave it out.'))
  }
  return groups
}

function readParams(entries: readonly IniEntry[]): readonly InventoryParam[] {
  const params: InventoryParam[] = []
  const lists = new Map<string, string[]>()
  for (const { key: name, value = 'true', isElement, where } of entries) {
    const list = lists.get(name)
    if (isElement && list) list.push(value)
    else if (isElement) {
      const values = [value]
      lists.set(name, values)
      params.push({ name, value: values, where })
    } else params.push({ name, value, where })
  }
  return params
}

function nameProblem(name: string, what: 'host' | 'group'): string | undefined {
  if ((specialHosts as readonly string[]).includes(name))
    return `${name} cannot be the name of a ${what}: it has a meaning of its own`
  if (!entryName.test(name) || name.length > 253) {
    return `${JSON.stringify(name.slice(0, 80))} cannot be the name of a ${what}: names are letters, digits, dots, dashes and _, and begin with a letter or digit`
  }
  return undefined
}

function twice(what: string, where: SourceLocation, first: SourceLocation): ErrorData {
  return refusal(`${what} is written twice, first on line ${first.line}`, where, 'Leave one out.')
}

function refusal(title: string, where: SourceLocation, next: string): ErrorData {
  return inputError(title, { where, next }).data
}
