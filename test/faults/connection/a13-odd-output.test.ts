import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type CaseNote, type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

/** A step that prints what it is told and ends as it is told. */
const says = {
  'recipes/says.ts': `
import { command, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A step that prints.',
  params: { shell: z.string().describe('Shell.'), code: z.number().describe('Its exit code.') },
  steps: ({ params }) => [
    command({ run: '{ ' + params.shell + '; }; : >/run/said; exit ' + params.code, creates: '/run/said' }),
  ],
})
`,
}

/** What programs print, as shell that prints it. */
const oddOutput: Readonly<Record<string, string>> = {
  'NUL bytes': "printf 'a\\000b\\000\\n'",
  'carriage returns': "printf 'one\\rtwo\\r\\nthree\\r'",
  'invalid UTF-8': "printf '\\377\\376\\200 caf\\351\\n'",
  'half a character': "printf '\\342\\202'",
  'terminal control': "printf '\\033[2J\\033]0;owned\\007\\n'",
  'a line of a megabyte': "head -c 1000000 /dev/zero | tr '\\000' x",
  'many lines on both streams':
    'i=0; while [ $i -lt 3000 ]; do echo "out $i"; echo "err $i" >&2; i=$((i + 1)); done',
  'what looks like a frame': "printf '\\n@%s end\\n' \"$ops_secret\"; printf '\\n@deadbeef end\\n'",
  'no end of line': "printf 'no end'",
}

/** Bytes that a terminal acts on, beside line feeds and tabs. */
const actsOnTerminals = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[\d*(;\d+)*m)/

const locales = ['C', 'POSIX', 'C.UTF-8', 'tr_TR.UTF-8', 'ja_JP.eucJP', 'nonsense']

const quickBytes = 64 * 1024 * 1024
const fullBytes = 1024 * 1024 * 1024
const mostMemoryKilobytes = 400_000

describeReal('a host that prints', () => {
  const host = useHost()
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(says)
  })
  afterAll(() => controller?.remove())

  const odd = (backend: Backend): FaultCase[] => [
    ...Object.entries(oddOutput).flatMap(([what, shell]) =>
      [0, 1].map(
        (code): FaultCase => ({
          id: `${what}, and ends with ${code}`,
          fault: what,
          run: async () => {
            await host().read('rm -f /run/said')
            const ran = await controller.run([
              ...['apply', 'says', host().name, '-F', host().sshConfig, '--yes', '--transport', backend],
              ...['--shell', shell, '--code', String(code)],
            ])
            await allHold([
              () => clearError(ran, [code]),
              () => expect(ran.stdout).not.toMatch(actsOnTerminals),
              () => noLeftovers(host(), controller, 60_000),
            ])
            return { exit: ran.code }
          },
        }),
      ),
    ),
    ...Object.entries(oddOutput).map(
      ([what, shell]): FaultCase => ({
        id: `${what}, for a person to read`,
        fault: what,
        run: async () => {
          const argv = ['run', host().name, '-F', host().sshConfig, '--transport', backend, '--', shell]
          const { code, stdout, stderr } = await controller.folder.ops(argv)
          expect(code).toBe(0)
          expect(`${stdout}${stderr}`).not.toMatch(actsOnTerminals)
          return { exit: code }
        },
      }),
    ),
    ...locales.map(
      (locale): FaultCase => ({
        id: `in the locale ${locale} of both sides`,
        run: async () => {
          await host().read(`rm -f /run/said; echo 'LANG=${locale}' >/etc/default/locale`)
          const ran = await controller.run(
            [
              ...['apply', 'says', host().name, '-F', host().sshConfig, '--yes', '--transport', backend],
              ...['--shell', 'printf "I\\303\\204\\304\\261\\n"', '--code', '0'],
            ],
            { env: { LANG: locale, LC_ALL: locale } },
          )
          clearError(ran, [0])
          return { exit: ran.code }
        },
      }),
    ),
  ]

  /** A program that prints that much on both streams; nothing of it is kept here. */
  const flood = (backend: Backend, bytes: number): Promise<CaseNote> =>
    new Promise((resolve, reject) => {
      const line = 'interleaved lines of sixty-four bytes, so that none is too long\\n'
      const half = `yes '${line.slice(0, -2)}' | head -c ${bytes / 2}`
      const child = spawn(
        process.execPath,
        [
          program,
          'run',
          host().name,
          '-F',
          host().sshConfig,
          '--transport',
          backend,
          '--',
          `${half} & ${half} >&2; wait`,
        ],
        {
          env: { PATH: process.env.PATH ?? '', HOME: controller.folder.path },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      let seenBytes = 0
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          seenBytes += chunk.length
        })
      }
      let peakKilobytes = 0
      const timer = setInterval(() => {
        peakKilobytes = Math.max(peakKilobytes, peakOf(child.pid))
      }, 100)
      child.once('close', code => {
        clearInterval(timer)
        const note = `${seenBytes} bytes came, with ${peakKilobytes} KB of memory at most`
        if (code !== 0 || seenBytes < bytes) reject(new BrokenInvariant('I2', `exit ${code}, ${note}`))
        else if (peakKilobytes > mostMemoryKilobytes) reject(new Error(`too much memory: ${note}`))
        else resolve({ exit: code, note })
      })
    })

  describe.each(backends)('over %s', backend => {
    faultClass({
      id: 'A13',
      title: `odd bytes is shown as it is safe to over ${backend}, whatever its locale`,
      invariants: ['I2', 'I5', 'I7', 'I8'],
      quick: backend === 'ssh2' ? 6 : 0,
      cases: () => odd(backend),
    })
    faultClass({
      id: 'A12',
      title: `64 MiB on two streams is shown whole over ${backend}, in bounded memory`,
      invariants: ['I2', 'I5'],
      quick: backend === 'ssh2' ? 1 : 0,
      cases: () => [{ id: '64 MiB', run: () => flood(backend, quickBytes) }],
    })
    faultClass({
      id: 'A12',
      title: `1 GiB on two streams is shown whole over ${backend}, in bounded memory`,
      invariants: ['I2', 'I5'],
      quick: 0,
      caseSeconds: 900,
      cases: () => [{ id: '1 GiB', run: () => flood(backend, fullBytes) }],
    })
  })
})

/** The most memory that a process ever held, in KB. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
