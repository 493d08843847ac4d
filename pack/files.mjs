/** What a package of ops consists of: the build, and those packages that the bundle does not hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadedLate } from './loaded-late.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Loaded late by the program, or there for the types of recipes; all others are in the bundle. */
export const beside = [...loadedLate, '@types/node', 'zod'].sort()

/** The build itself, as paths below the root. */
export function ownFiles() {
  const built = ['dist/recipes', 'dist/types']
    .flatMap(filesBelow)
    .filter(path => !path.endsWith('.tsbuildinfo'))
  return [
    ...programFiles(),
    'dist/types-stamp',
    ...built,
    ...filesBelow('recipes'),
    ...filesBelow('templates'),
    'README.md',
    'LICENSE',
  ]
}

/** The program names what it loads; what an earlier build has left beside it is not taken along. */
function programFiles() {
  const found = new Set()
  const take = name => {
    const path = join('dist', name)
    if (found.has(path) || !existsSync(join(root, path))) return
    found.add(path)
    // The bundle itself loads only what stands beside it by a fixed name.
    if (name.endsWith('.cjs')) return
    for (const [, next] of readFileSync(join(root, path), 'utf8').matchAll(
      /["'](?:\.\/)?([\w.-]+\.c?js)["']/g,
    ))
      take(next)
  }
  for (const name of ['cli.js', 'import.cjs', 'index.js', 'jobs.js']) take(name)
  return [...found]
}

/** Those packages with all that they need themselves, as paths below the root. */
export function packageFiles() {
  const found = new Set()
  const take = (name, from) => {
    const folder = folderOf(name, from)
    // A package for another system than this one.
    if (folder === undefined || found.has(folder)) return
    found.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    )
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) take(next, folder)
  }
  for (const name of beside) take(name, '.')
  return [...found].flatMap(folder => filesBelow(folder)).filter(isNeeded)
}

/** Where Node would find it, seen from a folder. */
function folderOf(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(root, path, 'package.json'))) return path
    if (folder === '.') return undefined
  }
}

/** Nobody reads maps and manuals there; of zod only the types are beside the bundle. */
function isNeeded(path) {
  if (/\.(?:map|md|markdown|flow)$|\/(?:test|tests|docs|examples)\//i.test(path)) return false
  return !path.startsWith('node_modules/zod/') || /\.d\.[cm]?ts$|package\.json$|LICENSE$/.test(path)
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}
