/** The ops that runs here as one archive, with what it needs to run job files on a host that has nothing but Node. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { cacheFolder } from '../../base/cache-folder.ts'
import { inputError } from '../../base/errors.ts'
import { isBuilt, packageFolder } from '../../base/package-folder.ts'
import { opsVersion } from '../../base/version.ts'
import { type TarFile, tarOf } from './tar.ts'

export interface PackedOps {
  /** The archive on this machine. */
  readonly file: string
  /** Changes with every byte in it: `0.1.0-3f2a...`. */
  readonly name: string
}

/** What a run of a job file loads beside the bundle. The compiler is left out: types are checked before a job is sent. */
const needed = ['jiti', 'mysql2', 'pg', 'pg-copy-streams']

/** @throws OpsError `input` where this ops cannot be packed. */
export function packOps(): PackedOps {
  if (!isBuilt)
    throw inputError('only an ops that was built can be sent to a host', { next: 'Run `npm run build`.' })
  const found = [...programFiles(), ...libraryFiles()].sort((one, other) => (one.path < other.path ? -1 : 1))
  const sums = found.map(({ path, bytes }) => `${sha256(bytes)}  ${path}\n`).join('')
  const name = `${opsVersion()}-${sha256(Buffer.from(sums)).slice(0, 16)}`
  const folder = cacheFolder('packed')
  if (folder === undefined)
    throw inputError('there is no folder to pack ops in', { next: 'Set XDG_CACHE_HOME to one that you own.' })
  const file = join(folder, `ops-${name}.tgz`)
  if (!existsSync(file))
    writeFileSync(file, gzipSync(tarOf([...found, { path: 'SUMS', bytes: Buffer.from(sums) }])), {
      mode: 0o600,
    })
  return { file, name }
}

/** The program names what it loads. */
function programFiles(): TarFile[] {
  const found = new Map<string, Buffer>()
  const take = (name: string): void => {
    const path = join(packageFolder, 'dist', name)
    if (found.has(name) || !existsSync(path)) return
    const bytes = readFileSync(path)
    found.set(name, bytes)
    // The bundle itself loads only what stands beside it by a fixed name.
    if (name.endsWith('.cjs')) return
    for (const [, next = ''] of bytes.toString('utf8').matchAll(/["'](?:\.\/)?([\w.-]+\.c?js)["']/g))
      take(next)
  }
  for (const name of ['cli.js', 'import.cjs', 'index.js', 'jobs.js']) take(name)
  return [
    ...[...found].map(([name, bytes]) => ({ path: `dist/${name}`, bytes })),
    { path: 'package.json', bytes: readFileSync(join(packageFolder, 'package.json')) },
  ]
}

/** Each package once, and below the one that needs another version of it. */
function libraryFiles(): TarFile[] {
  const placed = new Map<string, string>()
  const files: TarFile[] = []
  const place = (name: string, from: string, above: string): void => {
    const folder = folderOf(name, from)
    if (folder === undefined) {
      throw inputError(`cannot find the package ${name}, which ops needs on the host`, {
        next: 'Install ops again: its packages are not complete.',
      })
    }
    const top = `node_modules/${name}`
    const taken = placed.get(top)
    if (taken === folder) return
    const target = taken === undefined ? top : `${above}/${top}`
    if (placed.get(target) === folder) return
    placed.set(target, folder)
    files.push(
      ...filesBelow(folder).map(path => ({
        path: `${target}/${path}`,
        bytes: readFileSync(join(folder, path)),
      })),
    )
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const each of Object.keys(dependencies)) place(each, folder, target)
  }
  for (const name of needed) place(name, packageFolder, '')
  return files
}

/** As Node finds it: in the node_modules of this folder, or of one above. */
function folderOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

/** Types and maps are of no use there. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !/\.(?:[cm]?ts|map|md)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\/+/, ''))
    .filter(path => !path.startsWith('node_modules/') && /^[\x20-\x7e]+$/.test(path))
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
