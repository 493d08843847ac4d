import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ErrorData, InputErrors, inputError } from '../../src/base/errors.ts'
import { Secret } from '../../src/base/secret.ts'
import { evaluations } from '../../src/cli/recipe-hosts.ts'
import type { Claim } from '../../src/engine/claims.ts'
import { resource, type Step } from '../../src/engine/step.ts'
import { sh, z } from '../../src/index.ts'
import type { SelectedHost } from '../../src/inventory/select.ts'
import { evaluate } from '../../src/recipe/evaluate.ts'
import type { LoadedRecipe } from '../../src/recipe/load.ts'
import type { RecipeContext } from '../../src/recipe/recipe.ts'
import {
  apt,
  authorizedKey,
  directory,
  file,
  group,
  line,
  link,
  mysqlSettings,
  option,
  user,
} from '../../src/resources/index.ts'
import type { Facts } from '../../src/run/facts.ts'

const host = { name: 'web1', address: '192.0.2.1', groups: ['web'] }
const facts = { os: { id: 'debian' }, cpus: 4 } as Facts

/** A resource whose steps write the claims they are given. */
const thing = resource({
  type: 'thing',
  doc: 'For tests.',
  params: z.strictObject({
    name: z.string().min(1),
    owns: z.array(z.string()).default([]),
    fails: z.boolean().optional(),
  }),
  examples: [
    { title: 'one', params: { name: 'a' } },
    { title: 'two', params: { name: 'b' } },
  ],
  identity: ({ name }) => name,
  probe: () => sh`echo x`,
  parse: () => ({}),
  desired: () => ({}),
  owns: ({ owns }) => owns as Claim[],
  prepare: (params, { folder }) => {
    if (params.fails) throw inputError(`cannot read ${join(folder, params.name)}`)
    return { ...params, name: params.name.toUpperCase() }
  },
})

type Steps = (context: RecipeContext<Record<never, never>>) => unknown

function loaded(steps: Steps): LoadedRecipe {
  const recipe = { summary: 's', params: {}, steps: steps as LoadedRecipe['recipe']['steps'] }
  return { name: 'app', file: '/recipes/app.ts', folder: '/recipes', origin: 'folder', recipe }
}

function namesOf(steps: Steps, known?: Facts): readonly string[] | 'needs facts' {
  const evaluation = evaluate(loaded(steps), {}, host, known)
  return 'steps' in evaluation ? evaluation.steps.map(step => step.name) : 'needs facts'
}

function errorsOf(steps: Steps): readonly ErrorData[] {
  try {
    evaluate(loaded(steps), {}, host)
    return []
  } catch (thrown) {
    if (thrown instanceof InputErrors) return thrown.errors
    throw thrown
  }
}

const titlesOf = (steps: Steps): readonly string[] => errorsOf(steps).map(each => each.title)

describe('evaluating a recipe', () => {
  test('flattens lists and drops what was left out', () => {
    const steps: Steps = () => [thing({ name: 'a' }), false, [null, [thing({ name: 'b' })], undefined], []]
    expect(namesOf(steps)).toEqual(['thing a', 'thing b'])
  })

  test('prepares params with the folder of the recipe', () => {
    const evaluation = evaluate(
      loaded(() => [thing({ name: 'a' })]),
      {},
      host,
    )
    expect('steps' in evaluation && evaluation.steps[0]?.params).toMatchObject({ name: 'A' })
  })

  test('asks for facts only when they are touched', () => {
    expect(namesOf(({ host: { name } }) => [thing({ name })])).toEqual(['thing web1'])
    expect(namesOf(({ facts: { os } }) => [thing({ name: os.id })])).toBe('needs facts')
    expect(namesOf(({ facts: known }) => [thing({ name: 'cpus' in known ? 'a' : 'b' })])).toBe('needs facts')
    expect(namesOf(({ facts: known }) => [thing({ name: JSON.stringify(known) })])).toBe('needs facts')
    expect(namesOf(({ facts: { os } }) => [thing({ name: os.id })], facts)).toEqual(['thing debian'])
  })

  test('asks for facts even when the recipe swallows the signal', () => {
    const steps: Steps = context => {
      try {
        return [thing({ name: context.facts.os.id })]
      } catch {
        throw new Error('my own')
      }
    }
    expect(namesOf(steps)).toBe('needs facts')
    const quiet: Steps = context => {
      try {
        return [thing({ name: context.facts.os.id })]
      } catch {
        return []
      }
    }
    expect(namesOf(quiet)).toBe('needs facts')
  })
})

