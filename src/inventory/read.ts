/** Finds and reads the ops.ini of a folder. */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputErrors, inputError } from '../base/errors.ts'
import { foldersAbove } from '../base/folders-above.ts'
import { asMaybeAnsible, readAnsible } from './ansible/read-ansible.ts'
import { emptyInventory, type Inventory } from './inventory.ts'
import { parseInventory } from './parse.ts'

const largestBytes = 8 * 1024 * 1024

export interface InventoryOptions {
  /** From `-i`: must exist then. An ops.ini, or an inventory of Ansible. */
  readonly file?: string
  /** Where to look otherwise, and above it. Default: the current folder. */
  readonly cwd?: string
}

/**
 * The ops.ini that was named, or the nearest one of this folder and those above it; an empty inventory without one.
 * @throws OpsError or InputErrors, `input`, with the lines.
 */
export function readInventory({ file, cwd = process.cwd() }: InventoryOptions = {}): Inventory {
  const found = file === undefined ? findInventory(cwd) : resolve(cwd, file)
  if (found === undefined) return emptyInventory
  const text = readText(found)
  const foreign = readAnsible(found, text)
  if (foreign) return foreign
  try {
    return parseInventory(text, found)
  } catch (thrown) {
    throw thrown instanceof InputErrors ? new InputErrors(asMaybeAnsible(thrown.errors, found, text)) : thrown
  }
}

/** The nearest ops.ini, or undefined. */
export function findInventory(cwd: string): string | undefined {
  return foldersAbove(cwd)
    .map(folder => join(folder, 'ops.ini'))
    .find(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

function readText(file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const stat = fstatSync(descriptor)
      if (stat.isDirectory()) throw new Error('it is a folder')
      if (stat.size > largestBytes) throw new Error(`it is larger than ${largestBytes / 1024 / 1024} MiB`)
      return readFileSync(descriptor, 'utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw inputError(`cannot read the inventory ${file}: ${reason}`, {
      next: 'Name a readable file with -i.',
    })
  }
}
