/** Which files named by -i are inventories of Ansible, and what they say: INI, YAML, JSON, or a program that prints JSON. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type ErrorData, inputError } from '../../base/errors.ts'
import { commandSections, type Inventory } from '../inventory.ts'
import { inventoryOf } from './ansible-groups.ts'
import { readAnsibleIni } from './ansible-ini.ts'
import { readAnsibleJson } from './ansible-json.ts'
import { readAnsibleYaml } from './ansible-yaml.ts'
import { variableFileWithLogin } from './variable-files.ts'

const programMs = 60_000
/** A program is asked once, however often the inventory is read. */
const printed = new Map<string, string>()

/** Undefined where the file is none of Ansible's. @throws InputErrors, OpsError `input`. */
export function readAnsible(file: string, text: string): Inventory | undefined {
  if (basename(file) === 'ops.ini') return undefined
  if (isProgram(file, text)) return inventoryOf(readAnsibleJson(output(file), file), file)
  if (/^\s*\{/.test(text)) return inventoryOf(readAnsibleJson(text, file), file)
  if (/\.ya?ml$/.test(file)) {
    refuseVariableFiles(file)
    return inventoryOf(readAnsibleYaml(text, file), file)
  }
  if (text.trim() === '' || ownSection(text) !== undefined) return undefined
  refuseVariableFiles(file)
  return inventoryOf(readAnsibleIni(text, file), file)
}

/** The first section that only an ops.ini has. */
function ownSection(text: string): string | undefined {
  const names = [...text.matchAll(/^\s*\[([^\]]*)\]/gm)].map(found => found[1]?.trim() ?? '')
  const own = ['hosts', 'groups', 'values', ...commandSections]
  return names.find(name => own.includes(name) || /^(?:params|db|values)\s/.test(name))
}

/** What is wrong with an ops.ini of another name may be that it is an inventory of Ansible with such a group. */
export function asMaybeAnsible(
  errors: readonly ErrorData[],
  file: string,
  text: string,
): readonly ErrorData[] {
  const [first, ...others] = errors
  const section = ownSection(text)
  if (!first || basename(file) === 'ops.ini' || section === undefined) return errors
  const hint = `It was read as an ops.ini because of [${section}]: in an inventory of Ansible, give that group another name.`
  return [{ ...first, next: first.next === undefined ? hint : `${first.next} ${hint}` }, ...others]
}

/** Ansible itself reads these files into every host. @throws OpsError `input` where one of them decides a login. */
function refuseVariableFiles(file: string): void {
  const found = variableFileWithLogin(dirname(file))
  if (!found) return
  throw inputError(`${found.file} sets ${found.variable}, and ops does not read group_vars and host_vars`, {
    where: { file: found.file, line: found.line },
    next: asProgram(file),
  })
}

function asProgram(file: string): string {
  return `Write a program that prints it: \`ansible-inventory -i ${basename(file)} --list\`, and name that with -i.`
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
