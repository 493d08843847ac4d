import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from './run-ops.ts'

const greet = `import { recipe, z, command } from 'ops-recipes'
export default recipe({
  summary: 'Says hello.',
  params: {
    greeting: z.string().describe('What to say.'),
    maxCount: z.number().int().min(1).max(9).default(3).describe('How often.'),
    loud: z.boolean().default(false).describe('Say it loudly.'),
  },
  steps: ({ params }) => [command({ run: 'echo ' + params.greeting, creates: '/nonexistent' })],
})
`

let folder: Folder
beforeAll(() => {
  folder = folderWith({
    'recipes/greet.ts': greet,
    'recipes/syntax.ts': 'export default recipe({\n  summary: "x",,\n})\n',
    'recipes/types.ts': greet.replace('params.greeting', 'params.greting'),
    'recipes/throws.ts': greet.replace("'echo ' + params.greeting", "(() => { throw new Error('oh') })()"),
    'ops.ini':
      '[hosts]\nweb1 = 192.0.2.1\nweb2 = 192.0.2.2\n\n[groups]\nweb = web1, web2\n\n[db shop]\nhost = web1\n',
    'bad.ini': '[hosts]\nweb1 = -oProxyCommand=x\n__proto__ = a\n[grups]\na = b\n',
    'lost.ini': '[hosts]\nh1 = 192.0.2.1\n[groups]\nweb = h1, h7\nboth = web, *9\n',
    'near.ini': '# greet\n[params gret]\ngreeting = hi\n[hosts]\nweb1 = 192.0.2.1\n',
    proxied: 'ProxyCommand touch contacted\n',
    'broken.plan': '{"format": 99}\n',
  })
})
afterAll(() => folder.remove())

