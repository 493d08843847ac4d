/** Writes what was asked once into the ops.ini, whole or not at all. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { withSetting } from './ini-setting.ts'

const section = 'git-remote'

/** Sets keys of `[git-remote]`; the file is made where there is none. Throws what the file system throws. */
export function remember(file: string, settings: Readonly<Record<string, string>>): void {
  const before = statSync(file, { throwIfNoEntry: false })
  const path = before ? realpathSync(file) : file
  const text = before ? readFileSync(path, 'utf8') : ''
  const changed = Object.entries(settings).reduce(
    (sofar, [key, value]) => withSetting(sofar, section, key, value),
    text,
  )
  if (changed === text) return
  const beside = join(dirname(path), `.ops.ini.${randomBytes(6).toString('hex')}`)
  try {
    const descriptor = openSync(beside, 'wx', 0o644)
    try {
      writeFileSync(descriptor, changed)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (before) {
      chmodSync(beside, before.mode & 0o7777)
      if (before.uid !== process.getuid?.()) chownSync(beside, before.uid, before.gid)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
