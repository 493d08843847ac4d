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
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from './run-ops.ts'

/** Steps that touch nothing but the folder they are told of. */
const recipes = {
  'recipes/two.ts': `import { recipe, z, file, command } from 'ops-recipes'
export default recipe({
  summary: 'Writes two files.',
  params: { folder: z.string(), text: z.string().default('hello') },
  steps: ({ params }) => [
    file({ path: params.folder + '/one', content: params.text + '\\n', mode: '0644' }),
    command({ run: 'echo said; touch ' + params.folder + '/two', creates: params.folder + '/two' }),
  ],
})
`,
  'recipes/holds.ts': `import { recipe, z, assertion, file } from 'ops-recipes'
export default recipe({
  summary: 'Wants what ops cannot bring about.',
  params: { folder: z.string() },
  steps: ({ params }) => [
    assertion({ name: 'the disk', probe: 'echo gone', expect: 'there' }),
    file({ path: params.folder + '/one', content: 'one' }),
  ],
})
`,
  'recipes/taken.ts': `import { recipe, z, file } from 'ops-recipes'
export default recipe({
  summary: 'Wants a file where a directory is.',
  params: { folder: z.string() },
  steps: ({ params }) => ['taken', 'one'].map(name => file({ path: params.folder + '/' + name, content: name })),
})
`,
  'recipes/fails.ts': `import { recipe, z, command } from 'ops-recipes'
export default recipe({
  summary: 'Fails in the middle.',
  params: { folder: z.string() },
  steps: ({ params }) => [
    command({ run: 'touch ' + params.folder + '/first', creates: params.folder + '/first' }),
    command({ run: 'echo no such luck >&2; exit 9', creates: params.folder + '/never' }),
    command({ run: 'touch ' + params.folder + '/last', creates: params.folder + '/last' }),
  ],
})
`,
  'recipes/nothing.ts': `import { recipe, command } from 'ops-recipes'
export default recipe({
  summary: 'Finds nothing to do.',
  params: {},
  steps: () => [command({ run: 'exit 1', creates: '/' })],
})
`,
  'recipes/loops.ts': `import { recipe, z } from 'ops-recipes'
import { writeFileSync } from 'node:fs'
export default recipe({
  summary: 'Never ends.',
  params: { folder: z.string(), facts: z.boolean().default(false) },
  steps: ({ params, facts }) => {
    if (params.facts && facts.kernel === '') return []
    writeFileSync(params.folder + '/looping', '')
    for (;;) {}
  },
})
`,
  'recipes/facts.ts': `import { recipe, z, file } from 'ops-recipes'
export default recipe({
  summary: 'Needs facts.',
  params: { folder: z.string() },
  steps: ({ params, facts }) => [file({ path: params.folder + '/kernel', content: facts.kernel + '\\n' })],
})
`,
  'recipes/keeps.ts': `import { recipe, z, secret, file } from 'ops-recipes'
export default recipe({
  summary: 'Keeps a secret.',
  params: { folder: z.string(), password: secret() },
  steps: ({ params }) => [file({ path: params.folder + '/secret', content: params.password, mode: '0600' })],
})
`,
}

/** As root nothing is become; as anybody else, sudo must not be needed. */
const flags = process.getuid?.() === 0 ? [] : ['--no-become']

let folder: Folder
/** What the recipes of one test write into. */
let data: string
beforeAll(() => {
  folder = folderWith(recipes)
})
beforeEach(() => {
  data = mkdtempSync(join(folder.path, 'data-'))
})
afterAll(() => folder.remove())

/** Runs a verb on this machine, waiting for anybody else who does so at the same time. */
function on(verb: 'apply' | 'plan' | 'check', recipe: string, ...more: string[]) {
  const wait = verb === 'apply' ? ['--yes', '--wait'] : []
  return folder.ops([verb, recipe, 'local', ...flags, ...wait, ...more])
}

/** Sends a signal to the runs that were told of a folder; how many there were. */
function signal(name: NodeJS.Signals, folderOfRun: string): number {
  const runs = readdirSync('/proc').filter(entry => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return false
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').includes(folderOfRun)
    } catch {
      return false
    }
  })
  for (const pid of runs) process.kill(Number(pid), name)
  return runs.length
}