describe('what is wrong with a recipe is told before anything is contacted', () => {
  test('an error that it throws has its line', () => {
    const [error] = errorsOf(() => {
      throw new TypeError('oh')
    })
    expect(error).toMatchObject({
      code: 'input',
      changed: 'no',
      title: 'recipe app: steps() throws TypeError: oh',
    })
    expect(error?.where?.file).toMatch(/evaluate\.test\.ts$/)
  })

  test.each<[string, Steps, string]>([
    [
      'a promise',
      async () => [],
      'recipe app: `steps` is async, but the list of steps must not depend on anything that is waited for',
    ],
    ['no list', () => thing({ name: 'a' }), 'recipe app: steps() returned an object, not a list of steps'],
    ['nothing', () => undefined, 'recipe app: steps() returned undefined, not a list of steps'],
    ['a resource that was not called', () => [[thing]], 'recipe app: steps[0][0] is a function, not a step'],
    ['a promised step', () => [Promise.resolve(1)], 'recipe app: steps[0] is a promise, not a step'],
    ['text', () => [false, 'apt'], 'recipe app: steps[1] is the string "apt", not a step'],
    ['true', () => [true], 'recipe app: steps[0] is the boolean true, not a step'],
  ])('%s', (_case, steps, title) => {
    expect(titlesOf(steps)).toEqual([title])
  })

  test('bad params of all steps, equal names and missing files come together', () => {
    const steps: Steps = () => [
      thing({ name: '' }),
      thing({ name: 'a' }),
      thing({ name: 'a' }),
      thing({ name: 'b', fails: true }),
    ]
    const errors = errorsOf(steps)
    expect(errors.map(each => each.title)).toEqual([
      expect.stringMatching(/^thing: name: /),
      'two steps are named `thing a`',
      'cannot read /recipes/b',
    ])
    expect(errors.every(each => each.where !== undefined)).toBe(true)
  })
})

describe('a secret inside other text', () => {
  const withSecret = (
    steps: Steps,
    params: Record<string, unknown> = { token: new Secret('hunter2-hunter2') },
  ) => {
    try {
      evaluate(loaded(steps), params, host)
      return []
    } catch (thrown) {
      return (thrown as InputErrors).errors
    }
  }
  const token = (params: Readonly<Record<string, unknown>>) => params.token as Secret

  test('would be written as its mask, so it is refused, with its line and what to write instead', () => {
    const [error, ...others] = withSecret(({ params }) => [
      file({ path: '/etc/a', content: `url=//u:${token(params)}@db\n` }),
      file({ path: '/etc/b', content: token(params) }),
    ])
    expect(others).toEqual([])
    expect(error).toMatchObject({
      code: 'input',
      title: 'file /etc/a: a secret inside other text would be written as [secret]',
      next: expect.stringContaining('template'),
    })
    expect(error?.where?.file).toMatch(/evaluate\.test\.ts$/)
  })

  test('is found at any depth', () => {
    expect(withSecret(({ params }) => [thing({ name: 'a', owns: [`path:/${token(params)}`] })])).toHaveLength(
      1,
    )
    expect(
      withSecret(({ params }) => [
        file({ path: '/etc/a', template: 'a', vars: { db: { url: `x${token(params)}` } } }),
      ])[0]?.title,
    ).toMatch(/^file \/etc\/a: a secret inside/)
  })

  test('is not suspected where the recipe has no secret', () => {
    const steps: Steps = () => [file({ path: '/etc/a', content: 'shown as [secret]' })]
    expect(withSecret(steps, { name: 'x' })).toEqual([])
  })
})

