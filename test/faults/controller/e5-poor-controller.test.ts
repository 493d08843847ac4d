import { afterAll, beforeAll, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller, type Ran } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { oneWord, resetWord, wordPaths } from '../instruments/one-word.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { converges } from '../invariants/i4-converges.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

/** What is wrong with the machine that ops runs on, as shell that goes before it in a mount namespace of its own. */
interface Poverty {
  readonly what: string
  readonly shell: string
  readonly exits: readonly number[]
}

/** Home, cache and temporary files on a small file system of their own; the recipes are elsewhere. */
const small = (then: string): string =>
  `mkdir -p "$HOME/poor" && mount -t tmpfs -o size=64k,nr_inodes=20 tmpfs "$HOME/poor" && export HOME="$HOME/poor" TMPDIR="$HOME/poor" XDG_CACHE_HOME="$HOME/poor"; ${then}`

const machines: readonly Poverty[] = [
  { what: 'a full disk', shell: small('cat /dev/zero >"$HOME/filled" 2>/dev/null; :'), exits: [0, 3] },
  {
    what: 'no inodes left',
    shell: small('i=0; while true >"$HOME/$i"; do i=$((i + 1)); done 2>/dev/null; :'),
    exits: [0, 3],
  },
  { what: 'a read-only home', shell: small('mount -o remount,ro "$HOME"'), exits: [0, 3] },
  { what: 'no home', shell: 'export HOME=/proc/none XDG_CACHE_HOME=/proc/none/cache', exits: [0] },
  { what: 'no temporary folder', shell: 'export TMPDIR=/proc/none', exits: [0, 3] },
  // With fewer, Node itself does not start.
  ...[24, 28, 32, 40].map(files => ({
    what: `${files} open files at most`,
    shell: `ulimit -n ${files}`,
    exits: [0, 1, 3, 4, 5],
  })),
]

describeReal('a controller on a machine that has', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(oneWord)
  })
  afterAll(() => controller?.remove())

  const apply = (shell = ':'): Promise<Ran> =>
    controller.run(['apply', 'word', host().name, '-F', host().sshConfig, '--yes'], {
      through: ['unshare', '--mount', 'sh', '-c', `${shell}\nexec "$@"`, 'sh'],
    })

  const poor = machines.map(
    ({ what, shell, exits }): FaultCase => ({
      id: what,
      run: async () => {
        await resetWord(host())
        const ran = await apply(shell)
        await allHold([
          () => clearError(ran, exits),
          () => noFalseSuccess(ran, host(), wordPaths),
          () => converges(() => apply(), host(), wordPaths),
          () => noLeftovers(host(), controller, 15_000),
        ])
        return { exit: ran.code }
      },
    }),
  )

  /** Where output cannot go, the work is still done or told as undone, and nothing hangs. */
  const mute = (
    [
      ['stdout on a full disk', 'exec "$@" >/dev/full'],
      ['stdout closed', 'exec "$@" >&-'],
      ['a reader that went away', '{ "$@"; echo $? >"$HOME/code"; } | true; exit $(cat "$HOME/code")'],
    ] as const
  ).map(
    ([what, shell]): FaultCase => ({
      id: what,
      run: async () => {
        await resetWord(host())
        const ran = await controller.run(['apply', 'word', host().name, '-F', host().sshConfig, '--yes'], {
          through: ['sh', '-c', shell, 'sh'],
        })
        await allHold([
          () => noFalseSuccess(ran, host(), wordPaths),
          () => expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/node:internal|Unhandled|\bat .*:\d+:\d+/),
          () => converges(() => apply(), host(), wordPaths),
          () => noLeftovers(host(), controller, 15_000),
        ])
        return { exit: ran.code }
      },
    }),
  )

  faultClass({
    id: 'E5',
    title: 'no room, no home, no files to open or nobody to read does its work or says why not',
    invariants: ['I2', 'I4', 'I5', 'I7', 'I8'],
    quick: 3,
    cases: () => [...poor, ...mute],
  })
})
