/** What an ops.ini says: hosts, groups, params of recipes, and settings of commands. */
import type { SourceLocation } from '../base/errors.ts'
import type { HostAddress } from './address.ts'
import type { Database } from './database.ts'
import type { IniEntry } from './ini-lines.ts'

export interface InventoryHost {
  readonly name: string
  readonly address: HostAddress
  readonly where: SourceLocation
  /** Why it cannot be logged in to as it is written: told when it is used. */
  readonly problem?: string
  /** Variables of Ansible that ops does not read. */
  readonly unread?: readonly string[]
}

export interface InventoryGroup {
  readonly name: string
  /** Names of hosts and groups, globs, or addresses; as written. */
  readonly members: readonly string[]
  readonly where: SourceLocation
}

/** A value of `[params RECIPE]`; several where it was written as a list. */
export interface InventoryParam {
  readonly name: string
  readonly value: string | readonly string[]
  readonly where: SourceLocation
}

/** One of `[values]`, `[values GROUP]` and `[values HOST]`. */
export interface ValueSection {
  /** A host or a group; undefined for the section of all hosts. */
  readonly of: string | undefined
  readonly values: readonly InventoryValue[]
  readonly where: SourceLocation
}

export interface InventoryValue extends InventoryParam {
  /** Of the value itself, with its column. */
  readonly valueWhere: SourceLocation
}

export interface Inventory {
  /** Undefined when there is none. */
  readonly file: string | undefined
  /** Whose form it has; otherwise that of an ops.ini. */
  readonly form?: 'Ansible'
  readonly hosts: ReadonlyMap<string, InventoryHost>
  readonly groups: ReadonlyMap<string, InventoryGroup>
  /** The sections `[db NAME]`. */
  readonly databases: ReadonlyMap<string, Database>
  /** The section `[params RECIPE]`. */
  paramsFor(recipe: string): readonly InventoryParam[]
  /** The recipes that have such a section. */
  readonly paramSections: readonly { readonly recipe: string; readonly where: SourceLocation }[]
  /** Values of hosts, in the order of the file. */
  readonly values: readonly ValueSection[]
  /** A command's own section, such as `[socks]`. */
  settingsOf(command: CommandSection): readonly IniEntry[]
}

/** Commands, and the object store, with a section of their own. */
export const commandSections = ['git-remote', 'socks', 's3', 'ssh'] as const
export type CommandSection = (typeof commandSections)[number]

/** Words that name a host by themselves. */
export const specialHosts = ['local', 'sandbox'] as const

/** The inventory of a folder without ops.ini. */
export const emptyInventory: Inventory = {
  file: undefined,
  hosts: new Map(),
  groups: new Map(),
  databases: new Map(),
  paramsFor: () => [],
  paramSections: [],
  values: [],
  settingsOf: () => [],
}
