/** `npm test`: installs, builds and runs everything; the last line counts it all. Plain JavaScript, for a fresh clone. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apart } from './apart.mjs'
import { environmentOf, nodeOf, suitesOf } from './other-nodes.mjs'
import { prepare } from './prepare.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const began = { at: performance.now(), ...processors() }
const counted = { passed: 0, failed: 0, skipped: 0 }
/** What a reader of the end of a long output needs: what failed and why. */
let kept = ''

// Whatever goes wrong on the way, the count is the last word, and a run that proved nothing is a failure.
process.on('exit', code => {
  if (code !== 0 && counted.failed === 0) counted.failed = 1
  if (counted.failed > 0) process.exitCode = 1
  process.stdout.write(kept)
  process.stdout.write(`${spent()}\n`)
  process.stdout.write(`${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped\n`)
})

prepare(root)
const everything = process.argv.length === 2
if (everything) {
  gate('Style (biome)', join(root, 'node_modules/.bin/biome'), ['check', '--error-on-warnings', '.'])
  // One checker reads what all share once, and memory is not swept: a third of the work.
  gate('Types (tsc)', join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--checkers', '1'], { GOGC: 'off' })
}
// The suites that other Nodes run mostly wait: they run beside all the others, and are told of once those have ended.
const otherNodes = everything ? (process.env.OPS_TEST_NODES ?? '').split(' ').filter(Boolean) : []
const [, others] = await Promise.all([
  runVitest(process.execPath, process.argv.slice(2), process.env, 'inherit'),
  runOnOtherNodes(otherNodes),
])
for (const { printed } of others) process.stdout.write(printed)
// Each demo waits most of its time, for a database or for packages.
const demo = join(root, 'demo/demo.mjs')
await Promise.all([
  ...(everything && process.platform === 'linux' && process.arch === 'x64'
    ? [gateBeside('Demo of data', process.execPath, [demo, 'data'], process.env)]
    : []),
  ...others.flatMap(({ major, node }) =>
    node === undefined ? [] : [gateBeside(`Demo on Node ${major}`, node, [demo], environmentOf(node))],
  ),
])

/** Ticks of all processors so far, and those of them in which they had something to do. */
function processors() {
  const times = cpus().map(({ times }) => times)
  const idle = times.reduce((sum, each) => sum + each.idle, 0)
  return {
    all: idle + times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0),
    idle,
  }
}

/** What decides whether fewer waits or less work would make it shorter. */
function spent() {
  const now = processors()
  const busy = 1 - (now.idle - began.idle) / (now.all - began.all || 1)
  const minutes = (performance.now() - began.at) / 60_000
  return `took ${minutes.toFixed(1)} min, the processors of this machine at work ${Math.round(100 * busy)} % of it`
}

/** A check, of the sources for one, counts like a test. */
function gate(title, program, args, environment = {}) {
  process.stdout.write(`${title} ...\n`)
  const env = { ...process.env, ...environment }
  count(title, spawnSync(program, args, { cwd: root, stdio: 'inherit', env }).status)
}

/** One that runs beside others: what it printed is told when it has ended. */
async function gateBeside(title, program, args, env) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env })
  const printed = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', bytes => printed.push(bytes))
  const [status] = await once(child, 'close')
  process.stdout.write(`${title} ...\n`)
  process.stdout.write(Buffer.concat(printed))
  count(title, status)
}

function count(title, status) {
  if (status === 0) counted.passed += 1
  else {
    counted.failed += 1
    kept += `failed: ${title}\n`
  }
}

/** The same build on other Nodes, one after the other: what needs no booted host. Gives what each printed, and its program. */
async function runOnOtherNodes(majors) {
  const runs = []
  for (const [place, major] of majors.entries()) {
    const node = nodeOf(major, process.env.OPS_TEST_CACHE ?? '/var/cache/ops-test')
    if (node === undefined) {
      counted.skipped += 1
      runs.push({ printed: `skipped: Node ${major} could not be had from the npm registry\n` })
      continue
    }
    const args = [`--maxWorkers=${availableParallelism()}`, ...suitesOf(root, place, majors.length)]
    const printed = await runVitest(node, args, environmentOf(node), 'pipe', apart)
    runs.push({ major, node, printed: `Node ${major} ...\n${printed}` })
  }
  return runs
}

/** Runs the suites on that Node, and gives what they printed if it is piped; `args` narrow them down to files or names. */
async function runVitest(node, args, env, output, before = []) {
  const folder = mkdtempSync(join(tmpdir(), 'ops-test-result-'))
  const file = join(folder, 'result.json')
  const reasons = join(folder, 'reasons')
  const ended = join(folder, 'kept')
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    `--reporter=${join(root, 'test/kept-for-the-end.mjs')}`,
  ]
  // A crowded CI machine may be too slow for a test of real hosts once; the default reporter marks it `(retry x1)`.
  const tries = process.env.CI ? ['--retry=1'] : []
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const [program, ...words] = [...before, node, vitest, 'run', ...tries, ...reporters, ...args]
    const child = spawn(program, words, {
      cwd: root,
      stdio: ['inherit', output, output],
      env: { ...env, OPS_TEST_REASONS: reasons, OPS_TEST_KEPT: ended },
    })
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', text => {
        printed += text
      })
    const [status] = await once(child, 'close')
    const result = JSON.parse(readFileSync(file, 'utf8'))
    counted.passed += result.numPassedTests
    counted.skipped += result.numPendingTests + result.numTodoTests
    const wanted = existsSync(reasons) ? readFileSync(reasons, 'utf8').split('\n').filter(Boolean) : []
    const lack = wanted.map(reason => `skipped for want of: ${reason}\n`).join('')
    if (output === 'inherit') process.stdout.write(lack)
    counted.failed += result.numFailedTests + filesThatDidNotLoad(result)
    // An error outside of any test, such as a promise that nobody caught.
    if (status !== 0 && counted.failed === 0) counted.failed = 1
    return printed + lack
  } finally {
    if (existsSync(ended)) kept += readFileSync(ended, 'utf8')
    rmSync(folder, { recursive: true, force: true })
  }
}

function filesThatDidNotLoad({ testResults }) {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some(test => test.status === 'failed'),
  ).length
}
