/** The built program, kept in one process: runs each command line that it is sent, with its environment, and answers with its code and what it printed. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
// A build leaves the bundle of the one before for a while; the program names its own.
const main = readFileSync(`${dist}cli.js`, 'utf8')
const bundle = readdirSync(dist).find(name => /^ops-\w+\.cjs$/.test(name) && main.includes(name))
const require = createRequire(import.meta.url)
const { runProgram } = require(`${dist}${bundle}`)

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
  const code = await runProgram(argv, {
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
  process.send({ code, ...printed })
})
