/** What lies beside an inventory of Ansible and changes its meaning: `group_vars` and `host_vars`. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { loginVariables } from './ansible-groups.ts'
import { becomeVariables } from './become.ts'

interface Found {
  readonly file: string
  readonly line: number
  readonly variable: string
}

const deepest = 8
/** YAML or JSON, at any depth; what is encrypted as a whole is not looked into. */
const colon = `["']?\\s*:`
/** Becoming root by sudo is what ops does. */
const asOps = `\\s*["']?(?:true|yes|root|sudo)["']?\\s*(?:[,}#]|$)`
const setting = new RegExp(
  `(?:^|[{,])\\s*["']?((?:${loginVariables.join('|')})(?=${colon})|(?:${becomeVariables.join('|')})(?=${colon}(?!${asOps})))`,
  'i',
)

/** The first place in them that decides how a host is logged in to, and who is become. @throws OpsError `input` where one cannot be read. */
export function variableFileWithLogin(folder: string): Found | undefined {
  for (const name of ['group_vars', 'host_vars']) {
    for (const file of filesBelow(join(folder, name), deepest)) {
      const found = loginIn(file)
      if (found) return found
    }
  }
  return undefined
}

function loginIn(file: string): Found | undefined {
  for (const [index, line] of textOf(file).split('\n').entries()) {
    const variable = /^\s*#/.test(line) ? undefined : setting.exec(line)?.[1]
    if (variable !== undefined) return { file, line: index + 1, variable }
  }
  return undefined
}

/** @throws OpsError `input` */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw inputError(`cannot read ${file}: ${reason}`, {
      next: 'It lies beside the inventory and may decide how its hosts are logged in to: make it readable, or take it away.',
    })
  }
}

function filesBelow(path: string, depth: number): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isFile()) return [path]
  if (!stat?.isDirectory() || depth === 0) return []
  return readdirSync(path)
    .sort()
    .filter(name => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap(name => filesBelow(join(path, name), depth - 1))
}
