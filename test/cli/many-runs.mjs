/** The built program, kept in one process: runs each command line that it is sent, with its environment, and answers with its code and what it printed. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
// A build leaves the bundle of the one before for a while; the program names its own.
const main = readFileSync(`${dist}cli.js`, 'utf8')
const named = pattern => readdirSync(dist).find(name => pattern.test(name) && main.includes(name))
const { runCompiled } = await import(`${dist}${named(/^compiled-bundle-\w+\.js$/)}`)
const require = createRequire(import.meta.url)
let running

const same = text => text
const style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

const environment = { ...process.env }

process.on('message', async ({ argv, env }) => {
  // Recipes and jobs are read anew, as by a program that has just begun.
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(`${process.cwd()}/`)) delete require.cache[file]
  }
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment, env)
  const printed = { stdout: '', stderr: '' }
  const isFirst = running === undefined
  // It sets no flags of V8, as the program does for some verbs: its compiled forms are its own.
  const words = argv.slice(0, argv[0] === 'db' || argv[0] === 'job' ? 2 : 1)
  running ??= runCompiled(`${dist}${named(/^ops-\w+\.cjs$/)}`, `answers ${words.join(' ')}`)
  const code = await running.exports.runProgram(argv, {
    out(text) {
      printed.stdout += text
    },
    error(text) {
      printed.stderr += text
    },
    drained: () => undefined,
    isTerminal: false,
    columns: () => 100,
    rows: () => 24,
    style,
    errorStyle: style,
  })
  if (isFirst && code !== 3) running.keep(true)
  process.send({ code, ...printed })
})
