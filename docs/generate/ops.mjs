/** The built program, asked in this process: what it says of itself is what the site says. */
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const dist = join(root, 'dist')
const named = /'\.\/(ops-[0-9a-f]+\.cjs)'/
const { readFileSync } = await import('node:fs')

function bundle() {
  if (!readdirSync(dist).includes('index.js'))
    throw new Error('dist/ is not there: run `npm run build` first')
  const [, name] = named.exec(readFileSync(join(dist, 'index.js'), 'utf8')) ?? []
  return createRequire(import.meta.url)(join(dist, name))
}

const { runProgram, documented } = bundle()

export const { verbs, errorKinds } = documented()

const plain = text => text
const style = new Proxy({}, { get: () => plain })

/** What a command line prints. @throws where it does not end well. */
export async function said(...argv) {
  const parts = []
  const screen = {
    out: text => parts.push(text),
    error: text => parts.push(text),
    drained: () => undefined,
    isTerminal: false,
    columns: () => 110,
    rows: () => 50,
    style,
    errorStyle: style,
  }
  const code = await runProgram(argv, screen)
  if (code !== 0) throw new Error(`ops ${argv.join(' ')} ended with ${code}: ${parts.join('')}`)
  return parts.join('')
}

/** The same of a command that prints JSON. */
export async function data(...argv) {
  return JSON.parse(await said(...argv, '--json'))
}
