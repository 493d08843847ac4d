/** What this machine's ssh does where no config says otherwise: kept from an earlier run for as long as the program is the same. */
import { createHash } from 'node:crypto'
import { accessSync, closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { cacheFolder, pruneCache } from '../base/cache-folder.ts'
import { keepFile } from '../base/keep-file.ts'
import { ownUser } from '../base/own-user.ts'
import { fileVersion } from './file-version.ts'

type Settings = ReadonlyMap<string, readonly string[]>

/** As `ask` answers, once for each program and user; each time where the program is a script, which may ask another one. */
export async function keptDefaults(ask: () => Promise<Settings>): Promise<Settings> {
  const name = nameOfAnswer()
  const folder = name === undefined ? undefined : cacheFolder('ssh')
  if (name === undefined || folder === undefined) return ask()
  const file = join(folder, name)
  const kept = readKept(file)
  if (kept) return kept
  const settings = await ask()
  pruneCache(folder)
  keepFile(file, JSON.stringify([...settings]))
  return settings
}

function nameOfAnswer(): string | undefined {
  try {
    const program = programFile()
    const version = program === undefined ? '' : fileVersion(program)
    if (program === undefined || version === '' || !isElf(program)) return undefined
    const { uid, username, homedir } = ownUser()
    const asked = [program, version, uid, username, homedir, process.env.SSH_SK_PROVIDER]
    return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
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

/** Undefined where it is not there, or not whole. */
function readKept(file: string): Settings | undefined {
  try {
    const settings = new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string[]][])
    return settings.size > 0 ? settings : undefined
  } catch {
    return undefined
  }
}
