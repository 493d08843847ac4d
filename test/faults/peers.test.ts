/** The same faults for ops and its peers, as findings rather than as tests: `npm run faults -- --peers`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Command } from '../../bench/contender.ts'
import { realHosts } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { absent, pathsOn } from './instruments/path-state.ts'
import { type PeerTool, peerBinds, peerPaths, peerTools } from './instruments/peer-tools.ts'
import { type FaultProxy, startProxy } from './instruments/proxy.ts'
import { keepPeer, logsFolder, type PeerLine } from './instruments/results.ts'
import { missing } from './invariants/i2-no-false-success.ts'
import { leftOn } from './invariants/i7-no-leftovers.ts'

const isAsked = process.env.OPS_FAULTS_PEERS !== undefined
const hangSeconds = 120
/** How long a host may take to be rid of a run before what is there counts as left behind. */
const quietSeconds = 20

/** A run of a tool, with all of its processes in one group. */
interface PeerRun {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly exit: number; readonly seconds: number; readonly hung: boolean }>
}

function start({ argv, cwd, env = {} }: Command, log: string): PeerRun {
  const [command = '', ...words] = argv
  const startedAt = performance.now()
  const child = spawn(command, words, {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const file = createWriteStream(log, { flags: 'a' })
  for (const stream of [child.stdout, child.stderr]) stream.pipe(file, { end: false })
  let hung = false
  const timer = setTimeout(() => {
    hung = true
    killGroup(child)
  }, hangSeconds * 1000)
  const ended = new Promise<Awaited<PeerRun['ended']>>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => {
      clearTimeout(timer)
      resolve({ exit: code ?? 137, seconds: Math.round((performance.now() - startedAt) / 100) / 10, hung })
    })
  })
  return { child, ended }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