describe('two steps that write the same thing', () => {
  test.each<[string, string[], string[], boolean]>([
    ['the same file', ['path:/etc/a'], ['path:/etc/a'], true],
    ['a file and a key in it', ['path:/etc/a'], ['path:/etc/a#s/k'], true],
    ['two keys of one file', ['path:/etc/a#s/k'], ['path:/etc/a#s/l'], false],
    ['the same key', ['path:/etc/a#s/k'], ['path:/etc/a#s/k'], true],
    ['a tree and a file in it', ['path:/etc/x/'], ['path:/etc/x/y'], true],
    ['a file and a tree around it', ['path:/etc/x/y'], ['path:/etc/x/'], true],
    ['different files', ['path:/etc/a'], ['path:/etc/b'], false],
    ['all packages and one', ['pkg:*'], ['pkg:nginx'], true],
    ['a path and a unit', ['path:/a'], ['unit:/a'], false],
  ])('%s', (_case, one, other, conflict) => {
    const steps: Steps = () => [thing({ name: 'a', owns: one }), thing({ name: 'b', owns: other })]
    expect(titlesOf(steps)).toHaveLength(conflict ? 1 : 0)
    const built: Steps = () => [
      thing({ name: 'a', owns: one }),
      thing({ name: 'b', owns: other }, { buildsOn: 'thing a' }),
    ]
    expect(titlesOf(built)).toEqual([])
  })

  test('are both named, with what they write and where', () => {
    const [error] = errorsOf(() => [
      thing({ name: 'a', owns: ['path:/etc/a'] }),
      thing({ name: 'b', owns: ['path:/etc/a#s/k'] }),
    ])
    expect(error?.title).toBe('`thing b` and `thing a` both write /etc/a#s/k')
    expect(error?.detail).toMatch(/^The other one is at .*evaluate\.test\.ts:\d+\.$/)
    expect(error?.next).toContain('{ buildsOn: "thing a" }')
  })

  test('buildsOn must name an earlier step', () => {
    expect(titlesOf(() => [thing({ name: 'a' }, { buildsOn: 'thing b' }), thing({ name: 'b' })])).toEqual([
      'buildsOn names `thing b`, which does not come before it',
    ])
    const [error] = errorsOf(() => [
      thing({ name: 'alpha' }),
      thing({ name: 'b' }, { buildsOn: ['thing alhpa'] }),
    ])
    expect(error?.title).toBe('buildsOn names `thing alhpa`, but no step has that name')
    expect(error?.next).toContain('Did you mean thing alpha?')
  })

  test('a thousand steps are compared in an instant of their own names', () => {
    const many: Steps = () =>
      Array.from({ length: 1000 }, (_, index) => thing({ name: `n${index}`, owns: [`path:/etc/${index}`] }))
    expect(titlesOf(many)).toEqual([])
  })
})

