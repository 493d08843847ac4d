import { beforeAll, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { measured } from '../../machine-unit.ts'
import { allHold } from '../instruments/broken.ts'
import type { Controller, Ran } from '../instruments/controller.ts'
import { type Danger, dangersFor, resetDangers, withController } from '../instruments/dangers.ts'
import { chosen, faultClass } from '../instruments/fault-class.ts'
import { inLanes, type LaneCase } from '../instruments/lanes.ts'
import {
  accessBack,
  aMinute,
  argvOf,
  awaitVerdict,
  checkedInvariants,
  mendsItself,
  restoredAt,
} from '../instruments/lost-access.ts'

const tries = 20
const otherTries = 5
const quick = 2

type Blow = 'killed' | 'killed after a good change' | 'killed, then a reboot'

describeReal('a controller that dies before it has confirmed', () => {
  const hosts = useHosts({ count: chosen(Array(8).fill(0), quick).length, withPackages: ['nftables', 'acl'] })
  let authorized: string
  beforeAll(async () => {
    authorized = (await hosts()[0]?.read('cat /home/deploy/.ssh/authorized_keys')) ?? ''
  })

  /** Kills ops once the last step that endangers us is done, and leaves the rest to the host. */
  const dead = async (
    controller: Controller,
    danger: Danger,
    host: Host,
    blow: Blow,
    more: readonly string[],
  ) => {
    await resetDangers(host, authorized)
    const bad = blow === 'killed after a good change' ? [] : ['--bad']
    const running = controller.start(argvOf(danger, host, [...bad, ...more]), { withinSeconds: 300 })
    await running.seen(event => event.event === 'step' && event.status === 'running')
    let begun = Date.now()
    await running.seen(
      event => event.event === 'step' && event.step === danger.lastStep && event.status === 'running',
    )
    // Stopped first: a good change would be confirmed in the blink of an eye.
    running.child.kill('SIGSTOP')
    // What drops our connection too is never told as done: the host's own look says that it is.
    await host.read(
      'until [ -e /var/lib/ops/access/verdict ] || { [ -e /var/lib/ops/access/armed ] && [ ! -d "$(sed -n s/^dir=//p /var/lib/ops/access/armed)" ]; }; do sleep 0.05; done',
    )
    running.child.kill('SIGKILL')
    await running.ended
    if (blow === 'killed, then a reboot') {
      await host.reboot()
      begun = Date.now()
    }
    const { unitMs } = await measured(() => awaitVerdict(host, 150_000))
    const isTooLate =
      blow === 'killed after a good change' &&
      (await host.read('head -n 1 /var/lib/ops/access/verdict')) === 'verdict=confirmed\n'
    if (isTooLate) return { skipped: 'it was confirmed before it could be killed' }
    const seconds = ((await restoredAt(host)) - begun) / 1000
    let next: Ran | undefined
    await allHold([
      () => expect(seconds, 'seconds until it was back').toBeLessThan(aMinute(unitMs)),
      () => accessBack(danger, host),
      async () => {
        next = await controller.run(argvOf(danger, host, more))
        const notes = next.events.flatMap(event => (event.event === 'note' ? [event.text] : []))
        expect(notes.join('\n')).toMatch(
          /did not confirm that it can still log in: at \S+ the host took back/,
        )
        expect(next.code, next.tail).toBe(0)
      },
      () => mendsItself(danger, host, controller, more, next),
    ])
    return { note: `${blow}: back after ${seconds.toFixed(1)} s` }
  }

  faultClass({
    id: 'H2',
    title: 'gets its change taken back by the host alone, over a reboot too, and the next run tells it',
    invariants: checkedInvariants,
    quick,
    caseSeconds: 400,
    cases: () => {
      const dangers = dangersFor(authorized)
      const caseOf = (danger: Danger, blow: Blow, index: number): LaneCase<Host> => {
        const backend = index % 2 === 0 ? 'ssh2' : 'openssh'
        const more = ['--transport', backend]
        if (danger.recipe === 'rules' && index % 4 < 2) more.push('--established')
        return {
          id: `${danger.name}, ${blow}: over ${backend}, try ${Math.floor(index / 2) + 1}`,
          fault: `${danger.name}, ${blow}`,
          on: host => withController(authorized, controller => dead(controller, danger, host, blow, more)),
        }
      }
      // An address that is right changes nothing to be confirmed; and a boot is awaited at the address that was given.
      // A slow step is taken back before the host could be rebooted after it.
      // The good change of `many` is one file that `port` tries too, and is confirmed before it can be killed.
      const suits = ({ recipe }: Danger, blow: Blow) =>
        (recipe !== 'address' || blow === 'killed') &&
        (!['slow', 'late'].includes(recipe) || blow !== 'killed, then a reboot') &&
        (recipe !== 'many' || blow !== 'killed after a good change')
      const all = (blow: Blow, count: number) =>
        dangers
          .filter(each => suits(each, blow))
          .flatMap(danger => Array.from({ length: count * 2 }, (_, index) => caseOf(danger, blow, index)))
      const cases = [
        ...all('killed', tries),
        ...all('killed after a good change', otherTries),
        ...all('killed, then a reboot', otherTries),
      ]
      return inLanes(hosts(), cases, quick)
    },
  })
})
