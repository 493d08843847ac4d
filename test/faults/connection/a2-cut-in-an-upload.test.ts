import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller, type Ran } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { fileIs, type PathVersions } from '../instruments/path-state.ts'
import { type Backend, backends, faultThroughProxy, recordPackets } from '../instruments/proxied.ts'
import { noTornFile } from '../invariants/i1-no-torn-file.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { converges } from '../invariants/i4-converges.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'
import { stillReachable } from '../invariants/i9-reachable.ts'

/** Large enough to go over a channel of its own; every 4 KB differ, so that a torn file cannot look whole. */
const payload = Array.from({ length: 256 }, (_, block) =>
  createHash('sha512').update(String(block)).digest('hex').repeat(32),
).join('')

const old = fileIs('old\n', '600')
const managed: readonly PathVersions[] = [
  { path: '/srv/payload', before: old, after: fileIs(payload, '644') },
  { path: '/srv/after', after: fileIs('after\n', '644') },
]

const uploads = {
  'recipes/uploads.ts': `
import { file, recipe } from 'ops-recipes'

export default recipe({
  summary: 'A large file.',
  params: {},
  steps: () => [
    file({ path: '/srv/payload', source: '../payload.bin', mode: '0644' }),
    file({ path: '/srv/after', content: 'after\\n', mode: '0644' }),
  ],
})
`,
}

/** The longest part of a rising list without a gap of more than two. */
function longestRun(positions: readonly number[]): readonly number[] {
  const runs: number[][] = []
  for (const position of positions) {
    const run = runs.at(-1)
    if (run !== undefined && position - (run.at(-1) ?? 0) <= 2) run.push(position)
    else runs.push([position])
  }
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), [])
}

describeReal('an upload that is cut', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(uploads)
    writeFileSync(join(controller.folder.path, 'payload.bin'), payload)
  })
  afterAll(() => controller?.remove())

  const reset = () =>
    host().read("rm -rf /srv/* /var/lib/ops/kept; printf 'old\\n' >/srv/payload; chmod 600 /srv/payload")
  const run = (backend: Backend, sshConfig = host().sshConfig): Promise<Ran> =>
    controller.run(['apply', 'uploads', host().name, '-F', sshConfig, '--yes', '--transport', backend])

  const cases = async (backend: Backend): Promise<FaultCase[]> => {
    await reset()
    const { toServer } = await recordPackets(host(), async sshConfig => run(backend, sshConfig))
    // Scripts come in packets of that size too; only the payload comes in many of them, one after the other.
    const large = longestRun(
      toServer.flatMap((end, index) => (end - (toServer[index - 1] ?? 0) > 16_000 ? [index] : [])),
    )
    const [first = 0, last = 0] = [large[0], large.at(-1)]
    const middle = Math.floor((first + last) / 2)
    if (large.length < 20) throw new Error(`the payload went in ${large.length} large packets`)
    const points: readonly (readonly [what: string, afterPackets: number, bytesInto: number])[] = [
      ['at byte 0', first, 0],
      ['after byte 1', first, 1],
      ['in the first packet', first, 10_000],
      ['at half', middle, 0],
      ['in the middle of a packet at half', middle, 10_000],
      ['in the last packet', last, 2_000],
      ['one packet before its end', last, 0],
      ['at its end', last + 1, 0],
      ['one packet after its end', last + 2, 0],
    ]
    return points.flatMap(([what, afterPackets, bytesInto]) =>
      (['cut', 'reset'] as const).map(fault => ({
        id: `${fault} ${what}`,
        run: async () => {
          await reset()
          return faultThroughProxy(host(), async (proxy, sshConfig) => {
            proxy.arm({ direction: 'toServer', afterPackets, bytesInto, fault })
            const ran = await run(backend, sshConfig)
            await allHold([
              () => clearError(ran, [0, 5]),
              () => stillReachable(host()),
              () => noLeftovers(host(), controller, 20_000),
              () => noTornFile(host(), managed),
              () => noFalseSuccess(ran, host(), managed),
              () => converges(() => run('ssh2'), host(), managed),
              () => noLeftovers(host(), controller, 20_000),
            ])
            return { exit: ran.code }
          })
        },
      })),
    )
  }

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'A2',
      title: `leaves the old file whole and nothing of itself over ${backend}, at byte 0, 1, N/2, N-1 and N`,
      invariants: ['I1', 'I2', 'I4', 'I5', 'I7', 'I8', 'I9'],
      quick: backend === 'ssh2' ? 3 : 1,
      cases: () => cases(backend),
    })
  })

  faultClass({
    id: 'A2',
    title: 'that has to wait for the lock is used when its turn comes',
    invariants: ['I1', 'I2', 'I4', 'I5', 'I7', 'I8'],
    quick: 1,
    cases: () => [
      {
        id: 'two looks at the lock',
        run: async () => {
          await reset()
          const held = host().exec(
            'mkdir -p -m 0700 /run/ops; rm -f /run/release; flock /run/ops/lock sh -c ": >/run/held; until [ -e /run/release ]; do sleep 0.02; done"',
          )
          await host().read('until [ -e /run/held ]; do sleep 0.02; done')
          const job = controller.start([
            'apply',
            'uploads',
            host().name,
            '-F',
            host().sshConfig,
            '--yes',
            '--wait',
          ])
          const waiting = (holder: string) =>
            job.seen(event => event.event === 'waiting' && event.text.endsWith(holder))
          // A holder is told once: another name tells that the lock was looked at again.
          for (const holder of ['the first look', 'the second look']) {
            await host().read(`echo ${holder} >/run/ops/holder`)
            expect(await waiting(holder)).toBeDefined()
          }
          await host().read('touch /run/release')
          await held
          const ran = await job.ended
          await allHold([
            () => clearError(ran, [0]),
            () => noFalseSuccess(ran, host(), managed),
            () => converges(() => run('ssh2'), host(), managed),
            () => noLeftovers(host(), controller, 20_000),
          ])
        },
      },
    ],
  })
})
