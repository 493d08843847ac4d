/** `npm run check`: formatter and linter, types, and shellcheck where it is there; all at once, none hides another. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'

const shell = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.sh'))
  .map(path => `src/${path}`)

/** Whether it ran and found nothing; a program that is not there is said, and lets the rest pass. */
function passes([program, ...argv], ifMissing) {
  return new Promise(resolve => {
    const said = []
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => said.push(chunk))
    child.on('error', () => {
      console.log(ifMissing)
      resolve(true)
    })
    child.on('close', code => {
      if (said.length > 0) console.log(Buffer.concat(said).toString().trimEnd())
      resolve(code === 0)
    })
  })
}

const tool = (path, ...argv) => [process.execPath, `node_modules/${path}`, ...argv]
const passed = await Promise.all([
  passes(tool('@biomejs/biome/bin/biome', 'check', '.')),
  passes(tool('typescript/bin/tsc', '--noEmit')),
  passes(
    ['shellcheck', '--shell=sh', '--severity=warning', ...shell],
    'shellcheck is not there (package shellcheck): the shell in src was not read.',
  ),
])
process.exitCode = passed.every(Boolean) ? 0 : 1
