/** The ssh config that is meant where no -F names one: `OPS_SSH_CONFIG`, then `config` in the section `[ssh]` of ops.ini. */
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { fileProblem } from '../base/file-problem.ts'
import { readInventory } from '../inventory/read.ts'

const sshConfigVariable = 'OPS_SSH_CONFIG'

/** Undefined for that of ssh itself. What is wrong with an ops.ini as a whole is for its reader to tell. */
export function defaultSshConfig(inventoryFile: string | undefined, errors: ErrorData[]): string | undefined {
  const variable = process.env[sshConfigVariable]
  if (variable !== undefined && variable !== '') {
    const path = expanded(variable)
    const problem = problemOf(path)
    if (problem === undefined) return path
    const next = `Correct ${sshConfigVariable}, or unset it for ~/.ssh/config.`
    errors.push(inputError(`${sshConfigVariable}=${variable}: ${problem}`, { next }).data)
    return undefined
  }
  return ofInventory(inventoryFile, errors)
}

function ofInventory(inventoryFile: string | undefined, errors: ErrorData[]): string | undefined {
  let path: string | undefined
  try {
    const inventory = readInventory(inventoryFile === undefined ? {} : { file: inventoryFile })
    const folder = dirname(inventory.file ?? '.')
    for (const { key, value, where } of inventory.settingsOf('ssh')) {
      if (key !== 'config') {
        errors.push(
          inputError(`[ssh] has no setting ${key}`, { where, next: 'Its only setting is config.' }).data,
        )
        continue
      }
      path = value === 'none' ? value : resolve(folder, expanded(value ?? ''))
      const problem = problemOf(path)
      if (problem === undefined) continue
      const next = `Looked at ${path}. Correct the path, or leave the line out for ~/.ssh/config.`
      errors.push(inputError(`[ssh] config = ${value ?? ''}: ${problem}`, { where, next }).data)
      path = undefined
    }
  } catch {
    return undefined
  }
  return path
}

function expanded(path: string): string {
  return path.replace(/^~(?=\/)/, homedir())
}

/** ssh takes the word none for no config at all. */
function problemOf(path: string): string | undefined {
  return path === 'none' ? undefined : fileProblem(path)
}
