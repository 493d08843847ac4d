import { expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { startHost } from '../../hosts/start.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { chosen, faultClass } from '../instruments/fault-class.ts'
import { inLanes, type LaneCase } from '../instruments/lanes.ts'
import { type WayCut, waysIn } from '../instruments/ways-in.ts'

const quick = 2

const recipe = (steps: string) => `
import { command, directory, file, group, line, link, recipe, service } from 'ops-recipes'
export default recipe({ summary: 'Cuts our way in.', params: {}, steps: () => [${steps}] })
`

describeReal('what our own way in stands on', () => {
  const lanes = chosen(Array(8).fill(0), quick).map((_, index) => index)

  const taken = async (way: WayCut, backend: string) => {
    const host: Host = await startHost()
    const controller = new Controller({ 'recipes/cut.ts': recipe(way.steps) })
    try {
      await host.read(`set -e\n${way.before}`)
      await host.answered()
      const before = (await host.exec(way.look)).stdout
      const alias = way.user === 'root' ? host.name : `${host.name}-${way.user}`
      const argv = ['apply', 'cut', alias, '-F', host.sshConfig, '--yes', '--transport', backend]
      const ran = await controller.run(argv, { withinSeconds: 200 })
      if (ran.code !== 7) throw new BrokenInvariant('I9', ran.tail)
      expect((await host.exec(way.look)).stdout).toBe(before)
      const { stdout, stderr } = await host.ssh('sudo -n id -u || id -u', { user: way.user })
      if (stdout !== '0\n') throw new BrokenInvariant('I9', `${way.user} gets in as ${stdout || stderr}`)
      expect(await host.read('ls -A /var/lib/ops/access')).toBe('told\nverdict\n')
      return { exit: ran.code }
    } finally {
      controller.remove()
      await host.stop()
    }
  }

  faultClass({
    id: 'H4',
    title: 'is worked out from what the host says, and what takes it away is taken back',
    invariants: ['I5', 'I9'],
    quick,
    caseSeconds: 300,
    cases: () => {
      const cases = waysIn.flatMap(way =>
        ['ssh2', 'openssh'].map((backend): LaneCase<number> => {
          return { id: `${way.name}, over ${backend}`, fault: way.name, on: () => taken(way, backend) }
        }),
      )
      return inLanes(lanes, cases, quick)
    },
  })
})