describe('two steps that contradict each other', () => {
  const at = '/etc/app.conf'
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX'
  const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFq5sjjClTUx5qeHpeFdqQXDededgiEYhY2c9UPkAGnI'
  const on = (name: string) => ({ buildsOn: name })
  const port = (text: string, match?: string) => line({ path: at, line: text, ...(match && { match }) })

  test.each<[string, () => Step[]]>([
    ['a line that another one takes for its own', () => [port('port 1'), port('port 2', '^port ')]],
    ['the same, the other way round', () => [port('port 2', '^port '), port('port 1')]],
    ['two lines by two expressions', () => [port('port 1', '^port'), port('port 2', '^[a-z]+ [0-9]$')]],
    [
      'a line and its removal',
      () => [port('port 1'), line({ path: at, line: 'port 9', match: '^port', state: 'absent' })],
    ],
    ['a line and an option', () => [port('a = 1', '^a'), option({ path: at, key: 'a', value: '2' })]],
    [
      'an option and a line below it',
      () => [
        option({ path: '/etc/sysctl.d/a.conf', key: 'vm.swappiness', value: 1 }),
        line({ path: '/etc/sysctl.d/a.conf', line: 'vm.swappiness=60' }),
      ],
    ],
    [
      'one option in two spellings',
      () => [
        option({ path: '/etc/mysql/my.cnf', section: 'mysqld', key: 'max_connections', value: 1 }),
        option(
          { path: '/etc/mysql/my.cnf', section: 'mysqld', key: 'max-connections', value: 2 },
          on('option /etc/mysql/my.cnf [mysqld] max_connections'),
        ),
      ],
    ],
    [
      'a file and a directory',
      () => [file({ path: at, content: '' }), directory({ path: at }, on(`file ${at}`))],
    ],
    [
      'a directory that is to go and a file in it',
      () => [
        directory({ path: '/srv/a', state: 'absent', recursive: true }),
        file({ path: '/srv/a/b/c', content: '' }),
      ],
    ],
    [
      'a file and a directory below it',
      () => [file({ path: at, content: '' }), directory({ path: `${at}/x` })],
    ],
    [
      'a link and its removal',
      () => [link({ path: at, to: 'x' }), file({ path: at, state: 'absent' }, on(`link ${at}`))],
    ],
    [
      'an option of a file that is to go',
      () => [
        option({ path: at, key: 'a', value: '2' }),
        file({ path: at, state: 'absent' }, on(`option ${at} a`)),
      ],
    ],
    [
      'a package in two lists',
      () => [apt({ packages: ['vim', 'curl'] }), apt({ packages: ['curl:amd64'], state: 'absent' })],
    ],
    [
      'a user without its group',
      () => [group({ name: 'staff2', state: 'absent' }), user({ name: 'a', groups: ['staff2'] })],
    ],
    [
      'a file of a user that is to go',
      () => [user({ name: 'a', state: 'absent' }), file({ path: at, owner: 'a' })],
    ],
    [
      'two keys, one of them alone',
      () => [authorizedKey({ user: 'a', key, exclusive: true }), authorizedKey({ user: 'a', key: otherKey })],
    ],
    [
      'a setting in two lists',
      () => [
        mysqlSettings({ settings: { 'max-connections': 5, 'skip-name-resolve': true } }),
        mysqlSettings({ settings: { max_connections: 6 } }),
      ],
    ],
    [
      'a content without the line',
      () => [file({ path: at, content: 'b\n' }), line({ path: at, line: 'a' }, on(`file ${at}`))],
    ],
    [
      'a content with another line',
      () => [
        file({ path: at, content: 'a 1\na 2\n' }),
        line({ path: at, line: 'a 1', match: '^a ' }, on(`file ${at}`)),
      ],
    ],
    [
      'a content with the line that is to go',
      () => [
        file({ path: at, content: 'a\n' }),
        line({ path: at, line: 'a', state: 'absent' }, on(`file ${at}`)),
      ],
    ],
    [
      'a content without the option',
      () => [
        file({ path: at, content: '[s]\nb = 1\n' }),
        option({ path: at, section: 's', key: 'a', value: 1 }, on(`file ${at}`)),
      ],
    ],
    [
      'a content with another value',
      () => [
        file({ path: '/etc/sysctl.conf', content: 'a = 1\n' }),
        option({ path: '/etc/sysctl.conf', key: 'a', value: 2 }, on('file /etc/sysctl.conf')),
      ],
    ],
  ])('are refused, both named: %s', (_case, steps) => {
    const [one, two] = steps().map(step => step.name)
    const errors = errorsOf(() => steps())
    expect(errors.map(each => each.title)).toEqual([`\`${one}\` and \`${two}\` contradict each other`])
    expect(errors[0]?.detail).toMatch(
      /No run could bring about both\. The other step is at .*evaluate\.test\.ts:\d+\.$/,
    )
    // Whoever follows the advice must not end here again.
    expect(errors[0]?.next).not.toContain('buildsOn')
  })

  test.each<[string, () => Step[]]>([
    ['lines with expressions of their own', () => [port('port 1', '^port '), port('host a', '^host ')]],
    [
      'an old line that goes before the new one comes',
      () => [line({ path: at, line: 'port 1', state: 'absent' }), port('port 2', '^port ')],
    ],
    [
      'a content that holds the line already',
      () => [file({ path: at, content: 'x\r\na\r\n' }), line({ path: at, line: 'a' }, on(`file ${at}`))],
    ],
    [
      'a content that holds the option already',
      () => [
        file({ path: at, content: '[s]\na = "1" ; why\n' }),
        option({ path: at, section: 's', key: 'a', value: '"1"' }, on(`file ${at}`)),
      ],
    ],
    [
      'a content of values that go on',
      () => [
        file({ path: '/etc/postfix/main.cf', content: 'a = 1,\n  2\n' }),
        option({ path: '/etc/postfix/main.cf', key: 'a', value: '1, 2' }, on('file /etc/postfix/main.cf')),
      ],
    ],
    [
      'a mode and an option',
      () => [file({ path: at, mode: '0600' }), option({ path: at, key: 'a', value: '2' }, on(`file ${at}`))],
    ],
    [
      'an option and its own line',
      () => [
        option({ path: '/etc/sysctl.conf', key: 'a', value: 2 }),
        line({ path: '/etc/sysctl.conf', line: 'a=2' }),
      ],
    ],
    [
      'a link and the file that it leads to',
      () => [link({ path: at, to: 'real' }), file({ path: at, content: 'x' }, on(`link ${at}`))],
    ],
    [
      'files of a numbered owner whose account goes',
      () => [file({ path: at, owner: '1000' }), user({ name: 'a', state: 'absent' })],
    ],
    [
      'a directory that is to go and what was in it',
      () => [file({ path: '/srv/a/b', state: 'absent' }), directory({ path: '/srv/a', state: 'absent' })],
    ],
    [
      'lines of two keys of one person',
      () => [
        authorizedKey({ user: 'a', key }),
        authorizedKey({ user: 'a', key: otherKey, exclusive: false }),
      ],
    ],
  ])('are none: %s', (_case, steps) => {
    expect(titlesOf(() => steps())).toEqual([])
  })

  test('a secret in them is not shown', () => {
    const steps: Steps = () => [
      file({ path: at, content: new Secret('a = hunter2-hunter2\n') }),
      line({ path: at, line: 'b' }, on(`file ${at}`)),
      option({
        path: '/root/.my.cnf',
        section: 'client',
        key: 'pass_word',
        value: new Secret('hunter2-hunter2'),
      }),
      option(
        { path: '/root/.my.cnf', section: 'client', key: 'pass-word', value: new Secret('other-hunter2') },
        on('option /root/.my.cnf [client] pass_word'),
      ),
    ]
    expect(errorsOf(steps)).toHaveLength(2)
    expect(JSON.stringify(errorsOf(steps))).not.toContain('hunter2')
  })
})

