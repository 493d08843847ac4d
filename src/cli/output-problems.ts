/** Why a file cannot be written where a flag says: better told before hosts are asked than after. */
import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type ErrorData, inputError } from '../base/errors.ts'
import { pageBeginning } from '../report/html/page-beginning.ts'
import { beginningOf, planBeginning } from './beginning-of.ts'

const examples: Readonly<Record<string, string>> = { '-o': 'web.plan', '--html': 'web.html' }

/** What an earlier run wrote there begins so. */
const beginnings = { '-o': planBeginning, '--html': pageBeginning } as const

/** Nothing where it can, as far as is known beforehand. */
export function outputProblems(flag: '-o' | '--html', file: string): readonly ErrorData[] {
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory()
  if (!isFolder(dirname(resolve(file)))) {
    const next = 'Make it first, or name a file in a folder that is there.'
    return [inputError(`${flag} ${file}: the folder for it is not there`, { next }).data]
  }
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there === undefined) return []
  if (there.isFile()) return isOurs(flag, file) ? [] : [foreign(flag, file)]
  const example = join(isFolder(file) ? file : dirname(file), examples[flag] ?? '')
  // What is written takes the place of what was there: a device or link would be gone.
  const what = there.isSymbolicLink() ? 'a link' : there.isDirectory() ? 'a folder' : 'no regular file'
  return [inputError(`${flag} ${file} is ${what}`, { next: `Name a file, such as ${example}.` }).data]
}

/** Whether an earlier run wrote it, or there is nothing in it. */
function isOurs(flag: '-o' | '--html', file: string): boolean {
  const begins = beginningOf(file)
  return begins === '' || (begins !== undefined && beginnings[flag].test(begins))
}

function foreign(flag: '-o' | '--html', file: string): ErrorData {
  const what = flag === '-o' ? 'saved plan' : 'page of ops'
  return inputError(`${flag} ${file} is there, and is no ${what}: it would be lost`, {
    next: 'Name another file, or remove this one first.',
  }).data
}
