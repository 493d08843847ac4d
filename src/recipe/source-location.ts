/** Finds the line of a recipe in what was thrown, and shows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceLocation } from '../base/errors.ts'
import { packageFolder } from '../base/package-folder.ts'
import { writtenPlace } from './written-place.ts'

/** The first stack frame that is neither Node, nor ops itself, nor an installed package. */
export function locationOf(thrown: unknown): SourceLocation | undefined {
  if (!(thrown instanceof Error)) return undefined
  for (const frame of (thrown.stack ?? '').split('\n')) {
    const found = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*):(\d+):(\d+)\)?$/.exec(frame)
    if (!found?.[1]) continue
    const file = found[1].startsWith('file://') ? fileURLToPath(found[1]) : found[1]
    if (!isOurs(file)) return writtenPlace({ file, line: Number(found[2]), column: Number(found[3]) })
  }
  return undefined
}

function isOurs(file: string): boolean {
  if (file.includes('/node_modules/') && !file.startsWith(join(packageFolder, 'dist', 'recipes'))) return true
  if (file.startsWith(join(packageFolder, 'dist', 'recipes'))) return false
  return file.startsWith(join(packageFolder, 'dist/')) || file.startsWith(join(packageFolder, 'src/'))
}

/** The line itself with a mark below the column, for an error's `detail`; undefined when it cannot be read. */
export function sourceLine({ file, line, column }: SourceLocation): string | undefined {
  const text = readLines(file)[line - 1]
  if (text === undefined || text.length > 300) return undefined
  const number = `${line} | `
  if (column === undefined) return number + text
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')
  return `${number}${text}\n${' '.repeat(number.length)}${indent}^`
}

/** Where a file first mentions a text, such as an import that cannot be found. */
export function locationOfText(file: string, text: string): SourceLocation | undefined {
  const lines = readLines(file)
  const index = lines.findIndex(line => line.includes(text))
  if (index < 0) return undefined
  return { file, line: index + 1, column: (lines[index] ?? '').indexOf(text) + 1 }
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
