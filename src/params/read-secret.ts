/** Fetches a secret from where it may come: a file, standard input, a prompt's answer. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { isatty } from 'node:tty'
import { noteIfOpen } from '../base/open-secrets.ts'
import { Secret } from '../base/secret.ts'
import type { FetchedSecret } from './secret-program.ts'

const largestBytes = 1_048_576

/** A plain value is refused: argument lists are open to every user of the machine, and ops.ini is kept in git. */
export function readSecret(given: string | readonly string[] | boolean | Secret, cwd: string): FetchedSecret {
  if (given instanceof Secret) return { value: given }
  const text = typeof given === 'object' && given.length === 1 ? given[0] : given
  if (text === '-' && isatty(0)) {
    return { problem: 'standard input is this terminal: leave the flag out to be asked without an echo' }
  }
  if (text === '-') return secretIn(0, 'standard input')
  if (typeof text !== 'string' || !text.startsWith('@') || text.length < 2) {
    return {
      problem:
        'a secret is not given as plain text: write @FILE, - for standard input, or name a program (age:FILE, op://...)',
    }
  }
  const path = text.slice(1)
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(cwd, path)
  return secretIn(file, file)
}

/** One line feed at the end is an editor's or echo's, never a part of a password. */
function secretIn(source: string | number, name: string): FetchedSecret {
  const isFile = typeof source === 'string'
  try {
    const text = readFileSync(source, 'utf8').replace(/\r?\n$/, '')
    if (text === '') {
      const next = isFile ? `Write the secret into ${name}.` : 'Send the secret to it: `... - <FILE`.'
      return { problem: `${name} is empty`, next }
    }
    if (text.length > largestBytes) return { problem: `${name} is larger than 1 MiB` }
    if (isFile) noteIfOpen(source)
    return { value: new Secret(text) }
  } catch (thrown) {
    const problem = `cannot read ${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`
    return { problem, next: 'Write the secret into that file, or name one that you may read, as @FILE.' }
  }
}
