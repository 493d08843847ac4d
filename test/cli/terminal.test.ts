import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../needs.ts'
import { processesLike } from '../processes.ts'
import { type Folder, folderWith, program } from './run-ops.ts'
import { Terminal } from './terminal.ts'

/** A step that runs until the test lets it go on, so that nothing depends on how fast a machine is. */
const recipe = `import { recipe, z, command } from 'ops-recipes'
export default recipe({
  summary: 'Waits for a file.',
  params: { folder: z.string().describe('Where to work.'), who: z.string().describe('Whom to greet.') },
  steps: ({ params: { folder, who } }) => [
    command({
      run: 'echo greetings to ' + who + '; until [ -e ' + folder + '/go ]; do sleep 0.1; done; touch ' + folder + '/one',
      creates: folder + '/one',
    }),
    command({ run: 'touch ' + folder + '/two', creates: folder + '/two' }),
  ],
})
`

let folder: Folder
let data: string
let terminal: Terminal | undefined
beforeAll(() => {
  folder = folderWith({ 'recipes/waits.ts': recipe })
})
beforeEach(() => {
  terminal?.close()
  terminal = undefined
  data = mkdtempSync(join(folder.path, 'data-'))
})
afterAll(() => {
  terminal?.close()
  folder.remove()
})

const flags = process.getuid?.() === 0 ? '' : '--no-become'

function open(argv: string, env?: Readonly<Record<string, string>>): Terminal {
  const command = `'${process.execPath}' '${program}' ${argv} ${flags} --folder '${data}'`
  terminal = new Terminal(folder.path, command, env)
  return terminal
}

describeWith('tmux')('on a terminal', () => {
  test('apply asks for what is missing, shows the plan, asks, shows what runs, and leaves a clean screen', async () => {
    const screen = open('apply waits local --wait')
    await screen.shows('who (Whom to greet)')
    screen.type('World', 'Enter')
    const plan = await screen.shows('Apply 2 changes to 1 host?')
    expect(plan).toContain('local: 2 to change')
    screen.type('y', 'Enter')
    const running = await screen.shows('[1/2]')
    expect(running).toContain('0 of 1 host done')
    await screen.shows('greetings to World')
    writeFileSync(join(data, 'go'), '')
    const ended = await screen.shows('ended with 0')
    expect(ended).toContain('changed  local  2 changed')
    expect(ended).not.toContain('[1/2]')
    expect(ended).not.toContain('of 1 host done')
    expect(existsSync(join(data, 'two'))).toBe(true)
  })

  test('a no applies nothing', async () => {
    const screen = open('apply waits local --wait --who World')
    await screen.shows('Apply 2 changes to 1 host?')
    screen.type('n', 'Enter')
    expect(await screen.shows('ended with 2')).toContain('not applied  local')
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test('what was typed before the question does not answer it', async () => {
    const screen = open('apply waits local --wait --who World')
    screen.type('y', 'Enter', 'y')
    await screen.shows('Apply 2 changes to 1 host?')
    screen.type('n', 'Enter')
    expect(await screen.shows('ended with 2')).toContain('not applied  local')
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'one %s at the question ends it, and applies nothing',
    async signal => {
      const screen = open('apply waits local --wait --who World')
      await screen.shows('Apply 2 changes to 1 host?')
      for (const pid of processesLike(new RegExp(`^${process.execPath} .*${data}`))) process.kill(pid, signal)
      await screen.shows('ended with 130')
      expect(existsSync(join(data, 'one'))).toBe(false)
    },
  )

  test('Ctrl-C at the question applies nothing', async () => {
    const screen = open('apply waits local --wait --who World')
    await screen.shows('Apply 2 changes to 1 host?')
    screen.type('C-c')
    await screen.shows('ended with 130')
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test('Ctrl-D at the question applies nothing, and the plan stands there once', async () => {
    const screen = open('apply waits local --wait --who World')
    const asked = await screen.shows('Apply 2 changes to 1 host?')
    expect(asked.match(/2 to change/g)).toHaveLength(1)
    screen.type('C-d')
    await screen.shows('ended with 130')
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test('Ctrl-C once ends after the running step and says what is true', async () => {
    const screen = open('apply waits local --wait --who World --yes')
    await screen.shows('[1/2]')
    screen.type('C-c')
    await screen.shows('Press Ctrl-C again')
    writeFileSync(join(data, 'go'), '')
    const ended = await screen.shows('ended with 130')
    expect(ended).toContain('interrupted  local  1 changed, 1 not reached')
    expect(existsSync(join(data, 'one'))).toBe(true)
    expect(existsSync(join(data, 'two'))).toBe(false)
  })

  test('Ctrl-C twice ends now', async () => {
    const screen = open('apply waits local --wait --who World --yes')
    await screen.shows('[1/2]')
    screen.type('C-c')
    await screen.shows('Press Ctrl-C again')
    screen.type('C-c')
    expect(await screen.shows('ended with 130')).toContain('interrupted  local')
    expect(existsSync(join(data, 'one'))).toBe(false)
  })

  test.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ])('with %o there are colours: %s', async (env, colours) => {
    const screen = open('plan waits local --who World', env)
    await screen.shows('ended with')
    expect(/\u001b\[3[0-9]m/.test(screen.screen('-e'))).toBe(colours)
  })
})
