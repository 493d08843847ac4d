/** Where the time of a host went: told with -v, and in --json. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const recipe = `import { recipe, command, file } from 'ops-recipes'
export default recipe({
  summary: 'Some files, and something that takes its time.',
  steps: () => [
    ...[1, 2, 3].map(each => file({ path: '/etc/timed' + each, content: 'new' })),
    command({ run: 'sleep 0.4; touch /etc/slept', creates: '/etc/slept' }),
  ],
})
`

describeReal('the time of a host', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/timed.ts': recipe })
  })
  afterAll(() => folder?.remove())
  const apply = (...words: readonly string[]) =>
    folder.ops(['apply', 'timed', host().name, '--yes', '-F', host().sshConfig, ...words])

  test('is told by what it was spent on, and is no more than the run took', async () => {
    const startedAt = performance.now()
    const { stdout, code } = await apply('--json')
    const tookMs = performance.now() - startedAt
    expect(code).toBe(0)
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const { milliseconds } = events.find(each => each.event === 'spent')
    expect(Object.keys(milliseconds)).toEqual(['link', 'look', 'plan', 'act', 'sync', 'proof'])
    const all = Object.values(milliseconds as Record<string, number>)
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0)
    // The clock of the host counts in hundredths of a second.
    expect(milliseconds.act).toBeGreaterThanOrEqual(380)
    expect(all.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(tookMs + 100)
    expect((await apply('-v')).stdout).toMatch(
      /: time: link .*s, look .*s, plan .*s, act 0 ms, sync 0 ms, proof 0 ms/,
    )
    expect((await apply()).stdout).not.toContain('time: ')
  })
})