describe('hosts that share their steps', () => {
  const hosts = new Map(
    ['web1', 'web2', 'web3'].map(name => [
      { name } as SelectedHost,
      { name, address: name, groups: ['web'] },
    ]),
  )
  async function stepsOfAll(steps: Steps, known?: Facts): Promise<readonly (readonly Step[])[]> {
    const evaluates = [...(await evaluations(loaded(steps), {}, hosts, [])).values()]
    const evaluated = await Promise.all(evaluates.map(async each => each(known)))
    return evaluated.map(each => ('steps' in each ? each.steps : []))
  }

  test('a recipe that reads nothing of the host is run once for all of them', async () => {
    let runs = 0
    const [first, ...others] = await stepsOfAll(() => {
      runs++
      return [thing({ name: 'a' })]
    })
    expect(runs).toBe(1)
    expect(others.every(each => each === first)).toBe(true)
  })

  test.each<[what: string, read: (own: RecipeContext<Record<never, never>>['host']) => unknown]>([
    ['its name', own => own.name],
    ['its groups', own => own.groups.includes('web')],
    ['its values', own => own.values],
    ['whether it has a name', own => 'name' in own],
    ['all of it', own => JSON.stringify(own)],
    ['a copy of it', own => ({ ...own })],
    ['its keys', own => Object.keys(own)],
  ])('a recipe that reads %s is run for each of them', async (_what, read) => {
    let runs = 0
    await stepsOfAll(({ host: own }) => {
      runs++
      read(own)
      return [thing({ name: 'a' })]
    })
    expect(runs).toBe(3)
  })

  test('each host gets the steps that its own name makes', async () => {
    const all = await stepsOfAll(({ host: own }) => [thing({ name: own.name })])
    expect(all.map(([step]) => step?.name)).toEqual(['thing web1', 'thing web2', 'thing web3'])
  })

  test('a recipe that reads facts is run with those of each host', async () => {
    let runs = 0
    await stepsOfAll(({ facts: read }) => {
      if (read.cpus === 4) runs++
      return [thing({ name: 'a' })]
    }, facts)
    expect(runs).toBe(3)
  })

  test('whoever reads the host after its steps were made is refused: they may be those of other hosts', async () => {
    let late: () => unknown = () => undefined
    await stepsOfAll(({ host: own }) => {
      late = () => own.name
      return [thing({ name: 'a' })]
    })
    expect(late).toThrow('after the steps of the recipe had been made')
  })
})
