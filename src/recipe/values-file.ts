/** Where the schema of a project's host values lies. */
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { foldersAbove } from '../base/folders-above.ts'

const fileNames = ['ops.values.ts', 'ops.values.mts', 'ops.values.js', 'ops.values.mjs']

/** The one beside a file of the project, or in the nearest folder above it. */
export function findValuesSchema(beside: string): string | undefined {
  return foldersAbove(dirname(beside))
    .flatMap(folder => fileNames.map(name => join(folder, name)))
    .find(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}
