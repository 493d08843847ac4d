/** The side of the process in the background: asks and tells through its parent until the tunnel is up. */
import { inputError } from '../../base/errors.ts'
import type { Screen } from '../../report/screen.ts'
import { stateText } from '../../report/tunnel-text.ts'
import type { Prompts } from '../prompts.ts'
import type { FromChild, ToChild } from './detach.ts'
import type { TunnelView } from './view.ts'

/** True while the parent listens. */
function send(message: FromChild): boolean {
  return process.connected === true && process.send?.(message) === true
}

/** Should the parent end before the tunnel is up, nobody would know of it: it ends too. */
export function endWithParent(): () => void {
  const end = (): void => process.exit(130)
  process.on('disconnect', end)
  return () => process.off('disconnect', end)
}

/** Lines for the log, each with its time; until the tunnel is up the parent is told as well. */
export function detachedView(screen: Screen, host: string): TunnelView {
  const log = (text: string): void => screen.error(`${new Date().toISOString()} ${text}\n`)
  const note = (text: string): void => {
    log(text)
    send({ kind: 'note', text })
  }
  return {
    tell: log,
    state: state => {
      const text = stateText(host, state)
      if (text !== undefined) log(text)
    },
    watch: () => undefined,
    emit: event => {
      if (event.event === 'note') log(event.text)
    },
    showPlans: () => undefined,
    aside: work => work(),
    say: note,
    refuse: errors => {
      for (const error of errors) log(`${error.code}: ${error.title}`)
      send({ kind: 'failed', errors })
    },
    close: () => undefined,
  }
}

export function tellUp(greeting: string): void {
  send({ kind: 'up', greeting })
}

/** Questions go to the parent's terminal, one at a time; once the parent is gone there is nobody to ask. */
export function parentPrompts(): Prompts {
  let queue: Promise<unknown> = Promise.resolve()
  const ask = (question: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const onMessage = (message: ToChild): void => {
        if (message.kind === 'answer') resolve(message.text)
        else reject(inputError('nothing was typed'))
      }
      if (!send({ kind: 'ask', question })) {
        reject(inputError('nobody is there to be asked: the tunnel runs in the background'))
        return
      }
      process.once('message', onMessage)
    })
  const none = (): never => {
    throw new Error('only secrets are asked for in the background')
  }
  return {
    secret: question => {
      const turn = queue.then(() => ask(question))
      queue = turn.catch(() => undefined)
      return turn
    },
    confirm: none,
    text: none,
    select: none,
  }
}
