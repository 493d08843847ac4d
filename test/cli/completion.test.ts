import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeFiles } from '../temporary-folder.ts'
import { type Folder, folderWith, program } from './run-ops.ts'

const recipe = `import { recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'S',
  params: {
    size: z.enum(['small', 'middling', 'very-large-indeed', 'larger-than-anything-else']).default('small'),
    mode: z.enum(['fast', 'slow']).default('fast'),
    install: z.boolean().default(false),
    tags: z.array(z.enum(['red', 'green'])).default([]),
  },
  steps: () => [],
})
`

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'recipes/two.ts': recipe,
    'ops.ini': '[hosts]\nweb1 = 192.0.2.1\nweb2 = 192.0.2.2\n[groups]\nweb = web1, web2\n',
    'other-config': 'Host only-here\n  HostName 192.0.2.7\n',
    'third-config': 'Host by-variable\n  HostName 192.0.2.8\n',
  })
  writeFiles(folder.path, { 'bin/ops': `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n` })
  chmodSync(join(folder.path, 'bin/ops'), 0o755)
})
afterAll(() => folder.remove())

const words = async (...line: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await folder.answer(['completion', 'words', '--', ...line])
  return stdout.split('\n').filter(each => each !== '')
}

describe('completion', () => {
  test.each<[line: string[], has: string[], hasNot: string[]]>([
    [
      ['plan', 'two', '-'],
      ['--size', '--install', '--no-install', '--transport', '-F', '--full-diff'],
      ['web1'],
    ],
    [['socks', '-'], ['--port', '--compress', '-C'], ['--size']],
    [['socks', 'exec', '-'], ['--proxychains'], ['--port']],
    [['kept', '-'], ['--from'], ['--size']],
    [['plan', 'two', '--size', ''], ['small', 'very-large-indeed'], ['web1']],
    [['plan', 'two', '--mode', ''], ['fast', 'slow'], ['web1']],
    [['plan', 'two', '--tags', ''], ['red', 'green'], ['web1']],
    [['plan', 'two', '--transport', ''], ['ssh2', 'openssh'], ['web1']],
    [['plan', 'two', '--install', ''], ['web1', 'web'], ['true']],
    [['plan', 'two', 'web1', ''], ['web2'], ['web1', 'two']],
    [['plan', '--limit', '3', ''], ['two'], ['web1']],
    [['run', '-F', 'other-config', ''], ['only-here', 'web1'], []],
    [['kept', 'web1', ''], ['restore'], []],
    [['resources', ''], ['file', 'drain', 'output'], ['elsewhere']],
  ])('ops %j', async (line, has, hasNot) => {
    const found = await words(...line)
    expect(found).toEqual(expect.arrayContaining(has))
    for (const word of hasNot) expect(found).not.toContain(word)
  })

  test.each([['--identity'], ['--timeout']])(
    'leaves the value of %s to the shell, which knows files',
    async flag => {
      expect(await words('plan', 'two', flag, '')).toEqual([])
    },
  )

  test('leaves what stands behind -- alone', async () => {
    expect(await words('run', 'web1', '--', '')).toEqual([])
  })

  test('works in bash', () => {
    const script = `eval "$(ops completion bash)"; COMP_WORDS=(ops plan two --mode f); COMP_CWORD=4; _ops; echo "\${COMPREPLY[@]}"`
    const env = { PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`, HOME: folder.path }
    expect(execFileSync('bash', ['-c', script], { cwd: folder.path, env, encoding: 'utf8' })).toBe('fast\n')
  })

  test.skipIf(spawnSync('fish', ['--version']).status !== 0)('works in fish', () => {
    const env = { PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`, HOME: folder.path }
    const script = "ops completion fish | source; complete -C 'ops plan two --mode f'"
    expect(execFileSync('fish', ['-c', script], { cwd: folder.path, env, encoding: 'utf8' })).toBe('fast\n')
  })
})

describe('the ssh config is named once', () => {
  const known = async (argv: readonly string[], env: Record<string, string> = {}) => {
    const { stdout, stderr } = await folder.ops(['hosts', ...argv], { env })
    return ['only-here', 'by-variable'].filter(name => `${stdout}${stderr}`.includes(name))
  }

  test('by OPS_SSH_CONFIG, by ops.ini, and -F wins over both', async () => {
    expect(await known([], { OPS_SSH_CONFIG: 'third-config' })).toEqual(['by-variable'])
    writeFiles(folder.path, { 'sub/ops.ini': '[ssh]\nconfig = ../other-config\n' })
    expect(await known(['-i', 'sub/ops.ini'])).toEqual(['only-here'])
    expect(await known(['-i', 'sub/ops.ini'], { OPS_SSH_CONFIG: 'third-config' })).toEqual(['by-variable'])
    expect(
      await known(['-i', 'sub/ops.ini', '-F', 'other-config'], { OPS_SSH_CONFIG: 'third-config' }),
    ).toEqual(['only-here'])
    const planned = await folder.ops(['run', 'by-variable', '--timeout', '1', '--', 'true'], {
      env: { OPS_SSH_CONFIG: 'third-config' },
    })
    expect(planned.stderr).toContain('192.0.2.8')
  })

  test('is refused where there is none, with its place', async () => {
    writeFiles(folder.path, { 'bad/ops.ini': '[ssh]\nconfig = nowhere\nother = 1\n' })
    const inIni = await folder.ops(['run', 'web1', '-i', 'bad/ops.ini', '--', 'true'])
    expect([inIni.code, inIni.stderr]).toEqual([3, expect.stringContaining('bad/ops.ini:2')])
    expect(inIni.stderr).toContain('[ssh] has no setting other')
    const inVariable = await folder.ops(['hosts'], { env: { OPS_SSH_CONFIG: 'nowhere' } })
    expect([inVariable.code, inVariable.stderr]).toEqual([
      3,
      expect.stringContaining('OPS_SSH_CONFIG=nowhere'),
    ])
  })
})
