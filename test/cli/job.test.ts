/** `ops job` on what lies in a project: listing, and everything that is refused before a server is contacted. */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { folderWith } from './run-ops.ts'

const job = (fields: string): string =>
  `import { archive } from 'ops-recipes/jobs'\n\nexport default archive({\n${fields}})\n`
const whole = "  source: 'shop',\n  table: 'app.events',\n  olderThan: '6mo',\n  by: 'at',\n  to: 'events',\n"

const folder = folderWith({
  'ops.ini': '[db shop]\naddress = 127.0.0.1:1\n',
  'jobs/good.ts': job(whole),
  'jobs/wrong-type.ts': job(whole.replace("'at'", '7')),
  'jobs/unknown.ts': job(`${whole}  oldrThan: '6mo',\n`),
  'jobs/unknown-too.js': job(`${whole}  oldrThan: '6mo',\n`),
  'jobs/missing.js': job(whole.replace("  by: 'at',\n", '')),
  'jobs/age.ts': job(whole.replace('6mo', 'sixmonths')),
  'jobs/where.ts': job(`${whole}  where: '1) OR (1',\n`),
  'jobs/no-table.ts': job(whole.replace('app.events', 'events')),
  'jobs/password.ts': job(`${whole}  password: 'correct horse',\n`),
  'jobs/in-address.ts': job(whole.replace("'shop'", "'mysql://me:correct%20horse@db1/app'")),
  'jobs/load.ts': `import { load } from 'ops-recipes/jobs'
export default load({ source: 'shop', table: 'app.events', file: 'rows.csv', columns: ['id', 'at'],
  onDuplicate: 'later' })
`,
  'jobs/park.js': `import { queue } from 'ops-recipes/jobs'
export default queue.park({ source: 'shop', table: 'app.jobs', queue: 'mail',
  batch: 0, lockUnder: '10ms' })
`,
  'jobs/long.js': `import { queue } from 'ops-recipes/jobs'
export default queue.drip({ source: 'shop', table: 'a.b', queue: '${'é'.repeat(128)}' })
`,
  'jobs/nothing.ts': 'export const nothing = 1\n',
  'jobs/syntax.ts': 'export default archive({ source:,, })\n',
  'jobs/throws.ts': "throw new Error('at once')\n",
  'jobs/_part.ts': 'export const part = 1\n',
  'jobs/we ird.ts': 'export const part = 1\n',
})
afterAll(() => folder.remove())

describe('a job file', () => {
  test('is listed with what it does; a broken one with its error', async () => {
    const { stdout, code } = await folder.ops(['job', 'list'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/good +jobs\/good\.ts +archive app\.events of shop/)
    expect(stdout).toMatch(/park +jobs\/park\.js +broken: batch 0 is no number of jobs/)
    expect(stdout).toMatch(
      /throws +jobs\/throws\.ts +broken: job throws fails while it is loaded: Error: at once/,
    )
    expect(stdout).toMatch(/syntax +jobs\/syntax\.ts +broken: syntax error/)
    expect(stdout).toMatch(/unknown-too +jobs\/unknown-too\.js +broken: archive has no oldrThan/)
    expect(stdout).toMatch(/we ird +jobs\/we ird\.ts +broken: its name is none of a job/)
    expect(stdout).not.toContain('_part')
  })

  test('that is broken is told in a line of the history, which goes on with the others', async () => {
    const { stdout, code } = await folder.ops(['job', 'history'])
    expect(stdout).toContain('good: no run is recorded yet')
    expect(stdout).toMatch(/syntax: not told: syntax error/)
    expect(stdout).toContain('unknown-too: not told: archive has no oldrThan')
    expect(code).toBe(3)
  })

  test.each([
    ['wrong-type', 'jobs/wrong-type.ts:7:3', "Type 'number' is not assignable to type 'string'"],
    ['unknown', 'jobs/unknown.ts:9:3', "'oldrThan' does not exist in type"],
    ['unknown-too', 'jobs/unknown-too.js:9:3', 'archive has no oldrThan'],
    ['missing', 'jobs/missing.js:3:16', 'by is missing'],
    ['age', 'jobs/age.ts:6:3', 'olderThan sixmonths is no age'],
    ['where', 'jobs/where.ts:9:3', 'a parenthesis is closed that was not opened'],
    ['no-table', 'jobs/no-table.ts:5:3', '"events" names no database'],
    ['load', 'jobs/load.ts:3:3', `Type '"later"' is not assignable to type`],
    ['park', 'jobs/park.js:3:3', 'batch 0 is no number of jobs'],
    ['long', 'jobs/long.js:2:59', 'is longer than 255 bytes'],
    ['park', 'jobs/park.js:3:13', 'lockUnder 10ms is no time from 50 ms on'],
    ['nothing', 'jobs/nothing.ts:1', 'the file has no default export'],
    ['god', '', 'Did you mean good?'],
  ])('%s is refused at %s: %s', async (name, place, problem) => {
    const { stderr, code } = await folder.answer(['job', 'plan', name])
    expect(stderr).toContain(problem)
    expect(stderr).toContain(place)
    expect(code).toBe(3)
  })

  test.each(['password', 'in-address'])(
    'with a password (%s) is refused, and the password is not shown',
    async name => {
      const { stdout, stderr, code } = await folder.ops(['job', 'run', name, '--yes'])
      expect(code).toBe(3)
      expect(stderr).toContain(`jobs/${name}.ts`)
      expect(stderr).toContain('into [db NAME] of ops.ini')
      expect(stdout + stderr).not.toMatch(/correct.*horse/)
    },
  )

  test('needs a yes where nobody can be asked, and a plan does not', async () => {
    expect((await folder.ops(['job', 'run', 'good'])).stderr).toContain('Add --yes, or `ops job plan`')
    const { stderr, code } = await folder.ops(['job', 'plan', 'good'])
    expect(stderr).toContain('127.0.0.1')
    expect(code).toBe(4)
  })

  test('is also named by its path, and its names are completed', async () => {
    expect((await folder.ops(['job', 'plan', './jobs/good.ts'])).code).toBe(4)
    expect((await folder.ops(['completion', 'words', '--', 'job', 'plan', ''])).stdout).toContain('good\n')
  })

  test('of another name is not taken where --undo is given one with a dot', async () => {
    const { stderr, code } = await folder.ops([
      'job',
      'schedule',
      'good.events',
      '127.0.0.1',
      '--undo',
      '--yes',
    ])
    expect(stderr).toMatch(/there is no job file .*\/good\.events$/m)
    expect(code).toBe(3)
  })

  test('has its types in the project that ops init makes', async () => {
    const project = folderWith({
      'jobs/good.ts': job(whole),
      'jobs/wrong.ts': job(whole.replace("'at'", '7')),
    })
    try {
      expect((await project.ops(['init'])).code).toBe(0)
      const compiler = join(
        dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
        'bin/tsc',
      )
      const said = spawnSync(process.execPath, [compiler, '-p', project.path, '--pretty', 'false'], {
        encoding: 'utf8',
      })
      expect(said.stdout.trim().split('\n')).toHaveLength(1)
      expect(said.stdout).toMatch(/jobs\/wrong\.ts\(7,3\): error TS2322/)
    } finally {
      project.remove()
    }
  })
})
