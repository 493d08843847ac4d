/** Fetches the password of a database from where ops.ini says it is: a file, the environment or a command. */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { childEnvironment } from '../../base/child-environment.ts'
import { inputError } from '../../base/errors.ts'
import { noteIfOpen } from '../../base/open-secrets.ts'
import { Secret } from '../../base/secret.ts'
import { withPipes } from '../../base/with-pipes.ts'
import type { PasswordFrom } from '../../inventory/database.ts'

/** `folder` is where relative names of files begin. @throws OpsError `input`, without any of what was read. */
export async function fetchPassword(from: PasswordFrom, source: string, folder: string): Promise<Secret> {
  const found = await wordOf(from, folder)
  if ('word' in found && found.word !== '') return new Secret(found.word)
  const problem = 'word' in found ? 'it is empty' : found.problem
  throw inputError(`${source}: no password: ${problem}`, {
    next: 'Correct `password` in ops.ini: @FILE, env:NAME or cmd:COMMAND.',
  })
}

async function wordOf(
  from: PasswordFrom,
  folder: string,
): Promise<{ readonly word: string } | { readonly problem: string }> {
  if (from.from === 'environment') {
    const word = process.env[from.name]
    return word === undefined ? { problem: `${from.name} is not in the environment` } : { word }
  }
  if (from.from === 'command') return said(from.command)
  const path = from.path.startsWith('~/') ? join(homedir(), from.path.slice(2)) : resolve(folder, from.path)
  try {
    const word = firstLine(readFileSync(path, 'utf8'))
    noteIfOpen(path)
    return { word }
  } catch (thrown) {
    return { problem: `cannot read ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}

/** Its questions go to the terminal: a password store may ask for a passphrase. */
async function said(command: string): Promise<{ readonly word: string } | { readonly problem: string }> {
  const child = withPipes(
    spawn('/bin/sh', ['-c', command], { stdio: ['inherit', 'pipe', 'inherit'], env: childEnvironment() }),
    '/bin/sh',
  )
  const ended = new Promise<number | null>(done => child.once('close', code => done(code)))
  child.once('error', () => undefined)
  // Who waits for the end of our output would wait for the child, which has it too.
  const stop = (): void => void child.kill()
  process.once('exit', stop)
  const word = firstLine(await text(child.stdout))
  const code = await ended
  process.off('exit', stop)
  return code === 0 ? { word } : { problem: `\`${command}\` ended with ${code ?? 'a signal'}` }
}

function firstLine(whole: string): string {
  return whole.split(/\r?\n/, 1)[0] ?? ''
}
