/** Starts a tunnel in the background: a process of its own that tells, over a private channel, what came of it. */
import { fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorData } from '../../base/errors.ts'
import { proxyAddress } from '../../tunnel/listen.ts'
import { stateFolder } from '../../tunnel/state-folder.ts'
import type { Prompts } from '../prompts.ts'
import type { TunnelView } from './view.ts'

/** Set in the process in the background: whether somebody can be asked through its parent. */
export const detachedVariable = 'OPS_SOCKS_DETACHED'

/** What goes over the channel; secrets never touch argv, the environment or a file. */
export type FromChild =
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'up'; readonly greeting: string }
  | { readonly kind: 'failed'; readonly errors: readonly ErrorData[] }
export type ToChild = { readonly kind: 'answer'; readonly text: string } | { readonly kind: 'cancel' }

/** What the process in the background tells when nobody listens; it goes with an ordinary end. */
export function logFileOf(proxy: string): string {
  return join(stateFolder(), `${encodeURIComponent(proxy)}.log`)
}

/** Waits until it is up, or has failed; answers with the exit code. */
export function detach(
  argv: readonly string[],
  { bind, port }: { readonly bind: string; readonly port: number },
  prompts: Prompts | undefined,
  view: TunnelView,
): Promise<number> {
  const logFile = logFileOf(proxyAddress(bind, port))
  // Added to, not emptied: another tunnel may have the port, and the file.
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(process.argv[1] ?? '', ['socks', ...argv], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...process.env, [detachedVariable]: prompts ? 'ask' : 'alone' },
  })
  closeSync(log)
  return new Promise(resolve => {
    let isUp = false
    let isRefused = false
    const interrupt = (): void => void child.kill('SIGTERM')
    process.on('SIGINT', interrupt)
    child.on('message', (message: FromChild) => {
      if (message.kind === 'note') view.say(message.text)
      if (message.kind === 'failed') {
        isRefused = true
        view.refuse(message.errors)
      }
      if (message.kind === 'ask') {
        const answer = prompts?.secret(message.question) ?? Promise.reject(new Error('nobody to ask'))
        answer.then(
          text => child.send({ kind: 'answer', text } satisfies ToChild),
          () => child.send({ kind: 'cancel' } satisfies ToChild),
        )
      }
      if (message.kind === 'up') {
        isUp = true
        view.state({ state: 'up', since: Date.now() })
        view.tell(message.greeting)
        view.tell(`In the background with pid ${child.pid}. End it with: ops socks stop ${port}`)
        process.off('SIGINT', interrupt)
        child.disconnect()
        child.unref()
        resolve(0)
      }
    })
    child.once('exit', code => {
      if (isUp) return
      if (!isRefused) view.say(`The process in the background ended; what it said is in ${logFile}`)
      resolve(code ?? 1)
    })
  })
}
