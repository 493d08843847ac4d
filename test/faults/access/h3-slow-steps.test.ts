import { expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { chosen, faultClass } from '../instruments/fault-class.ts'
import { inLanes, type LaneCase } from '../instruments/lanes.ts'

const quick = 2
const seconds = [12, 2, 30, 90, 50]
const mostTrips = 10

const recipe = `
import { command, recipe, z } from 'ops-recipes'
const step = (path: string, seconds: number) =>
  command(
    { run: 'sleep ' + seconds + '; echo done >' + path, creates: path },
    { access: { undo: 'rm -f ' + path } },
  )
export default recipe({
  summary: 'Two steps that endanger our access, as slow as told.',
  params: {
    first: z.number().int().describe('Seconds of the first.'),
    second: z.number().int().describe('Seconds of the second.'),
  },
  steps: ({ params }) => [step('/root/first', params.first), step('/root/second', params.second)],
})
`

describeReal('a good change that could have cut our access, and takes its time', () => {
  const hosts = useHosts({ count: chosen(Array(8).fill(0), quick).length })

  const kept = async (host: Host, words: readonly string[], user: 'root' | 'deploy') => {
    const controller = new Controller({ 'recipes/slow.ts': recipe })
    try {
      await host.read('rm -rf /root/first /root/second /var/lib/ops/access')
      const alias = user === 'root' ? host.name : `${host.name}-${user}`
      const argv = ['apply', 'slow', alias, '-F', host.sshConfig, '--yes', ...words]
      const ran = await controller.run(argv, { withinSeconds: 300 })
      if (ran.code !== 0) throw new BrokenInvariant('I4', ran.tail)
      const last = ran.events.at(-1)
      const trips = last?.event === 'summary' ? (last.trips[alias] ?? 0) : 0
      expect(trips, 'trips').toBeLessThanOrEqual(mostTrips)
      expect(ran.changed).toBe(2)
      expect(await host.read('cat /root/first /root/second; head -n 1 /var/lib/ops/access/verdict')).toBe(
        'done\ndone\nverdict=confirmed\n',
      )
      const again = await controller.run(argv)
      expect([again.code, again.changed], again.tail).toEqual([0, 0])
      return { exit: ran.code, note: `${trips} trips` }
    } finally {
      controller.remove()
    }
  }

  faultClass({
    id: 'H3',
    title: 'is confirmed whenever the host waits for it, and never taken back',
    invariants: ['I2', 'I4', 'I5', 'I9'],
    quick,
    caseSeconds: 400,
    cases: () => {
      const cases = seconds.flatMap(first =>
        seconds.flatMap(second =>
          (['ssh2', 'openssh'] as const).flatMap(backend =>
            (['root', 'deploy'] as const).map((user): LaneCase<Host> => {
              const words = ['--first', `${first}`, '--second', `${second}`, '--transport', backend]
              return {
                id: `${first} s, then ${second} s, as ${user} over ${backend}`,
                fault: `${first} s, then ${second} s`,
                on: host => kept(host, words, user),
              }
            }),
          ),
        ),
      )
      // Of a few, one is longer than the countdown.
      const most = cases.filter(each => each.fault !== '50 s, then 2 s')
      return inLanes(hosts(), [...most, ...cases.filter(each => !most.includes(each))], quick)
    },
  })
})
