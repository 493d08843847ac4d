/** `npm run check`: formatter and linter, types, shellcheck and awk where they are there; all at once, none hides another. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  shellcheckFlags,
  shellFindings,
  shellTemplates,
  templateFindings,
  unexplained,
} from './shellcheck.mjs'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map(path => `src/${path}`)
const shell = sources.filter(path => path.endsWith('.sh'))

/** Its exit code and all that it wrote; undefined where it is not there. */
function run([program, ...argv], environment = {}) {
  return new Promise(resolve => {
    const said = []
    const env = { ...process.env, ...environment }
    const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'], env })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => said.push(chunk))
    child.on('error', () => resolve(undefined))
    child.on('close', code => resolve({ code, said: Buffer.concat(said).toString().trimEnd() }))
  })
}

/** Whether a tool of node_modules found nothing. */
async function passes([path, ...argv], environment) {
  const { code, said } = await run([process.execPath, `node_modules/${path}`, ...argv], environment)
  if (said !== '') console.log(said)
  return code === 0
}

async function shellPasses() {
  const ran = await run(['shellcheck', ...shellcheckFlags, ...shell])
  if (ran === undefined) {
    console.log('shellcheck is not there (package shellcheck): the shell in src was not read.')
    return true
  }
  // What is no JSON is why it could not read them.
  if (!ran.said.startsWith('[')) console.log(ran.said)
  const findings = ran.said.startsWith('[') ? shellFindings(ran.said) : ['']
  for (const file of shell)
    for (const line of unexplained(readFileSync(file, 'utf8')))
      findings.push(`${file}: say why: ${line.trim()}`)
  if (findings.length > 0) console.log(findings.join('\n'))
  return findings.length === 0
}

/** What stands in sh`` of the sources: of each a file for shellcheck, as nothing is found behind what cannot be read. */
async function templatesPass() {
  const texts = sources
    .filter(path => path.endsWith('.ts'))
    .flatMap(path => shellTemplates(readFileSync(path, 'utf8')).map(text => ({ path, text })))
  const folder = mkdtempSync(join(tmpdir(), 'ops-check-'))
  try {
    const files = new Map(texts.map((each, index) => [join(folder, `${index}.sh`), each]))
    for (const [file, { text }] of files) writeFileSync(file, text)
    const ran = await run(['shellcheck', ...shellcheckFlags, ...files.keys()])
    if (ran === undefined) return true
    const findings = ran.said.startsWith('[')
      ? templateFindings(ran.said, file => files.get(file).text)
      : [ran.said]
    for (const line of findings)
      console.log(line.replace(/^[^:]*(?=:)/, file => files.get(file)?.path ?? file))
    return findings.length === 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const functionsOf = text => [...text.matchAll(/^function (\w+)\(/gm)].map(([, name]) => name)

/** Each awk that is there reads every program, as they are of different minds; it may call what another file defines. */
async function awkPasses() {
  const files = sources.filter(path => path.endsWith('.awk'))
  const known = new Set(files.flatMap(path => functionsOf(readFileSync(path, 'utf8'))))
  const programs = [['mawk'], ['gawk', '--posix'], ['busybox', 'awk']]
  const findings = await Promise.all(
    programs.flatMap(program =>
      files.map(async path => {
        const ran = await run([...program, `BEGIN { exit }\n${readFileSync(path, 'utf8')}`])
        if (ran === undefined || ran.code === 0) return []
        const left = ran.said
          .split('\n')
          .filter(line => !known.has(/function `?(\w+)'? (?:never|is not) defined/.exec(line)?.[1]))
        return left.map(line => `${path}: ${line}`)
      }),
    ),
  )
  if (findings.flat().length > 0) console.log(findings.flat().join('\n'))
  return findings.flat().length === 0
}

const passed = await Promise.all([
  passes(['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']),
  // As `npm test` does: one checker reads what all share once, and memory is not swept.
  passes(['typescript/bin/tsc', '--noEmit', '--checkers', '1'], { GOGC: 'off' }),
  shellPasses(),
  templatesPass(),
  awkPasses(),
])
process.exitCode = passed.every(Boolean) ? 0 : 1
