/** The section `[git-remote]` of ops.ini: read before, and written once something was asked for. */
import { join } from 'node:path'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { foldersAbove } from '../base/folders-above.ts'
import { baseProblem } from '../git-remote/names.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { readInventory } from '../inventory/read.ts'

export interface GitRemoteDefaults {
  readonly host: string | undefined
  readonly base: string | undefined
}

const keys = ['host', 'base']

/** @throws InputErrors with every line that makes no sense. */
export function gitRemoteDefaults(inventoryFile: string | undefined): GitRemoteDefaults {
  const inventory = readInventory(inventoryFile === undefined ? {} : { file: inventoryFile })
  const entries = inventory.settingsOf('git-remote')
  const errors = entries.flatMap(({ key, value, where }): ErrorData[] => {
    const problem = !keys.includes(key)
      ? 'is not a setting'
      : value === undefined || value === ''
        ? 'is empty'
        : key === 'base'
          ? baseProblem(value)
          : undefined
    if (problem === undefined) return []
    return [
      inputError(`[git-remote] ${key} ${problem}`, { where, next: 'Settings are `host` and `base`.' }).data,
    ]
  })
  if (errors.length > 0) throw new InputErrors(errors)
  const last = (key: string): string | undefined => entries.filter(entry => entry.key === key).at(-1)?.value
  return { host: last('host'), base: last('base') }
}

/** Keeps answers in the ops.ini that was read, or in a new one at the root of the project. */
export async function rememberDefaults(
  { file }: Pick<Inventory, 'file'>,
  asked: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Promise<void> {
  if (Object.keys(asked).length === 0) return
  const path = file ?? join(foldersAbove(process.cwd()).at(-1) ?? process.cwd(), 'ops.ini')
  const settings = Object.entries(asked).map(([key, value]) => `${key} = ${value}`)
  try {
    const { remember } = await import('../git-remote/remember.ts')
    remember(path, asked)
    say(`Kept in ${path}, section [git-remote]: ${settings.join(', ')}`)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    say(`Could not be kept in ${path} (${reason}): ${settings.join(', ')}`)
  }
}
