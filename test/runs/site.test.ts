import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHosts } from '../hosts/use-hosts.ts'

const files = {
  'recipes/base.ts': `import { file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'On all hosts.',
  params: { admin: z.string(), word: z.string().default('same') },
  steps: ({ params, host }) => [
    file({ path: '/etc/admin', content: \`\${params.admin} of \${host.name}\\n\` }),
    file({ path: '/etc/shared', content: \`\${params.word}\\n\` }),
  ],
})
`,
  'recipes/web.ts': `import { command, file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'On web servers.',
  params: { breaks: z.boolean().default(false) },
  steps: ({ params, host }) => [
    file({ path: '/etc/port', content: \`\${host.values.port}\\n\` }),
    file({ path: '/etc/shared', content: 'same\\n' }),
    params.breaks && command({ run: 'false', creates: '/nowhere' }),
    file({ path: '/etc/last', content: 'last\\n' }),
  ],
})
`,
  'recipes/alone.ts':
    "import { file, recipe } from 'ops-recipes'\nexport default recipe({ summary: 'x', steps: () => [file({ path: '/etc/alone', content: 'a' })] })\n",
  'ops.values.ts': `import { z } from 'ops-recipes'
const values = { port: z.number().int().default(80) }
export default values
declare module 'ops-recipes' {
  interface Project {
    values: typeof values
  }
}
`,
  'site.ts': `import { on, site } from 'ops-recipes'
import base from './recipes/base.ts'
import web from './recipes/web.ts'
export default site([on('all', base), on('web', web, {}), on('h2', 'alone')])
`,
  'wrong/site.ts': `import { on, site } from 'ops-recipes'
import base from '../recipes/base.ts'
export default site([on('all', base, { admin: 3 }), on('nobody', 'alne')])
`,
  'broken/site.ts': `import { on, site } from 'ops-recipes'
import web from '../recipes/web.ts'
import base from '../recipes/base.ts'
export default site([on('h1', web, { breaks: true }), on('all', base, { admin: 'eve' })])
`,
}

interface Told extends Outcome {
  readonly events: readonly RunEvent[]
  /** Names of steps with their status, by host. */
  readonly plans: Readonly<Record<string, readonly string[]>>
}

describeReal('a site', () => {
  const hosts = useHosts({ count: 2 })
  let folder: Folder
  beforeAll(() => {
    const ini = `[hosts]\nh1\nh2\n\n[groups]\nweb = h1\nall = h1, h2\n\n[values h1]\nport = 8080\n\n[params base]\nadmin = ann\n\n[ssh]\nconfig = ${hosts()[0]?.sshConfig}\n`
    folder = folderWith({ ...files, 'ops.ini': ini, 'broken/ops.ini': ini, 'wrong/ops.ini': ini })
  })
  afterAll(() => folder?.remove())

  const ops = async (...argv: string[]): Promise<Told> => {
    const [verb = '', ...rest] = argv
    const outcome = await folder.ops([verb, 'site', '--json', ...rest])
    const events: RunEvent[] = outcome.stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
    const plans = Object.fromEntries(
      events.flatMap(event =>
        event.event === 'plan' ? [[event.host, event.steps.map(step => `${step.status} ${step.name}`)]] : [],
      ),
    )
    return { ...outcome, events, plans }
  }
  const summaryOf = ({ events }: Told) => {
    const last = events.at(-1)
    if (last?.event !== 'summary') throw new Error('the run told no summary')
    return last
  }

  test('gives each host all its recipes in their order, in one trip to know and one to change', async () => {
    const planned = await ops('plan')
    expect(planned.stderr).toBe('')
    expect(planned.plans).toEqual({
      h1: [
        'change base: file /etc/admin',
        'change base: file /etc/shared',
        'change web: file /etc/port',
        'change web: file /etc/last',
      ],
      h2: ['change base: file /etc/admin', 'change base: file /etc/shared', 'change alone: file /etc/alone'],
    })
    const applied = await ops('apply', '--yes')
    expect(applied.code).toBe(0)
    expect(summaryOf(applied).trips).toEqual({ h1: 2, h2: 2 })
    expect(await hosts()[0]?.read('cat /etc/admin /etc/port /etc/last')).toBe('ann of h1\n8080\nlast\n')
    expect(await hosts()[1]?.read('cat /etc/admin /etc/alone')).toBe('ann of h2\na')
    const again = await ops('apply', '--yes')
    expect(summaryOf(again).trips).toEqual({ h1: 1, h2: 1 })
    expect((await ops('check')).code).toBe(0)
  })

  test('is narrowed by hosts, by --limit and by --only', async () => {
    await Promise.all(hosts().map(host => host.exec('rm /etc/admin /etc/shared')))
    expect(Object.keys((await ops('plan', 'web')).plans)).toEqual(['h1'])
    expect(Object.keys((await ops('plan', '--limit', 'h2')).plans)).toEqual(['h2'])
    expect(Object.keys((await ops('plan', '--limit', '!web')).plans)).toEqual(['h2'])
    expect((await ops('plan', '--only', 'web', '--only', '*/admin')).plans).toEqual({
      h1: ['change base: file /etc/admin', 'ok web: file /etc/port', 'ok web: file /etc/last'],
      h2: ['change base: file /etc/admin'],
    })
    const none = await ops('plan', '--only', 'base: file /etc/admn')
    expect(none.code).toBe(3)
    expect(none.stdout).toContain('Did you mean base: file /etc/admin?')
    const stray = await ops('plan', 'local')
    expect(stray.code).toBe(3)
    expect(stray.stdout).toContain('the site has nothing for local')
    expect((await ops('plan', '--limit', 'local')).stdout).toContain('--limit local leaves no host')
  })

  test('stops the rest of one host where a step fails, and goes on with the others', async () => {
    await Promise.all(hosts().map(host => host.exec('rm -f /etc/admin')))
    const run = await folder.ops(['apply', 'site', '--yes', '--json'], {
      before: ['sh', '-c', 'cd broken && exec "$@"', 'sh'],
    })
    expect(run.code).toBe(1)
    const summary = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '')
    expect(summary.hosts.h1.status).toBe('failed')
    expect(summary.hosts.h2.status).toBe('ok')
    expect((await hosts()[0]?.exec('cat /etc/admin'))?.code).not.toBe(0)
    expect(await hosts()[1]?.read('cat /etc/admin')).toBe('eve of h2\n')
  })

  test('that is wrong is told with its lines before a host is contacted', async () => {
    const { code, stderr } = await folder.ops(['plan', 'site'], {
      before: ['sh', '-c', 'cd wrong && exec "$@"', 'sh'],
    })
    expect(code).toBe(3)
    expect(stderr).toMatch(/Type 'number' is not assignable to type 'string'[\s\S]*at +site\.ts:3:/)
  })
})
