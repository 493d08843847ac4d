/** Which files named by -i are inventories of Ansible, and what they say: INI, JSON, or a program that prints JSON. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { basename, dirname } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { commandSections, type Inventory } from '../inventory.ts'
import { inventoryOf } from './ansible-groups.ts'
import { readAnsibleIni } from './ansible-ini.ts'
import { readAnsibleJson } from './ansible-json.ts'

const programMs = 60_000
/** A program is asked once, however often the inventory is read. */
const printed = new Map<string, string>()

/** Undefined where the file is none of Ansible's. @throws InputErrors, OpsError `input`. */
export function readAnsible(file: string, text: string): Inventory | undefined {
  if (basename(file) === 'ops.ini') return undefined
  if (isProgram(file, text)) return inventoryOf(readAnsibleJson(output(file), file), file)
  if (/^\s*\{/.test(text)) return inventoryOf(readAnsibleJson(text, file), file)
  if (/\.ya?ml$/.test(file))
    throw inputError(`${file} is YAML, which ops does not read`, {
      next: `Write a program that prints it: \`ansible-inventory -i ${basename(file)} --list\`, and name that with -i.`,
    })
  return isOurs(text) ? undefined : inventoryOf(readAnsibleIni(text, file), file)
}

/** By any section that only an ops.ini has. */
function isOurs(text: string): boolean {
  const names = [...text.matchAll(/^\s*\[([^\]]*)\]/gm)].map(found => found[1]?.trim() ?? '')
  if (text.trim() === '') return true
  const own = ['hosts', 'groups', ...commandSections]
  return names.some(name => own.includes(name) || /^(params|db)\s/.test(name))
}

/** On some file systems every file is executable: what it begins with counts as well. */
function isProgram(file: string, text: string): boolean {
  if (!text.startsWith('#!') && !text.startsWith('\x7fELF')) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function output(file: string): string {
  const before = printed.get(file)
  if (before !== undefined) return before
  try {
    const text = execFileSync(file, ['--list'], {
      cwd: dirname(file),
      encoding: 'utf8',
      timeout: programMs,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    printed.set(file, text)
    return text
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw inputError(
      `${file} --list failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      {
        ...(said !== '' && { detail: said.slice(-2000) }),
        next: 'An executable file named by -i is run as an inventory program of Ansible; `chmod -x` makes it one to read.',
      },
    )
  }
}
