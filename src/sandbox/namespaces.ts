/** The namespaces of a sandbox: started, entered, and gone with whoever holds them. */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { OpsError } from '../base/errors.ts'
import { withPipes } from '../base/with-pipes.ts'
import type { SandboxNetwork } from './network.ts'
import { cannot, type SandboxKind } from './requirements.ts'
import { viewScript } from './view.ts'
import { openWebProxy, type WebProxy } from './web-proxy.ts'

/** Namespaces that hold the view, until `close` or the end of this process. */
export interface Namespaces {
  /** The words in front of a command that is to run inside, with no more rights than a container's root has. */
  readonly enter: readonly string[]
  /** Resolves when nothing runs inside any more. */
  readonly gone: Promise<void>
  close(): Promise<void>
}

const sbinPath = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`

/** Environment of everything that is started here: the tools of an ordinary user's PATH may lack sbin. */
export const environment = { ...process.env, PATH: sbinPath }

/**
 * Process 1 inside: lives until its stdin ends, that is, until the process that holds the other end is gone in
 * whatever way; the kernel then kills all others. With SIGCHLD ignored it also reaps children nobody waits for.
 */
const keeperScript = '/bin/sh "$0" "$@" </dev/null & exec env --ignore-signal=CHLD cat >/dev/null 2>&1'

/** Starts the namespaces on the files in `folder`; resolves when the view is ready. */
export async function openNamespaces(
  folder: string,
  kind: SandboxKind,
  network: SandboxNetwork,
  note: (text: string) => void,
): Promise<Namespaces> {
  const script = join(folder, 'view.sh')
  writeFileSync(script, viewScript)
  const child = withPipes(
    spawn(
      'unshare',
      [
        ...(kind === 'fuse' ? ['--user', '--map-root-user', '--map-auto'] : []),
        ...['--mount', '--pid', '--ipc', '--uts', ...(network === 'shared' ? [] : ['--net'])],
        ...['--fork', '--kill-child', '/bin/sh', '-c', keeperScript, script, folder, kind, network],
      ],
      // A session of its own: Ctrl-C is for ops, which ends the sandbox when it is done.
      { env: environment, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    ),
    'unshare',
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  child.stdin.on('error', () => undefined)
  const gone = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    child.once('error', error => {
      said += error.message
      resolve()
    })
  })

  let pid: string | undefined
  let failed: string | undefined
  let ready = false
  let proxy: WebProxy | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = '', ...rest] = line.split(' ')
    const text = rest.join(' ')
    if (word === 'pid') {
      pid = text
      if (network === 'own') proxy = await openWebProxy([...enterNetwork(pid, kind), '--'], environment)
    }
    if (word === 'note') note(`sandbox: ${text}`)
    else if (word === 'fail') failed = text
    else if (word === 'ready') ready = true
    if (ready || failed !== undefined) break
  }
  if (!ready || pid === undefined) {
    proxy?.close()
    child.stdin.end()
    await gone
    throw couldNotStart(failed, said.trim(), kind)
  }
  child.stdout.resume()
  // The pipe to its first process must not keep this process alive.
  child.unref()
  return {
    enter: enterCommand(pid, kind, network),
    gone,
    async close() {
      proxy?.close()
      child.ref()
      child.stdin.end()
      await gone
    },
  }
}

function enterCommand(pid: string, kind: SandboxKind, network: SandboxNetwork): readonly string[] {
  const capabilities = [...containerCapabilities, ...(network === 'shared' ? [] : ownNetworkCapabilities)]
  return [
    ...(network === 'shared' ? ['nsenter', `--target=${pid}`] : enterNetwork(pid, kind)),
    ...['--mount', '--pid', '--ipc', '--uts', ...(network === 'shared' && kind === 'fuse' ? ['--user'] : [])],
    ...[
      '--',
      'setpriv',
      `--bounding-set=-all,${capabilities.map(name => `+${name}`).join(',')}`,
      '--inh-caps=-all',
      '--',
    ],
  ]
}

const enterNetwork = (pid: string, kind: SandboxKind): readonly string[] => [
  ...['nsenter', `--target=${pid}`, '--net'],
  ...(kind === 'fuse' ? ['--user'] : []),
]

/** What packages and logins need. Without mounting, device nodes, tracing, the clock or kernel modules. */
const containerCapabilities = [
  ...['chown', 'dac_override', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap', 'setfcap'],
  ...['sys_chroot', 'audit_write'],
]
const ownNetworkCapabilities = ['net_bind_service', 'net_raw', 'net_admin']

function couldNotStart(failed: string | undefined, said: string, kind: SandboxKind): OpsError {
  const why = failed || 'could not be set up: this machine does not allow it'
  const advice =
    kind === 'fuse'
      ? 'Run this as root, or use a host of your own: `ops apply RECIPE user@host`.'
      : 'In a container, allow it mounts (--privileged), or use a host of your own: `ops apply RECIPE user@host`.'
  const refusal = cannot(!failed ? why : `could not be set up: ${why}`, advice)
  return said === '' ? refusal : new OpsError({ ...refusal.data, said })
}
