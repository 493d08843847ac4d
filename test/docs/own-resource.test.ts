import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apart } from '../apart.mjs'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/own-resource.md', import.meta.url)), 'utf8')
const files = Object.fromEntries(
  [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => [name, text]),
)

describe('the resource of docs/own-resource.md', () => {
  let folder: Folder
  let app: string
  beforeAll(() => {
    folder = folderWith(files)
    // Not below /tmp: there others may put links in the way, and ops does not go through those.
    app = mkdtempSync(join(homedir(), '.ops-test-app-'))
    for (const version of ['4.1', '4.2']) {
      mkdirSync(join(app, 'releases', version), { recursive: true })
      writeFileSync(join(app, 'releases', version, 'VERSION'), `${version}\n`)
    }
  })
  afterAll(() => {
    folder?.remove()
    rmSync(app, { recursive: true, force: true })
  })

  const ops = (verb: string, version: string, ...more: string[]): Promise<Outcome> =>
    folder.ops([verb, 'deploy', 'local', '--no-become', '--app', app, '--release', version, ...more], {
      before: apart,
    })

  test('is planned with its parts, applied, awaited, and holds', async () => {
    const plan = await ops('plan', '4.2')
    expect(plan.stderr).toBe('')
    expect(plan.stdout).toContain(`release ${app}`)
    const applied = await ops('apply', '4.2', '--yes')
    expect(applied.stderr).toBe('')
    expect(applied.code).toBe(0)
    expect(readlinkSync(join(app, 'current'))).toBe('releases/4.2')
    expect(statSync(join(app, 'shared')).mode & 0o777).toBe(0o750)
    expect((await ops('check', '4.2')).code).toBe(0)
    expect((await ops('apply', '4.1', '--yes')).code).toBe(0)
    expect(readlinkSync(join(app, 'current'))).toBe('releases/4.1')
  })

  test('fails a step whose settling does not come about, and says so', async () => {
    writeFileSync(join(app, 'releases', '4.2', 'VERSION'), 'something else\n')
    const { code, stderr } = await ops('apply', '4.2', '--yes')
    expect(code).toBe(1)
    expect(stderr).toContain('did not settle')
  })

  test('refuses what is in its place, with its own words', async () => {
    rmSync(join(app, 'current'))
    writeFileSync(join(app, 'current'), 'theirs')
    const { code, stderr } = await ops('apply', '4.1', '--yes')
    expect(code).toBe(1)
    expect(stderr).toContain('is a file, not a link')
    rmSync(join(app, 'current'))
    symlinkSync('releases/4.1', join(app, 'current'))
  })
})
