/** Why a file cannot be written where a flag says: better told before hosts are asked than after. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'

const examples: Readonly<Record<string, string>> = { '-o': 'web.plan', '--html': 'web.html' }

/** Nothing where it can, as far as is known beforehand. */
export function outputProblems(flag: '-o' | '--html', file: string): readonly ErrorData[] {
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory()
  if (!isFolder(dirname(resolve(file))))
    return [inputError(`${flag} ${file}: the folder for it is not there`).data]
  if (!isFolder(file)) return []
  const next = `Name a file, such as ${join(file, examples[flag] ?? '')}.`
  return [inputError(`${flag} ${file} is a folder`, { next }).data]
}
