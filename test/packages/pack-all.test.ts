import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../cli/run-ops.ts'
import { skippedFor } from '../needs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** It compresses 40 MB, writes 110, and installs from the registry: a minute and more, for what changes seldom. */
const wanted = process.env.OPS_TEST_PACK === '1'
if (!wanted) skippedFor('tests of the packages need OPS_TEST_PACK=1: they take a minute, and the registry')

const recipe = (name: string) => `import { recipe, z, file } from 'ops-recipes'
import { readFileSync } from 'node:fs'
export default recipe({
  summary: 'One file.',
  params: { path: z.string() },
  steps: ({ params }) => [file({ path: params.${name}, content: readFileSync('/etc/hostname', 'utf8') })],
})
`

/** A folder with recipes and nothing else, a home without anything, and what the programs are called. */
let place: string
let said: string
let built: readonly string[]

describe.skipIf(!wanted)('npm run pack:all', () => {
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'ops-packages-'))
    for (const name of ['home', 'bin', 'project/recipes']) mkdirSync(join(place, name), { recursive: true })
    writeFileSync(join(place, 'project/recipes/right.ts'), recipe('path'))
    writeFileSync(join(place, 'project/recipes/wrong.ts'), recipe('bath'))
    writeFileSync(join(place, 'project/hosts.yml'), 'all: { hosts: { h1: { ansible_host: 192.0.2.1 } } }\n')
    // A machine without Node: whoever asks for it all the same is found out.
    writeFileSync(join(place, 'bin/node'), '#!/bin/sh\necho node was asked for >&2\nexit 99\n', {
      mode: 0o755,
    })
    const { code, stdout, stderr } = await run(process.execPath, [
      join(root, 'pack/all.mjs'),
      join(place, 'out'),
    ])
    expect(code, stderr).toBe(0)
    said = stdout
    built = readdirSync(join(place, 'out')).sort()
  }, 600_000)
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

  function run(
    program: string,
    argv: readonly string[],
    first = '',
    more: NodeJS.ProcessEnv = {},
  ): Promise<Outcome> {
    const path = first === '' ? (process.env.PATH ?? '') : `${first}:${process.env.PATH ?? ''}`
    return new Promise(resolve => {
      const options = { cwd: join(place, 'project'), env: { ...more, PATH: path, HOME: join(place, 'home') } }
      execFile(program, argv, options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      ).stdin?.end()
    })
  }

  /** What holds of ops wherever it was installed: a recipe in a folder of its own is typed, and runs. */
  async function works(program: string, first = ''): Promise<void> {
    const ops = (...argv: readonly string[]) => run(program, argv, first)
    expect(await ops('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect((await ops('recipes')).stdout).toMatch(
      /^right +recipes\/right.ts +One file\.[\s\S]*^guarded-backup +shipped/m,
    )
    expect((await ops('recipes', 'guarded-backup')).code).toBe(0)
    expect((await ops('hosts', '-i', 'hosts.yml')).stdout).toContain('192.0.2.1')
    const flags = [
      'local',
      '--path',
      join(place, 'made'),
      ...(process.getuid?.() === 0 ? [] : ['--no-become']),
    ]
    const right = await ops('plan', 'right', ...flags)
    expect(right).toMatchObject({ code: 0, stderr: '' })
    expect(right.stdout).toContain(`+ file ${place}/made`)
    const wrong = await ops('plan', 'wrong', ...flags)
    expect(wrong).toMatchObject({ code: 3, stdout: '' })
    expect(wrong.stderr).toContain("Property 'bath' does not exist")
  }

  test('writes both and says how large they are and how fast they start', () => {
    expect(built).toEqual([
      `ops-${version}-${process.platform}-${process.arch}`,
      `ops-recipes-${version}.tgz`,
    ])
    for (const name of built)
      expect(said).toMatch(new RegExp(`${name.replaceAll('.', '\\.')}  \\d+\\.\\d MB`))
    expect(said).toContain(`for ${process.platform} on ${process.arch} alone`)
    expect(said.match(/ops --version {2}\d\.\d\d s/g)).toHaveLength(2)
  })

  test('the package installs into an empty prefix, without compiling anything, and works', async () => {
    const [, archive = ''] = built
    const prefix = join(place, 'prefix')
    const install = [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      join(place, 'out', archive),
    ]
    // How this machine reaches a registry is its own affair; all else of the home is empty.
    const settings = { npm_config_userconfig: join(homedir(), '.npmrc'), ...process.env }
    const { code, stderr } = await run('npm', install, '', settings)
    expect(code, stderr).toBe(0)
    const beside = readdirSync(join(prefix, 'lib/node_modules/ops-recipes/node_modules'))
    expect(beside).not.toContain('ssh2')
    await works(join(prefix, 'bin/ops'))
  }, 600_000)

  test('the single file works on a machine without Node, and unpacks itself once', async () => {
    const [single = ''] = built
    await works(join(place, 'out', single), join(place, 'bin'))
    const unpacked = join(place, 'home/.cache/ops/unpacked')
    expect(readdirSync(unpacked)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+-[0-9a-f]{16}$/)])
    expect(statSync(unpacked).mode & 0o777).toBe(0o700)
    // Somebody's broom took the program, and left the rest.
    const program = join(unpacked, readdirSync(unpacked)[0] ?? '', 'dist/cli.js')
    rmSync(program)
    expect((await run(join(place, 'out', single), ['recipes'], join(place, 'bin'))).code).toBe(0)
    expect(existsSync(program)).toBe(true)
  }, 600_000)

  test('the single file says where it cannot unpack itself', async () => {
    const [single = ''] = built
    writeFileSync(join(place, 'home/no-folder'), '')
    const argv = [`XDG_CACHE_HOME=${join(place, 'home/no-folder')}`, join(place, 'out', single), 'recipes']
    const { code, stderr } = await run('env', argv)
    expect(code).toBe(3)
    expect(stderr).toContain('ops cannot unpack itself in')
    expect(stderr).toContain('Set XDG_CACHE_HOME')
  })
})
