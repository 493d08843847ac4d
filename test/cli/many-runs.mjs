/** The built program, kept in one process: runs each command line that it is sent, with its environment, and answers with its code and what it printed. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
// A build leaves the bundle of the one before for a while; the program names its own.
const main = readFileSync(`${dist}cli.js`, 'utf8')
const bundle = readdirSync(dist).find(name => /^ops-\w+\.cjs$/.test(name) && main.includes(name))
const { runProgram } = createRequire(import.meta.url)(`${dist}${bundle}`)

const same = text => text
const style = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

process.on('message', async ({ argv, env }) => {
  Object.assign(process.env, env)
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
  for (const name of Object.keys(env)) delete process.env[name]
  process.send({ code, ...printed })
})