describe('a run on this machine', () => {
  test('plan shows the diff and touches nothing, apply does it, the next apply finds nothing to do', async () => {
    const plan = await on('plan', 'two', '--folder', data)
    expect(plan).toMatchObject({ code: 0, stderr: '' })
    expect(plan.stdout).toContain(`+ file ${data}/one`)
    expect(plan.stdout).toContain('+hello')
    expect(existsSync(join(data, 'one'))).toBe(false)

    const apply = await on('apply', 'two', '--folder', data)
    expect(apply).toMatchObject({ code: 0, stderr: '' })
    expect(apply.stdout).toContain(`changed file ${data}/one`)
    expect(readFileSync(join(data, 'one'), 'utf8')).toBe('hello\n')
    expect(statSync(join(data, 'one')).mode & 0o777).toBe(0o644)

    const again = await on('apply', 'two', '--folder', data)
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('nothing to do  local  2 ok')
  })

  test('check ends with 2 on drift and with 0 without', async () => {
    expect((await on('check', 'two', '--folder', data)).code).toBe(2)
    await on('apply', 'two', '--folder', data)
    const check = await on('check', 'two', '--folder', data)
    expect(check.code).toBe(0)
    expect(check.stdout).toContain('as wanted')
  })

  test('what ops only checks is a finding and no change, and holds an apply back', async () => {
    for (const [verb, code] of [
      ['check', 2],
      ['plan', 1],
      ['apply', 1],
    ] as const) {
      const run = await on(verb, 'holds', '--folder', data)
      expect(run.code).toBe(code)
      expect(run.stdout).toContain(`local: 1 finding, 1 to change
  ! assertion the disk
      output is gone, wanted there: fix it on the host
  + file ${data}/one`)
      expect(run.stdout).toContain(
        `  local  ${verb === 'apply' ? '1 failed, 1 not reached' : '1 to change, 1 failed'}`,
      )
    }
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test('a step that a look refuses is told as refused, and the others as they are', async () => {
    mkdirSync(join(data, 'taken'))
    for (const verb of ['check', 'plan', 'apply'] as const) {
      const { code, stdout, stderr } = await on(verb, 'taken', '--folder', data)
      expect(code).toBe(1)
      expect(stdout).toContain(`local: 1 to change, 1 failed
  ! file ${data}/taken
      refused: the error says why
  + file ${data}/one`)
      expect(stdout).toContain(
        `failed  local  ${verb === 'apply' ? '1 failed, 1 not reached' : '1 to change, 1 failed'}`,
      )
      expect(stderr).toContain('changed  no')
    }
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test('a failing step ends with 1, and says what it did, what it said and what was not reached', async () => {
    const page = join(data, 'run.html')
    const { code, stdout, stderr } = await on('apply', 'fails', '--folder', data, '--html', page)
    expect(code).toBe(1)
    expect(stderr).toContain('error[failed]')
    expect(stderr).toContain('recipes/fails.ts:7:')
    expect(stderr).toContain('no such luck')
    expect(stdout).toContain('1 changed, 1 failed, 1 not reached')
    expect(existsSync(join(data, 'last'))).toBe(false)
    const shown = readFileSync(page, 'utf8')
    expect(shown).toMatch(/<title>ops apply fails<[\s\S]*Where the time went[\s\S]*no such luck/)
    expect(statSync(page).mode & 0o777).toBe(0o600)
    const run = /run ([0-9a-f]{8})/.exec(shown)?.[1] ?? ''
    expect(await folder.ops(['show', run, '--html', page])).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(page, 'utf8')).toMatch(
      /<title>run [0-9a-f]{8}: apply fails<[\s\S]*exit code 9[\s\S]*class="failed">failed</,
    )
  })

  test('a page that cannot be written is refused beforehand, one that a refusal leaves tells of it', async () => {
    const nowhere = await on('plan', 'two', '--folder', data, '--html', join(data, 'no', 'run.html'))
    expect(nowhere).toMatchObject({ code: 3, stdout: '' })
    expect(nowhere.stderr).toContain('run.html: the folder for it is not there')
    const page = join(data, 'run.html')
    expect((await on('plan', 'two', '--folder', data, '--misspelt', '--html', page)).code).toBe(3)
    expect(readFileSync(page, 'utf8')).toContain('unknown flag --misspelt')
    // Nobody may make a file there, which only shows in the end: the run is as it is, its page is missed.
    const full = await on('apply', 'two', '--folder', data, '--html', '/proc/run.html')
    expect(full.code).toBe(1)
    expect(full.stderr).toMatch(/The page \/proc\/run\.html could not be written: E/)
    expect(readFileSync(join(data, 'one'), 'utf8')).toBe('hello\n')
  })

  test('--json writes one event a line and the documented summary last', async () => {
    const { code, stdout, stderr } = await on('apply', 'two', '--folder', data, '--json')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(events[0]).toMatchObject({ event: 'run', verb: 'apply', recipe: 'two', hosts: ['local'] })
    expect(events.at(-1)).toEqual({
      event: 'summary',
      hosts: { local: { ok: 0, changed: 2, failed: 0, skipped: 0, status: 'ok' } },
      // Another suite may hold the lock of this machine: to wait for it costs a trip.
      trips: { local: events.some(each => each.event === 'waiting') ? expect.any(Number) : 2 },
    })
  })

  test('a recipe may ask for facts', async () => {
    const { code } = await on('apply', 'facts', '--folder', data)
    expect(code).toBe(0)
    expect(readFileSync(join(data, 'kernel'), 'utf8')).toMatch(/^\d+\./)
  })

  test('a secret reaches the host and no output', async () => {
    writeFileSync(join(folder.path, 'password'), 'correct-horse-battery\n', { mode: 0o600 })
    const given = ['--folder', data, '--password', '@password', '-v']
    const runs = [
      await on('plan', 'keeps', ...given, '--html', join(data, 'run.html')),
      await on('plan', 'keeps', ...given, '--json'),
      await on('apply', 'keeps', ...given),
    ]
    for (const { code, stdout, stderr } of runs) {
      expect(code).toBe(0)
      expect(stdout + stderr).not.toContain('correct-horse')
    }
    const page = readFileSync(join(data, 'run.html'), 'utf8')
    expect(page).toContain('[secret]')
    expect(page).not.toContain('correct-horse')
    expect(readFileSync(join(data, 'secret'), 'utf8')).toBe('correct-horse-battery')
    const plain = await on('plan', 'keeps', '--folder', data, '--password', 'correct-horse-battery')
    expect(plain.code).toBe(3)
    expect(plain.stdout + plain.stderr).not.toContain('correct-horse')
  })
})

describe('a saved plan', () => {
  test('a plan that is saved says for which hosts it holds none', async () => {
    writeFileSync(join(folder.path, 'config'), 'Host gone\n  HostName 127.0.0.1\n  Port 1\n')
    const words = ['plan', 'two', 'gone', '--folder', data, ...flags, '-F', 'config', '-o', 'gone.plan']
    const none = await folder.ops(words)
    expect([none.code, none.stderr]).toEqual([
      4,
      expect.stringContaining('No plan was saved: gone could not be planned.'),
    ])
    expect(existsSync(join(folder.path, 'gone.plan'))).toBe(false)
    const some = await folder.ops([...words, 'local'])
    expect([some.code, some.stderr]).toEqual([4, expect.stringContaining('gone.plan holds no plan for gone')])
    expect(existsSync(join(folder.path, 'gone.plan'))).toBe(true)
  })

  test('is private, is applied once, and is refused when something has moved since', async () => {
    const saved = await on('plan', 'two', '--folder', data, '-o', 'my.plan')
    expect(saved.code).toBe(0)
    expect(statSync(join(folder.path, 'my.plan')).mode & 0o777).toBe(0o600)
    const apply = (): ReturnType<Folder['ops']> =>
      folder.ops(['apply', 'my.plan', '--yes', '--wait', ...flags])
    expect((await apply()).code).toBe(0)
    expect(existsSync(join(data, 'two'))).toBe(true)
    // Applied already: nothing is left to do.
    expect((await apply()).code).toBe(0)
    rmSync(join(data, 'two'), { recursive: true })
    const moved = await apply()
    expect(moved.code).toBe(8)
    expect(moved.stderr.match(/error\[moved\].*/g)).toEqual([
      expect.stringMatching(/this plan was applied at local already, at .* UTC as run [0-9a-f]{8}$/),
    ])
    expect(moved.stderr).toContain('1 step looked otherwise when it was made: file ')
  })

  test('holds no secret: it is asked for again', async () => {
    writeFileSync(join(folder.path, 'password'), 'correct-horse-battery', { mode: 0o600 })
    await on('plan', 'keeps', '--folder', data, '--password', '@password', '-o', 'my.plan')
    expect(readFileSync(join(folder.path, 'my.plan'), 'utf8')).not.toContain('correct-horse')
    const without = await folder.ops(['apply', 'my.plan', '--yes', '--wait', ...flags])
    expect(without.code).toBe(3)
    expect(without.stderr).toContain('--password @FILE')
    const given = ['apply', 'my.plan', '--yes', '--wait', ...flags]
    expect((await folder.ops(given, { env: { OPS_PARAM_PASSWORD: 'correct-horse-battery' } })).code).toBe(0)
    expect(readFileSync(join(data, 'secret'), 'utf8')).toBe('correct-horse-battery')
  })
})

describe('one command', () => {
  test('its output comes with the host in front, each stream on its own', async () => {
    const { code, stdout, stderr } = await folder.ops([
      'run',
      'local',
      ...flags,
      '--',
      'echo out; echo err >&2; printf tail',
    ])
    expect(stdout).toBe('local | out\nlocal | tail\n')
    expect(stderr).toBe('local | err\n')
    expect(code).toBe(0)
  })

  test('several words are one program with exactly these arguments', async () => {
    const { stdout } = await folder.ops([
      'run',
      'local',
      ...flags,
      '--',
      'printf',
      '<%s>\\n',
      'a b',
      '$HOME',
      "it's",
    ])
    expect(stdout).toBe("local | <a b>\nlocal | <$HOME>\nlocal | <it's>\n")
  })

  test('a failing command ends with 1', async () => {
    const { code, stderr } = await folder.ops(['run', 'local', ...flags, '--', 'exit 7'])
    expect(code).toBe(1)
    expect(stderr).toContain('exit code 7')
  })
})

describe('a recipe that loops for ever', () => {
  test.each([
    ['before anything is known of the host', []],
    ['with its facts', ['--facts']],
  ])('%s is ended by Ctrl-C, and says so', async (_when, more) => {
    const ended = on('plan', 'loops', '--folder', data, ...more)
    await expect.poll(() => existsSync(join(data, 'looping'))).toBe(true)
    expect(signal('SIGINT', data)).toBe(1)
    const { code, stderr } = await ended
    expect(stderr).toMatch(
      /error\[interrupted\] (local: )?stopped, as asked, while a recipe ran on this machine/,
    )
    expect(code).toBe(130)
  })
})

test('facts are shown, and are data with --json', async () => {
  const text = await folder.ops(['facts', 'local', ...flags])
  expect(text.code).toBe(0)
  expect(text.stdout).toMatch(/os\.id +\w+/)
  const json = await folder.ops(['facts', 'local', '--json', ...flags])
  const events = json.stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(events.find(event => event.event === 'facts').facts.os.id).toMatch(/\w+/)
})

test('init writes a recipe that plans', async () => {
  expect((await folder.ops(['init', 'new'])).code).toBe(0)
  const plan = await folder.ops(['plan', 'new/recipes/hello.ts', 'local', ...flags])
  expect(plan.stdout).toContain('file /etc/hello')
  const again = await folder.ops(['init', 'new'])
  expect(again.stdout).not.toContain('written')
})

test('completion offers verbs, recipes and hosts', async () => {
  const words = async (...line: string[]): Promise<string[]> =>
    (await folder.ops(['completion', 'words', '--', ...line])).stdout.split('\n')
  expect(await words('')).toContain('apply')
  expect(await words('plan', '')).toContain('two')
  expect(await words('plan', 'two', '')).toContain('local')
  expect(await words('resources', '')).toContain('file')
})
