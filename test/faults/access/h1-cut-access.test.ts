import { beforeAll, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { measured } from '../../machine-unit.ts'
import { allHold } from '../instruments/broken.ts'
import type { Controller } from '../instruments/controller.ts'
import { type Danger, dangersFor, resetDangers, withController } from '../instruments/dangers.ts'
import { chosen, faultClass } from '../instruments/fault-class.ts'
import { inLanes, type LaneCase } from '../instruments/lanes.ts'
import {
  accessBack,
  aMinute,
  argvOf,
  checkedInvariants,
  mendsItself,
  restoredAt,
} from '../instruments/lost-access.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const tries = 20
const quick = 3

describeReal('a change that cuts our own access', () => {
  const hosts = useHosts({ count: chosen(Array(8).fill(0), quick).length, withPackages: ['nftables', 'acl'] })
  let authorized: string
  beforeAll(async () => {
    authorized = (await hosts()[0]?.read('cat /home/deploy/.ssh/authorized_keys')) ?? ''
  })

  const reverted = async (controller: Controller, danger: Danger, host: Host, more: readonly string[]) => {
    await resetDangers(host, authorized)
    const running = controller.start(argvOf(danger, host, ['--bad', ...more]), { withinSeconds: 150 })
    await running.seen(event => event.event === 'step' && event.status === 'running')
    const begun = Date.now()
    const { value: ran, unitMs } = await measured(() => running.ended)
    clearError(ran, [7])
    const seconds = ((await restoredAt(host)) - begun) / 1000
    await allHold([
      () => expect(ran.errors.map(each => each.code)).toEqual(['reverted']),
      () =>
        expect(seconds - (danger.cutsAfter ?? 0), 'seconds until it was back').toBeLessThan(aMinute(unitMs)),
      () => accessBack(danger, host),
      () => mendsItself(danger, host, controller, more),
    ])
    return { exit: ran.code, note: `back after ${seconds.toFixed(1)} s` }
  }

  faultClass({
    id: 'H1',
    title: 'is taken back by the host within a minute, exit 7, and the mended change is confirmed',
    invariants: checkedInvariants,
    quick,
    caseSeconds: 400,
    cases: () => {
      const cases = dangersFor(authorized).flatMap(danger =>
        Array.from({ length: tries * 2 }, (_, index): LaneCase<Host> => {
          const backend = index % 2 === 0 ? 'ssh2' : 'openssh'
          const more = ['--transport', backend]
          if (danger.recipe === 'rules' && index % 4 < 2) more.push('--established')
          return {
            id: `${danger.name}: over ${backend}, try ${Math.floor(index / 2) + 1}`,
            fault: danger.name,
            on: host => withController(authorized, controller => reverted(controller, danger, host, more)),
          }
        }),
      )
      return inLanes(hosts(), cases, quick)
    },
  })
})
