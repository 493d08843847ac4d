import { afterAll, beforeAll, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { Controller, type Running } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { throughProxy } from '../instruments/proxied.ts'
import type { FaultProxy } from '../instruments/proxy.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { stillReachable } from '../invariants/i9-reachable.ts'

/** A step that must never run twice at once, and one that tells who did it. */
const alone = {
  'recipes/alone.ts': `
import { command, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'Works alone until it is let go.',
  params: { runner: z.string().describe('Who runs it.') },
  steps: ({ params }) => [
    command({ run: 'mkdir /run/e4/alone || : >/run/e4/two-at-once; : >/run/e4/began; until [ -e /run/e4/go ]; do sleep 0.02; done; rmdir /run/e4/alone; : >/run/e4/first', creates: '/run/e4/first' }),
    command({ run: 'echo ' + params.runner + ' >/run/e4/second', creates: '/run/e4/second' }),
  ],
})
`,
  'recipes/package.ts': `
import { apt, command, recipe } from 'ops-recipes'

export default recipe({
  summary: 'A package, and a mark after it.',
  params: {},
  steps: () => [apt({ packages: ['bc'] }), command({ run: ': >/run/e4/after', creates: '/run/e4/after' })],
})
`,
}

const die: Readonly<Record<string, (job: Running, proxy: FaultProxy) => void>> = {
  'it is killed': job => job.child.kill('SIGKILL'),
  'its link is cut': (_job, proxy) => proxy.inject('cut'),
  'its link is reset': (_job, proxy) => proxy.inject('reset'),
  'its link falls silent': (_job, proxy) => proxy.inject('stall'),
}

/** Programs of apt that change something, side by side; a simulation and a list of what it would fetch are only looks. */
const watchApt = `
# What an apt-get has forked bears its words until it is a program of its own.
installs() {
tr '\\0' ' ' <"/proc/$1/cmdline" | grep -q '^apt-get .*install ' || return 1
tr '\\0' ' ' <"/proc/$1/cmdline" | grep -q '^apt-get .*\\(-s\\|--print-uris\\) ' && return 1
parent=$(cut -d ' ' -f 4 "/proc/$1/stat") && read -r up <"/proc/$parent/comm" && [ "$up" != apt-get ]
}
until [ -e /run/e4/watched ]; do
found=
for p in /proc/[0-9]*; do
comm=; read -r comm <"$p/comm"
[ "$comm" = apt-get ] && installs "\${p#/proc/}" && found="$found \${p#/proc/}"
done
[ -z "$found" ] || : >/run/e4/apt-began
# One may have ended before the next began: only those that still run do so at once.
still=0
for p in $found; do installs "$p" && still=$((still + 1)); done
[ "$still" -lt 2 ] || for p in $found; do tr '\\0' ' ' <"/proc/$p/cmdline"; echo; done >>/run/e4/two-at-once
done 2>/dev/null`

describeReal('a controller that dies in the middle of a step', () => {
  const host = useHost()
  let dying: Controller
  let next: Controller
  beforeAll(() => {
    dying = new Controller(alone)
    next = new Controller(alone)
  })
  afterAll(() => {
    dying?.remove()
    next?.remove()
  })

  const waitFor = (path: string) => host().read(`until ls ${path} >/dev/null 2>&1; do sleep 0.02; done`)
  const argv = (recipe: string, sshConfig: string, more: readonly string[]) => [
    ...['apply', recipe, host().name, '-F', sshConfig, '--yes', ...more],
  ]

  const cases = (): FaultCase[] => [
    ...Object.entries(die).map(
      ([how, act]): FaultCase => ({
        id: how,
        run: () =>
          throughProxy(host(), async (proxy, sshConfig) => {
            await host().read('rm -rf /run/e4; mkdir /run/e4')
            const first = dying.start(argv('alone', sshConfig, ['--runner', 'one']))
            await waitFor('/run/e4/began')
            act(first, proxy)
            const second = next.start(argv('alone', host().sshConfig, ['--runner', 'two', '--wait']))
            expect(await second.seen(each => each.event === 'waiting')).toBeDefined()
            // The host has noticed; the step that runs is let go only now.
            await waitFor('/run/ops/run.*/stop')
            await host().read('touch /run/e4/go')
            const [ended, ran] = await Promise.all([first.ended, second.ended])
            await proxy.close()
            await allHold([
              () => expect(ended.code).not.toBe(0),
              () => clearError(ran, [0]),
              async () => expect(await host().read('cat /run/e4/second')).toBe('two\n'),
              async () => {
                const { code } = await host().exec('[ ! -e /run/e4/two-at-once ]')
                if (code !== 0) throw new BrokenInvariant('I3', 'a step ran twice at once')
              },
              () => noLeftovers(host(), next, 15_000),
              () => stillReachable(host()),
            ])
            return { exit: ended.code }
          }),
      }),
    ),
    {
      id: 'it is killed while apt installs a package',
      run: async () => {
        await host().read(
          'rm -rf /run/e4; mkdir /run/e4; dpkg -s bc >/dev/null 2>&1 && apt-get -y -q purge bc; true',
        )
        const watch = host().exec(watchApt)
        const first = dying.start(argv('package', host().sshConfig, []))
        await waitFor('/run/e4/apt-began')
        first.child.kill('SIGKILL')
        await first.ended
        const following = () =>
          next.run(argv('package', host().sshConfig, ['--wait']), { withinSeconds: 110 })
        let ran = await following()
        // The step may have ended between the plan of this run and its turn: that is told, and nothing is done.
        if (ran.code === 8) ran = await following()
        await host().read('touch /run/e4/watched')
        await watch
        await allHold([
          () => clearError(ran, [0]),
          async () =>
            expect(await host().read(`dpkg-query -W -f '\${Status}' bc`)).toBe('install ok installed'),
          async () => expect(await host().read('dpkg --audit')).toBe(''),
          async () => {
            const { code } = await host().exec('[ ! -e /run/e4/two-at-once ]')
            const which = await host().read('cat /run/e4/two-at-once 2>/dev/null; true')
            if (code !== 0) throw new BrokenInvariant('I3', `two apts ran at once:\n${which}`)
          },
          () => noLeftovers(host(), next, 15_000),
        ])
        return { exit: ran.code }
      },
    },
  ]

  faultClass({
    id: 'E4',
    title: 'is followed by no step more, and by another run only when that step has ended',
    invariants: ['I2', 'I3', 'I5', 'I7', 'I8', 'I9'],
    quick: 2,
    cases,
  })
})
