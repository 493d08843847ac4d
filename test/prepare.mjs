/** Brings a fresh clone to where it can run: the locked packages and a build. Plain JavaScript, as nothing is there yet. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const done = 'OPS_TEST_PREPARED'

/**
 * Installs what the lock file says, if that was not done since it last changed, and builds; not again in what this process
 * starts, as several at once would write the same files. Exits on failure.
 */
export function prepare(root) {
  if (process.env[done] === root) return
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 17)) {
    process.stderr.write(`ops needs Node 20.17 or later; this is ${process.version}.\n`)
    process.exit(3)
  }
  if (isStale(root))
    step(
      root,
      'Installing the locked packages',
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
      noPackages,
    )
  step(root, 'Building', ['run', '--silent', 'build'])
  process.env[done] = root
}

function isStale(root) {
  const installed = join(root, 'node_modules/.package-lock.json')
  return (
    !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs
  )
}

const noPackages = `Nothing is installed, and nothing else was touched. What npm said is above; where it could not reach its registry,
\`npm config get registry\` tells which one it asks. Run the same command again when it can.`

function step(root, title, args, next) {
  process.stdout.write(`${title} ...\n`)
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' })
  if (status === 0) return
  process.stdout.write(
    `${stdout ?? ''}${stderr ?? ''}\n${title} failed.\n${next === undefined ? '' : `${next}\n`}`,
  )
  process.exit(1)
}
