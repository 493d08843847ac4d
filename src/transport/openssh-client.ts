/** One program or forwarding over `ssh`, by a client that speaks through the master and never connects by itself. */

import { spawn } from 'node:child_process'
import { childEnvironment } from '../base/child-environment.ts'
import { withPipes } from '../base/with-pipes.ts'
import { childProcess } from './child-process.ts'
import type { ChannelNews, OpensshMaster } from './openssh-master.ts'
import type { Ending, RemoteProcess } from './transport.ts'

/** One `ssh` that speaks through the master. */
export interface OpensshClient {
  readonly process: RemoteProcess
  /** Asked after its output has ended: whether the far end did that, and not a connection that broke. */
  readonly endedWell: () => Promise<boolean>
}

/**
 * Starts it with the rest of its words. The caller starts one at a time: the master's log does not say which client a
 * channel belongs to. @throws what `refused` and `lost` make of it
 */
export async function startClient(
  master: OpensshMaster,
  rest: readonly string[],
  refused: (detail: string) => Error,
  lost: () => Error,
): Promise<OpensshClient> {
  if (master.isGone) throw lost()
  // Should the master be gone, `ssh` would connect by itself: the false proxy keeps it from doing so.
  const options = ['ControlMaster=no', 'BatchMode=yes', 'ProxyCommand=false', 'LogLevel=QUIET']
  const words = ['-F', 'none', '-S', master.socketPath, ...options.flatMap(option => ['-o', option]), ...rest]
  const child = withPipes(
    spawn('ssh', words, { detached: true, stdio: 'pipe', env: childEnvironment() }),
    'ssh',
  )
  const seen = new Set<ChannelNews>()
  const process = childProcess(child, code => endingOf(master, code, channel, seen))
  let channel: number | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const onCreated = (id: number) => {
        channel ??= id
      }
      const onNews = (id: number, news: ChannelNews, detail: string) => {
        if (id !== channel) return
        seen.add(news)
        if (news === 'opened') done()
        if (news === 'refused') done(refused(detail))
        if (news === 'not-started') {
          // The master keeps its copies of the pipes until the server closes the channel, which it may never do.
          for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
          child.kill()
        }
        if (news === 'freed') master.off('channel', onNews)
      }
      const onGone = () => done(lost())
      const done = (error?: Error) => {
        master.off('created', onCreated)
        master.off('gone', onGone)
        if (error) {
          master.off('channel', onNews)
          reject(error)
        } else resolve()
      }
      master.on('created', onCreated)
      master.on('channel', onNews)
      master.once('gone', onGone)
      void process.ended.then(() => {
        if (!seen.has('opened')) done(lost())
      })
    })
  } catch (error) {
    child.kill()
    throw error
  }
  return {
    endedWell: async () => {
      if (channel !== undefined && !seen.has('far-end')) await channelFreed(master, channel)
      return seen.has('far-end')
    },
    process: {
      ...process,
      close() {
        process.close()
        child.kill()
      },
    },
  }
}

/** `ssh` says 255 for a remote 255, a signal and a lost connection: the master's log tells them apart. */
async function endingOf(
  master: OpensshMaster,
  code: number | null,
  channel: number | undefined,
  seen: ReadonlySet<ChannelNews>,
): Promise<Ending> {
  if (code !== null && code !== 255) return { code }
  if (seen.has('not-started')) return { lost: 'the server refused to start a program' }
  if (channel !== undefined && !seen.has('freed')) await channelFreed(master, channel)
  if (seen.has('exit-status') && code !== null) return { code }
  if (seen.has('exit-signal')) return { signal: 'a signal' }
  return { lost: master.isGone ? master.lastWords : 'the session ended without an exit status' }
}

/** The log may lag behind the client's exit, but not by much. */
function channelFreed(master: OpensshMaster, channel: number): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(patience)
      master.off('gone', done)
      master.off('channel', onNews)
      resolve()
    }
    const onNews = (id: number, news: ChannelNews) => {
      if (id === channel && news === 'freed') done()
    }
    const patience = setTimeout(done, 1_000)
    if (master.isGone) return done()
    master.on('channel', onNews)
    master.once('gone', done)
  })
}