describe.skipIf(!isAsked || !realHosts().available)('side by side', { timeout: 6 * 3_600_000 }, () => {
  const host = useHost({ withPackages: ['python3'], binds: peerBinds })

  const reset = async (): Promise<void> => {
    const lines = peerPaths.flatMap(({ path, before }) =>
      before?.text === undefined ? [] : [`printf %s '${before.text}' >${path}`],
    )
    await host().read(
      `rm -rf /etc/peers /var/lib/ops/kept /root/.ansible; mkdir -m 755 /etc/peers\n${lines.join('\n')}`,
    )
  }

  const torn = async (): Promise<string[]> => {
    const seen = await pathsOn(
      host(),
      peerPaths.map(each => each.path),
    )
    return peerPaths.flatMap(({ path, before = absent, after }) =>
      [before.words, after.words].includes(seen.get(path) ?? '') ? [] : [path],
    )
  }

  /** Processes of logins, temporary files, and whatever else was not there before. */
  const left = async (): Promise<string[]> => {
    const strange = `find /etc/peers /root /tmp /var/tmp -xdev -mindepth 1 -newer /run/peers-began ! -type d ! -path '/etc/peers/file*.conf' ! -path '/root/.local/*' ! -path '/root/.cache/*' ! -path '/root/.config/*'`
    for (let second = 0; ; second++) {
      const found = [...(await leftOn(host())), ...(await host().read(strange)).trim().split('\n')].filter(
        Boolean,
      )
      if (found.length === 0 || second >= quietSeconds) return found
      await pause(1000)
    }
  }

  describe.each(peerTools)('$name', (tool: PeerTool) => {
    const lacking = isAsked ? tool.missing() : undefined
    test.skipIf(lacking !== undefined)('A1, A3, C1, E1 and E2, on the same host', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ops-peer-'))
      let runs = 0
      const begin = (sshConfig: string, log: string): PeerRun => {
        const own = join(folder, String(runs++))
        mkdirSync(own)
        return start(tool.command({ name: host().name, sshConfig, folder: own }), log)
      }

      /** One run with a fault at that part of all bytes, then what is true, then one without. */
      const put = async (
        line: Pick<PeerLine, 'class' | 'id'>,
        atByte: number,
        act: (proxy: FaultProxy, run: PeerRun) => Promise<void> | void,
      ): Promise<void> => {
        await reset()
        await host().read('touch /run/peers-began')
        const log = join(
          logsFolder(),
          `${tool.name} ${line.class} ${line.id}.log`.replaceAll(/[^A-Za-z0-9.]+/g, '-'),
        )
        const proxy = await startProxy({ host: host().address, port: host().port })
        try {
          let run: PeerRun | undefined
          proxy.arm({
            when: () => proxy.passed('toServer') + proxy.passed('toClient') >= atByte,
            fault: () => {
              if (run) void act(proxy, run)
            },
          })
          run = begin(host().sshConfigThrough(proxy.port), log)
          const end = await run.ended
          await proxy.close()
          // A control master of the tool's own would carry the next run over a dead link.
          killGroup(run.child)
          // It was over before its fault came off: nothing was put to the test.
          if (proxy.isArmed) return
          const wrong = await missing(host(), peerPaths)
          const found = await left()
          // The run after it would mend what it tore.
          const tornByFault = await torn()
          const again = await begin(host().sshConfig, log).ended
          keepPeer({
            tool: tool.name,
            ...line,
            ...end,
            torn: tornByFault,
            falseSuccess: end.exit === 0 && wrong.length > 0,
            left: found,
            rerunExit: again.exit,
            rerunWanted: (await missing(host(), peerPaths)).length === 0,
          })
        } finally {
          await proxy.close()
        }
      }

      try {
        await reset()
        const proxy = await startProxy({ host: host().address, port: host().port })
        const whole = await begin(
          host().sshConfigThrough(proxy.port),
          join(logsFolder(), `${tool.name}-whole.log`),
        ).ended
        const bytes = proxy.passed('toServer') + proxy.passed('toClient')
        await proxy.close()
        expect([whole.exit, await missing(host(), peerPaths)]).toEqual([0, []])
        const parts = (count: number) =>
          Array.from({ length: count }, (_, index) => (index + 1) / (count + 1))
        const percent = (part: number) => `at ${Math.round(part * 100)} % of its bytes`
        for (const part of parts(12)) {
          await put({ class: 'A1', id: `cut ${percent(part)}` }, part * bytes, proxied =>
            proxied.inject('cut'),
          )
        }
        for (const part of parts(3)) {
          await put({ class: 'A3', id: `silent ${percent(part)}` }, part * bytes, proxied =>
            proxied.inject('stall'),
          )
        }
        for (const part of parts(12)) {
          await put(
            { class: 'C1', id: `all it runs on the host is killed ${percent(part)}` },
            part * bytes,
            async () => {
              await host().exec(
                `for p in /proc/[0-9]*; do
grep -qE '/(session-[^/]*\\.scope|sshd?\\.service)' $p/cgroup 2>/dev/null || continue
case $(tr '\\0' ' ' <$p/cmdline) in 'sshd: /usr/sbin/sshd'*) ;; *) kill -9 \${p#/proc/} ;; esac
done`,
              )
            },
          )
        }
        for (const part of parts(8)) {
          await put(
            { class: 'E2', id: `the controller is killed ${percent(part)}` },
            part * bytes,
            (_proxy, run) => killGroup(run.child),
          )
        }
        for (let race = 1; race <= 10; race++) {
          await reset()
          const log = join(logsFolder(), `${tool.name}-E1-${race}.log`)
          const both = await Promise.all(
            [begin(host().sshConfig, log), begin(host().sshConfig, log)].map(each => each.ended),
          )
          const exits = both.map(each => each.exit)
          keepPeer({
            tool: tool.name,
            class: 'E1',
            id: `race ${race}`,
            exit: Math.max(...exits),
            seconds: Math.max(...both.map(each => each.seconds)),
            hung: both.some(each => each.hung),
            // Both went ahead at once where none was told of the other.
            together: exits.every(each => each === 0),
            torn: await torn(),
            falseSuccess: exits.includes(0) && (await missing(host(), peerPaths)).length > 0,
            left: [],
          })
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
})