describe('bad input', () => {
  test.each<[string, string[], string[]]>([
    ['no verb', [], ['ops apply']],
    ['an unknown verb', ['aply', 'greet'], ['unknown verb aply', 'ops apply']],
    ['a verb of a verb', ['archive', 'shop'], ['unknown verb archive', 'Did you mean `ops db archive`?']],
    [
      'a database in the place of a recipe',
      ['check', 'shop', 'SELECT 1'],
      ['there is no recipe "shop"', 'a database of ops.ini', '`ops db check shop`'],
    ],
    [
      'a database in the place of a host',
      ['history', 'shop'],
      ['there is no host shop', '`ops job history`'],
    ],
    [
      'an unknown flag',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--lod'],
      ['unknown flag --lod', 'Did you mean --loud?'],
    ],
    ['a flag before the verb', ['--yes', 'plan'], ['unknown flag --yes']],
    ['no recipe', ['plan'], ['no recipe given']],
    ['no host', ['plan', 'greet', '--greeting', 'x'], ['no host given']],
    ['an unknown recipe', ['plan', 'gret', 'web1'], ['there is no recipe "gret"', 'Did you mean greet?']],
    ['a missing param', ['plan', 'greet', 'web1'], ['param greeting is missing', '--greeting <text>']],
    [
      'a param out of range',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--max-count', '10'],
      ['--max-count 10'],
    ],
    [
      'a param that is no number',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--max-count', 'many'],
      ['not a number'],
    ],
    [
      'a param given twice',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--greeting', 'y'],
      ['more than once'],
    ],
    ['a flag without its value', ['plan', 'greet', 'web1', '--greeting'], ['--greeting']],
    [
      'a value for a flag that has none',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--loud=1'],
      ['--loud takes no value'],
    ],
    ['a wrong limit', ['plan', 'greet', 'web1', '--greeting', 'x', '--limit', '0'], ['--limit 0']],
    [
      'a wrong timeout',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--timeout', 'soon'],
      ['--timeout soon'],
    ],
    [
      'an unknown transport',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--transport', 'telnet'],
      ['--transport telnet'],
    ],
    [
      'a key that is none',
      ['plan', 'greet', 'web', '--greeting', 'x', '--identity', 'ops.ini'],
      ['ops.ini cannot be used: it is not a private key'],
    ],
    [
      'a transport that would ignore the ssh config',
      ['plan', 'greet', 'web', '--greeting', 'x', '--transport', 'ssh2', '-F', 'proxied'],
      ['web1 asks for', 'web2 asks for', 'proxycommand is set'],
    ],
    [
      'a wrong user',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--become-user', '-x y'],
      ['not a user name'],
    ],
    [
      'become and not',
      ['plan', 'greet', 'web1', '--greeting', 'x', '--become-user', 'a', '--no-become'],
      ['contradict'],
    ],
    [
      'an apply that cannot ask',
      ['apply', 'greet', 'web1', '--greeting', 'x'],
      ['no terminal to ask on', '--yes'],
    ],
    ['a recipe with a syntax error', ['plan', 'syntax', 'web1'], ['recipes/syntax.ts:2:']],
    ['a recipe with a type error', ['plan', 'types', 'web1'], ['recipes/types.ts:9:', 'greting']],
    ['a recipe that throws', ['plan', 'throws', 'web1', '--greeting', 'x'], ['recipes/throws.ts:9:', 'oh']],
    ['an unknown host', ['plan', 'greet', 'wbe1', '--greeting', 'x'], ['wbe1', 'web1']],
    [
      'a host that is an option',
      ['plan', 'greet', '--greeting', 'x', '--', '-oProxyCommand=touch x'],
      ['-oProxyCommand'],
    ],
    [
      'a wrong inventory',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-i', 'bad.ini'],
      ['bad.ini:2', 'bad.ini:3', 'bad.ini:4'],
    ],
    [
      'params of a recipe whose name is misspelt',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-i', 'near.ini'],
      ['near.ini:2', '[params gret] is for no recipe', 'Did you mean [params greet]?'],
    ],
    [
      'an inventory that is not there',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-i', 'no.ini'],
      ['no.ini'],
    ],
    [
      'a plan saved as a folder',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-o', 'recipes'],
      ['-o recipes is a folder'],
    ],
    [
      'a plan saved where no folder is',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-o', 'ops.ini/x/web.plan'],
      ['-o ops.ini/x/web.plan: the folder for it is not there', 'Make it first, or name a file in a folder'],
    ],
    [
      'an ssh config that is not there',
      ['plan', 'greet', 'web1', '--greeting', 'x', '-F', '/nope'],
      ['--ssh-config /nope: there is no such file', 'Leave the flag out'],
    ],
    ['a page of a list', ['kept', 'web1', '--html', 'kept.html'], ['a list of copies has none']],
    ['no command to run', ['run', 'web1'], ['no command given']],
    [
      'an unknown flag of a recipe',
      ['plan', 'greet', 'web1', '--greting', 'x'],
      ['Did you mean --greeting?', '`ops plan greet --help` lists the flags'],
    ],
    ['a flag that a status has not', ['socks', '-F', 'proxied', 'status'], ['unknown flag -F']],
    ['a plan file that is none', ['apply', 'broken.plan', '--yes'], ['broken.plan']],
    ['a plan file that is not there', ['apply', 'none.plan', '--yes'], ['none.plan']],
    ['an unknown resource', ['resources', 'aptt'], ['aptt', 'apt']],
    ['a resource by its name elsewhere', ['resources', 'cron'], ['no resource cron', 'is timer']],
    ['an unknown recipe to describe', ['recipes', 'gret'], ['gret', 'greet']],
    ['an unknown shell', ['completion', 'csh'], ['bash, zsh or fish']],
  ])('%s is refused with exit code 3', async (_title, argv, expected) => {
    const { code, stdout, stderr } = await folder.answer(argv)
    expect(stderr).not.toContain('defect')
    for (const text of expected) expect(stderr).toContain(text)
    expect(stdout).toBe('')
    expect(code).toBe(3)
  })

  test.each(['-q', '--yess', '--accept-nw'])(
    '%s brings no hint that would confirm or open anything',
    async flag => {
      const { code, stderr } = await folder.ops(['apply', 'greet', 'web1', '--greeting', 'x', flag])
      expect(stderr).toContain(`unknown flag ${flag}`)
      expect(stderr).not.toContain('Did you mean')
      expect(code).toBe(3)
    },
  )

  test('all errors of a run are shown at once', async () => {
    const { code, stderr } = await folder.ops([
      'apply',
      'greet',
      'wbe1',
      '--max-count',
      '99',
      '--limit',
      '0',
      '--lod',
    ])
    for (const text of [
      'wbe1',
      '--max-count 99',
      '--limit 0',
      '--lod',
      'greeting is missing',
      'needs a yes',
    ]) {
      expect(stderr).toContain(text)
    }
    expect(code).toBe(3)
  })

  test.each([
    ['zzzz', 'is not the name of a run'],
    ['3f9a1c20', 'this machine has no record of a run 3f9a1c20'],
  ])('an undo of %s, which cannot be, asks for no yes', async (run, why) => {
    const { code, stderr } = await folder.ops(['undo', run])
    expect([code, stderr.match(/error\[/g)?.length]).toEqual([3, 1])
    expect(stderr).toContain(why)
  })

  test('members of groups that are no hosts are marked where hosts are listed', async () => {
    const { code, stdout, stderr } = await folder.ops(['hosts', '-i', 'lost.ini'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^web +h7 \(no such host\), h1 +lost\.ini:4$/m)
    expect(stdout).toMatch(/^both +\*9 \(no such host\), web +lost\.ini:5$/m)
    expect(stderr).toMatch(/group web: there is no host h7\n +at +lost\.ini:4\n +next +Did you mean h1\?/)
    expect(stderr).toContain('group both: no host matches *9')
    const { problems } = JSON.parse((await folder.ops(['hosts', '-i', 'lost.ini', '--json'])).stdout)
    expect(problems).toHaveLength(2)
  })

  test('what is wrong with the steps of a recipe is told together with wrong flags', async () => {
    const { code, stderr } = await folder.ops([
      'plan',
      'throws',
      'web1',
      '--greeting',
      'x',
      '--lod',
      '--limit',
      '0',
    ])
    for (const text of ['unknown flag --lod', '--limit 0', 'recipes/throws.ts:9:'])
      expect(stderr).toContain(text)
    expect(code).toBe(3)
  })

  test('with --json the errors are events and the last line is a summary', async () => {
    const { code, stdout, stderr } = await folder.ops(['plan', 'gret', 'web1', '--json'])
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events.map(event => event.event)).toEqual(['error', 'summary'])
    expect(events[0].error).toMatchObject({ code: 'input', changed: 'no' })
    expect(events[1]).toEqual({ event: 'summary', hosts: {}, trips: {} })
    expect(stderr).toBe('')
    expect(code).toBe(3)
  })
})

describe('help', () => {
  test.each<[string[], string[]]>([
    [['--help'], ['ops apply RECIPE HOST...', 'Exit codes']],
    [['help'], ['ops apply RECIPE HOST...']],
    [
      ['plan', '--help'],
      ['--ssh-config', '--output'],
    ],
    [
      ['help', 'apply'],
      ['--yes', '--wait'],
    ],
    [
      ['apply', 'greet', '--help'],
      ['--greeting <text>', 'whole number from 1 to 9; default: 3', '--no-loud', 'Says hello.'],
    ],
    [['run', '--help'], ['-- COMMAND']],
  ])('ops %s', async (argv, expected) => {
    const { code, stdout } = await folder.answer(argv)
    for (const text of expected) expect(stdout).toContain(text)
    expect(code).toBe(0)
  })

  test('the overview fits on one screen', async () => {
    const { stdout } = await folder.ops(['--help'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(105)
  })

  test.each(['--version', '-V'])('%s prints the version alone', async flag => {
    const { code, stdout } = await folder.ops([flag])
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
    expect(code).toBe(0)
  })
})
