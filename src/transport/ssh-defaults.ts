/** What this machine's ssh does where no config says otherwise: kept from an earlier run for as long as the program is the same. */
import { createHash } from 'node:crypto'
import { accessSync, closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { cacheFolder, pruneCache } from '../base/cache-folder.ts'
import { keepFile } from '../base/keep-file.ts'
import { ownUser } from '../base/own-user.ts'
import { fileVersion } from './file-version.ts'

type Settings = ReadonlyMap<string, readonly string[]>

/** As `ask` answers, once for each program and user; each time where the program is a script, which may ask another one. */
export async function keptDefaults(ask: () => Promise<Settings>): Promise<Settings> {
  const file = answerFile([])
  return (file === undefined ? undefined : readAnswer(file)) ?? keepAnswer(file, await ask())
}

/** Where an answer of this program to this user is kept; undefined where none can be, or may be another one each time. */
export function answerFile(asked: readonly unknown[]): string | undefined {
  const name = nameOfAnswer(asked)
  const folder = name === undefined ? undefined : cacheFolder('ssh')
  return name === undefined || folder === undefined ? undefined : join(folder, name)
}

/** Undefined where it is not there, not whole, or not what `stamp` says that it was made from. */
export function readAnswer(file: string, stamp = ''): Settings | undefined {
  try {
    const [kept, ...settings] = JSON.parse(readFileSync(file, 'utf8')) as [string, ...[string, string[]][]]
    return kept === stamp && settings.length > 0 ? new Map(settings) : undefined
  } catch {
    return undefined
  }
}

export function keepAnswer(file: string | undefined, settings: Settings, stamp = ''): Settings {
  if (file !== undefined) {
    pruneOnce(dirname(file))
    keepFile(file, JSON.stringify([stamp, ...settings]))
  }
  return settings
}

const pruned = new Set<string>()

/** Once in a run: of many hosts each answer is kept by itself. */
function pruneOnce(folder: string): void {
  if (pruned.has(folder)) return
  pruned.add(folder)
  pruneCache(folder)
}

function nameOfAnswer(asked: readonly unknown[]): string | undefined {
  try {
    const program = programFile()
    const version = program === undefined ? '' : fileVersion(program)
    if (program === undefined || version === '' || !isElf(program)) return undefined
    const { uid, username, homedir } = ownUser()
    const all = ['2', program, version, uid, username, homedir, process.env.SSH_SK_PROVIDER, ...asked]
    return createHash('sha256').update(JSON.stringify(all)).digest('hex')
  } catch {
    return undefined
  }
}

/** The one that is started by its bare name. */
function programFile(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    if (!isAbsolute(folder)) return undefined
    const file = join(folder, 'ssh')
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return undefined
}

function isElf(file: string): boolean {
  const descriptor = openSync(file, 'r')
  try {
    const head = Buffer.alloc(4)
    return readSync(descriptor, head) === head.length && head.equals(Buffer.from('\x7fELF', 'latin1'))
  } finally {
    closeSync(descriptor)
  }
}
