import { readFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type CaseNote, type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { anySteps, applySteps } from '../instruments/one-step.ts'
import {
  canary,
  copiesOfHers,
  herPlace,
  privatePlace,
  type SwappedStep,
  swappedSteps,
} from '../instruments/swapped-steps.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const shells = [
  { name: 'dash', argv: 'dash', path: '' },
  { name: 'bash', argv: 'bash --posix', path: '' },
  { name: 'busybox', argv: 'busybox sh', path: '/root/applets:' },
] as const
const isFullSweep = process.env.OPS_FAULTS === 'all'
const triesOfOne = Number(process.env.OPS_SWAPS ?? (isFullSweep ? 60 : 25))
const runsOfOne = isFullSweep ? 10 : 3

describeReal('a local user who swaps what is hers for links', () => {
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(anySteps)
  })
  afterAll(() => controller?.remove())
  const host = useHost({ withPackages: ['busybox', 'git', 'rsync'] })
  beforeAll(async () => {
    await host().read(`mkdir -p /root/applets && busybox --install -s /root/applets
      mkdir -p /srv/source && echo hers >/srv/source/file
      mkdir -p ${copiesOfHers}${herPlace}/app/back/deep && cd ${copiesOfHers}${herPlace}
      echo copied | tee app/key app/back/one >app/back/deep/two && chown -R guest: .`)
    const program = readFileSync(new URL('../instruments/swapping-user.pl', import.meta.url), 'utf8')
    await host().exec('cat >/srv/swap.pl', { input: program })
  })

  /** All of root's that she could get at, looked at by find and sha256sum: any change at all moves a time of change. */
  const look = `find ${privatePlace} /root/.ssh /etc/sudoers -printf '%p %y %m %u %g %n %s %T@ %C@\\n' | sort
    find ${privatePlace} /root/.ssh -type f -exec sha256sum {} + | sort`
  /** What she has now of what is root's: words of root's files, programs that make her root. */
  const loot = `runuser -u guest -- grep -rsl ${canary} /home/guest /srv/copies 2>/dev/null
    find /home/guest -user root -perm /6000 ! -type d 2>/dev/null`
  /** Folders in which root wrote: where she moves none of them herself, none stays. */
  const stages = `find /home/guest /srv/copies -user root -name '.ops.*' 2>/dev/null`
  const fresh = `systemctl stop swap 2>/dev/null; rm -rf ${herPlace} ${privatePlace} /srv/copies /run/race /home/guest/swaps
    mkdir -p ${privatePlace}/sub ${privatePlace}/git/objects ${privatePlace}/git/refs /run/race/run && chmod 700 ${privatePlace} /run/race
    for each in key sub/deep git/HEAD git/config authorized_keys; do echo "a=${canary}" >${privatePlace}/$each; chmod 600 ${privatePlace}/$each; done
    install -d -o guest -g guest ${herPlace}`

  const script = ({ libraries, probe, apply, after = ':' }: SwappedStep, path: string): string =>
    [
      `PATH=${path}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; export PATH LC_ALL; umask 022`,
      'OPS_DIR=/run/race/run OPS_STAGE=/run/race OPS_NONCE=feed0123456789ab OPS_MARK=mark HOME=/root; cd /',
      'ops_wants_detail() { :; }; ops_detail() { cat; }',
      libraries,
      'n=0 done=0 refused=0',
      'while [ $n -lt "$1" ]; do n=$((n + 1)); : >/run/race/run/journal',
      `( ${probe}`,
      ') >>/run/race/seen 2>/dev/null </dev/null || :',
      `if ( set -e`,
      apply,
      ') >/dev/null 2>>/run/race/said </dev/null; then done=$((done + 1)); else refused=$((refused + 1)); fi',
      after,
      'done',
      'echo "$done $refused"',
    ].join('\n')

  /** Lays everything out, lets her swap while `work` goes on, and looks at what became of it. */
  const underAttack = async (
    each: SwappedStep,
    tries: number,
    work: () => Promise<string>,
  ): Promise<CaseNote> => {
    const words = each.swaps.join(' ')
    const swap = `perl /srv/swap.pl ${herPlace}`
    await host().read(`${fresh}; runuser -u guest -- ${swap} furnish ${words}`)
    const before = await host().read(look)
    await host().read(`systemd-run -q --unit=swap --uid=guest ${swap} /home/guest/swaps ${words}`)
    try {
      const told = await work()
      await host().read('systemctl stop swap; systemctl reset-failed swap 2>/dev/null || :')
      const swaps = Number(await host().read('cat /home/guest/swaps 2>/dev/null || echo 0'))
      const after = await host().read(look)
      if (after !== before)
        throw new BrokenInvariant('I3', `root's files are not as they were: ${moved(before, after)}`)
      const taken = (await host().exec(loot)).stdout.trim()
      if (taken !== '') throw new BrokenInvariant('I6', `she has got ${taken}`)
      const left = (await host().exec(stages)).stdout.trim()
      if (left !== '' && !each.swaps.some(swapped => swapped.includes('=stage:')))
        throw new BrokenInvariant('I7', `left behind: ${left}`)
      if (swaps < tries) throw new Error(`she swapped ${swaps} times only`)
      return { note: `${tries} tries, ${told}, ${swaps} swaps` }
    } finally {
      await host().exec('systemctl stop swap; systemctl reset-failed swap; userdel racer 2>/dev/null')
    }
  }

  const swappedCase = (each: SwappedStep, { name, argv, path }: (typeof shells)[number]): FaultCase => ({
    id: `${each.id}, ${name}`,
    run: async () => {
      await host().read(fresh)
      await host().exec('cat >/root/race.sh', { input: script(each, path) })
      // Left in peace, the step does what it is to do, or says why not.
      await host().read(`runuser -u guest -- perl /srv/swap.pl ${herPlace} furnish ${each.swaps.join(' ')}`)
      const calm = (await host().exec(`${argv} /root/race.sh 1; cat /run/race/said`)).stdout
      if (each.refused ? !each.refused.test(calm) : !calm.startsWith('1 0\n'))
        throw new BrokenInvariant('I2', `without her it does not end as it should: ${calm.slice(0, 500)}`)
      return underAttack(each, triesOfOne, async () => {
        const { stdout } = await host().exec(`${argv} /root/race.sh ${triesOfOne}`)
        const [done = 0, refused = 0] = stdout.trim().split(' ').map(Number)
        if (done + refused !== triesOfOne) throw new Error(`the loop ended early: ${stdout}`)
        return `${done} done, ${refused} refused`
      })
    },
  })

  const wholeRunsCase = (each: SwappedStep): FaultCase => ({
    id: `whole runs of ${each.id}`,
    run: () =>
      underAttack(each, runsOfOne, async () => {
        const codes: (number | null)[] = []
        for (let run = 0; run < runsOfOne; run++) {
          const ran = await applySteps(controller, host(), [each.spec])
          clearError(ran, [0, 1, 8])
          codes.push(ran.code)
          await host().exec(each.after ?? ':')
        }
        return `ending with ${codes.join(' ')}`
      }),
  })

  faultClass({
    id: 'D5',
    title: 'a user who swaps what is hers for links, as fast as she can, gets nothing from a run as root',
    invariants: ['I3', 'I5', 'I6', 'I7'],
    quick: 2,
    cases: () => swappedSteps().flatMap(each => shells.map(shell => swappedCase(each, shell))),
  })

  faultClass({
    id: 'D5',
    title: 'nor from whole runs of ops meanwhile, which end as they should',
    invariants: ['I3', 'I5', 'I6', 'I7', 'I8'],
    quick: 1,
    cases: () => swappedSteps().map(wholeRunsCase),
  })
})

/** The lines in which two looks differ. */
function moved(before: string, after: string): string {
  const [one, other] = [before.split('\n'), after.split('\n')]
  const gone = one.filter(line => !other.includes(line)).map(line => `- ${line}`)
  const come = other.filter(line => !one.includes(line)).map(line => `+ ${line}`)
  return [...gone, ...come].slice(0, 8).join('; ')
}
