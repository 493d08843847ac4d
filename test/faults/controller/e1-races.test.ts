import { afterAll, beforeAll, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { Controller, type Ran } from '../instruments/controller.ts'
import { type CaseNote, faultClass } from '../instruments/fault-class.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const races = 100

/** Writes down who runs it, and holds the host until it is let go. */
const race = {
  'recipes/race.ts': `
import { command, file, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'Holds the host until it is let go.',
  params: { runner: z.string().describe('Who runs it.') },
  steps: ({ params }) => [
    command({ run: 'echo ' + params.runner + ' >>/run/race/log; until [ -e /run/race/go ]; do sleep 0.02; done; : >/run/race/' + params.runner, creates: '/run/race/' + params.runner }),
    file({ path: '/run/race/winner', content: params.runner + '\\n' }),
  ],
})
`,
}

describeReal('two controllers at once', () => {
  const host = useHost()
  const runners = ['one', 'two'] as const
  let controllers: readonly Controller[] = []
  beforeAll(() => {
    controllers = runners.map(() => new Controller(race))
  })
  afterAll(() => {
    for (const each of controllers) each.remove()
  })

  const argv = (runner: string, more: readonly string[] = []) => [
    ...['apply', 'race', host().name, '-F', host().sshConfig, '--yes', '--runner', runner, ...more],
  ]

  const compete = async (headStartMs: number): Promise<CaseNote> => {
    await host().read('rm -rf /run/race; mkdir /run/race')
    const started = await Promise.all(
      controllers.map(async (controller, index) => {
        // Which of them comes first, and by how much, is part of the case.
        const waitMs = index === 0 ? Math.max(0, -headStartMs) : Math.max(0, headStartMs)
        await new Promise(resolve => setTimeout(resolve, waitMs))
        return controller.start(argv(runners[index] ?? ''))
      }),
    )
    const ended = started.map((each, index) => each.ended.then(ran => ({ ran, index })))
    // The winner holds the host until the loser has its answer.
    const loser = await Promise.race(ended)
    await host().read('touch /run/race/go')
    const all = await Promise.all(ended)
    const winner = all.find(each => each.index !== loser.index)
    const pidOfWinner = started[winner?.index ?? 0]?.child.pid
    const log = await host().read('cat /run/race/log /run/race/winner')
    const name = runners[winner?.index ?? 0]
    await allHold([
      () => {
        if (log !== `${name}\n${name}\n`) throw new BrokenInvariant('I3', `the host was held by ${log}`)
      },
      () => expect([winner?.ran.code, loser.ran.code]).toEqual([0, 6]),
      () => expect(words(loser.ran)).toMatch(new RegExp(`pid ${pidOfWinner}\\) since .*apply race`)),
      () => clearError(loser.ran, [6]),
      () => expect(loser.ran.errors.map(each => each.changed)).toEqual(['no']),
    ])
    return { exit: loser.ran.code, note: `${name} won` }
  }

  faultClass({
    id: 'E1',
    title: `race ${races} times: exactly one proceeds, and the other names the holder and changes nothing`,
    invariants: ['I2', 'I3', 'I5', 'I8'],
    quick: 2,
    cases: () =>
      Array.from({ length: races }, (_, index) => ({
        id: `race ${index + 1}, a head start of ${headStart(index)} ms`,
        fault: `a head start of ${headStart(index)} ms`,
        run: () => compete(headStart(index)),
      })),
  })

  faultClass({
    id: 'E1',
    title: 'with --wait both get the host, one after the other',
    invariants: ['I2', 'I4', 'I5', 'I7', 'I8'],
    quick: 1,
    cases: () =>
      Array.from({ length: 10 }, (_, index) => ({
        id: `race ${index + 1}`,
        run: async () => {
          await host().read('rm -rf /run/race; mkdir /run/race')
          const started = controllers.map((each, at) => each.start(argv(runners[at] ?? '', ['--wait'])))
          const isWaiting = Promise.race(
            started.map(each => each.seen(event => event.event === 'waiting' && event.for === 'lock')),
          )
          expect(await isWaiting).toBeDefined()
          expect((await host().read('cat /run/race/log')).trim().split('\n')).toHaveLength(1)
          await host().read('touch /run/race/go')
          const ran = await Promise.all(started.map(each => each.ended))
          for (const each of ran) clearError(each, [0])
          expect((await host().read('sort /run/race/log')).trim()).toBe('one\ntwo')
          await Promise.all(controllers.map(each => noLeftovers(host(), each, 60_000)))
        },
      })),
  })
})

const words = ({ errors }: Ran): string => errors.map(each => `${each.title} ${each.detail ?? ''}`).join('\n')

/** From 60 ms for one to 60 ms for the other. */
const headStart = (index: number): number => ((index * 7) % 61) * (index % 2 === 0 ? 1 : -1)
