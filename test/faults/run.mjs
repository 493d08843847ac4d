/**
 * `npm run faults [-- CLASS...]`: the whole sweep, or the classes named, then the report. With `--most N` no class has more
 * than N cases, evenly spread over all that it has, and the report says of how many. With `--peers` the same faults for
 * Ansible and mise instead, side by side with ops (`npm run bench -- --setup` installs them). Plain JavaScript, for a fresh
 * clone; ends with 1 when a case is broken, 3 when nothing could be run.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { textLoaders } from '../../text-files.mjs'
import { prepare } from '../prepare.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const withPeers = process.argv.includes('--peers')
const words = process.argv.slice(2)
const mostAt = words.indexOf('--most')
const most = mostAt === -1 ? undefined : words[mostAt + 1]
if (most !== undefined) words.splice(mostAt, 2)
const classes = words.filter(word => word !== '--peers')
const wrong = classes.filter(word => !/^[A-H]\d+$/.test(word))
if (wrong.length > 0) {
  process.stderr.write(`No class of the fault list: ${wrong.join(' ')}. A class is a word like A1.\n`)
  process.exit(3)
}
if (mostAt !== -1 && !/^[1-9]\d*$/.test(most ?? '')) {
  process.stderr.write('--most takes a number of cases, 1 or more.\n')
  process.exit(3)
}
process.chdir(root)
prepare(root)

const name = new Date().toISOString().replaceAll(':', '-').slice(0, 19)
const folder = join(root, 'test/faults/results', name)
mkdirSync(folder, { recursive: true })
const pattern = withPeers ? 'side by side' : `(^| )(${classes.join('|') || '[A-H]\\d+'}) `
const started = performance.now()
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  [
    ...['run', 'test/faults', '--testNamePattern', pattern],
    // Cases measure deadlines: no more suites at once than there are cores.
    ...[`--maxWorkers=${availableParallelism()}`, '--hookTimeout=600000'],
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(withPeers ? { OPS_FAULTS_PEERS: 'all' } : { OPS_FAULTS: 'all' }),
      OPS_FAULTS_NAME: name,
      ...(most !== undefined && { OPS_FAULTS_MOST: most }),
      ...(classes.length > 0 && { OPS_FAULTS_ONLY: classes.join(',') }),
    },
  },
)
const seconds = Math.round((performance.now() - started) / 1000)
const report = await bundled('test/faults/report.ts')
const counted = report.writeReport({ folder, seconds })
process.exitCode =
  counted.held === 0 && counted.peers === 0 ? 3 : status === 0 && counted.broken === 0 ? 0 : 1

/** Imports a TypeScript file by way of a bundle, as Node may not know how to strip types. */
async function bundled(path) {
  const place = mkdtempSync(join(tmpdir(), 'ops-faults-report-'))
  try {
    const outfile = join(place, 'report.mjs')
    const { build } = await import('esbuild')
    await build({
      ...{ entryPoints: [join(root, path)], outfile, bundle: true },
      ...{ platform: 'node', format: 'esm', logLevel: 'warning', loader: textLoaders },
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
