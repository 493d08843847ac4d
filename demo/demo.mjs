/**
 * `npm run demo`: a newcomer's first look at ops, on a throw-away copy of this machine; `npm run demo -- data`: on a database.
 * Needs a fresh clone only.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { prepare } from '../test/prepare.mjs'
import { textLoaders } from '../text-files.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const here = join(root, 'demo')
const startedAt = Date.now()

/** What the recipe manages: looked at on the real machine before and after, without ops. */
const managed = `
for path in /srv/ops-demo /srv/ops-demo/index.html /srv/ops-demo.git /etc/ops-demo.ini /etc/ops-demo.hosts \
  /etc/nginx/sites-available/ops-demo /etc/nginx/sites-enabled/ops-demo; do
  if [ -f "$path" ]; then cksum "$path"; elif [ -e "$path" ] || [ -L "$path" ]; then ls -ld "$path"; else echo "no $path"; fi
done
getent passwd ops-demo || echo "no user ops-demo"
getent group ops-demo || echo "no group ops-demo"
dpkg-query -W -f '\${Package} \${Version} \${Status}\n' nginx-light 2>/dev/null || echo "no nginx-light"
`

const [story = 'host'] = process.argv.slice(2)
if (story === 'data') await dataStory()
else if (story === 'host') await hostStory()
else {
  say(`There is no demo ${story}. Write \`npm run demo\` or \`npm run demo -- data\`.`)
  process.exitCode = 3
}

async function dataStory() {
  prepare(root)
  const { dataDemo } = await import('./data.mjs')
  const failure = await dataDemo()
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  say(
    failure === undefined
      ? `\nThe database is gone: checked, ${seconds} s in all. Next: \`node dist/cli.js db --help\`.`
      : `\nThe demo failed: ${failure}`,
  )
  process.exitCode = failure === undefined ? 0 : 1
}

async function hostStory() {
  prepare(root)
  const { openSandbox, keptOpenVariable } = await loadSandbox()
  const before = realMachine()

  say('1. A sandbox: a copy-on-write view of this machine, behind a real SSH server on loopback.')
  say('   Nothing that happens in it reaches this machine, and all of it is thrown away at the end.')
  const sandbox = await openSandbox(note => say(`   ${note}`)).catch(error => {
    say(`\n${error.message}${error.data?.said ? `\n  it said: ${error.data.said}` : ''}`)
    say(error.data?.next ?? '')
    process.exit(error.data ? 3 : 1)
  })
  process.env[keptOpenVariable] = sandbox.sshConfigFile
  let failure
  try {
    failure = await onSandbox(sandbox)
  } finally {
    await sandbox.close()
  }
  if (failure === undefined && realMachine() !== before) failure = 'The real machine is not as it was before.'
  if (failure !== undefined) {
    say(`\nThe demo failed: ${failure}`)
    process.exit(1)
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  say(`\nThe sandbox is gone and this machine is as it was before: checked. ${seconds} s in all.`)
  say(
    'Next: `node dist/cli.js --help`, or put the same recipe on a server of yours, as it says in README.md.',
  )
}

/** Runs the commands of the demo; answers with what was wrong, if anything. */
async function onSandbox(sandbox) {
  const packages = await mirrorAnswers()
  const params = packages ? [] : ['--no-packages']
  if (!packages) say('   apt has no mirror that answers here, so the demo leaves packages out.')

  say('\n2. What would be done? `plan` looks at the host in one round trip and touches nothing.')
  if ((await ops(['plan', 'web', 'sandbox', ...params])) !== 0) return '`ops plan` did not end well.'
  if ((await inside(sandbox, 'test ! -e /srv/ops-demo')) !== 0) return '`ops plan` touched the host.'

  say('\n3. Do it. Every step is proved on the host after it was applied.')
  if ((await ops(['apply', 'web', 'sandbox', '--yes', ...params])) !== 0)
    return '`ops apply` did not end well.'
  if ((await inside(sandbox, 'grep -q "Put here by ops" /srv/ops-demo/index.html')) !== 0) {
    return 'ssh does not find in the sandbox what `ops apply` reported as done.'
  }

  say('\n4. Do it again: there is nothing left to do.')
  if ((await ops(['apply', 'web', 'sandbox', '--yes', ...params])) !== 0)
    return 'the second `ops apply` failed.'
  const summary = await checkSummary(params)
  if (summary?.status !== 'ok' || summary.changed !== 0 || !(summary.ok > 0)) {
    return `a second run should change nothing, but reports ${JSON.stringify(summary)}`
  }
  say(`   Checked: ${summary.ok} steps as wanted, 0 changed.`)
  return undefined
}

/** The second apply once more as data, as a script would read it. */
async function checkSummary(params) {
  let lines = ''
  const code = await ops(['apply', 'web', 'sandbox', '--yes', '--json', ...params], text => {
    lines += text
  })
  const last = lines.trimEnd().split('\n').at(-1) ?? ''
  return code === 0 ? JSON.parse(last).hosts?.sandbox : undefined
}

async function mirrorAnswers() {
  if (!existsSync('/usr/bin/apt-get')) return false
  say('   Fetching package lists into it ...')
  const update = 'timeout 60 apt-get update -q -o Acquire::Retries=0 -o APT::Update::Error-Mode=any'
  return (await ops(['run', 'sandbox', '--', update], () => undefined)) === 0
}

/** A command in the sandbox by the system's own ssh: eyes that share no code with ops. */
function inside({ sshConfigFile }, command) {
  return ended(spawn('ssh', ['-F', sshConfigFile, 'sandbox', command], { stdio: 'ignore' }))
}

/** Runs the built program as a person would; shows its output unless `read` takes it. Resolves to the exit code. */
function ops(args, read) {
  if (read === undefined) say(`\n$ ops ${args.join(' ')}`)
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), ...args], {
    cwd: here,
    stdio: ['ignore', read === undefined ? 'inherit' : 'pipe', read === undefined ? 'inherit' : 'ignore'],
  })
  child.stdout?.setEncoding('utf8').on('data', read)
  return ended(child)
}

/** Never `spawnSync` while the sandbox is open: this process accepts its connections. */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? 1))
  })
}

function realMachine() {
  return spawnSync('/bin/sh', ['-c', managed], { encoding: 'utf8' }).stdout
}

async function loadSandbox() {
  const { build } = await import('esbuild')
  const folder = join(root, 'node_modules/.cache/ops')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'sandbox.mjs')
  await build({
    entryPoints: [join(root, 'src/sandbox/open.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    loader: textLoaders,
  })
  return import(pathToFileURL(outfile).href)
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
