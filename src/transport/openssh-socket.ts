/** A stream to a unix socket of the far end through a running master of the system's `ssh`. */

import { spawn } from 'node:child_process'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { childEnvironment } from '../base/child-environment.ts'
import { inputError } from '../base/errors.ts'
import { withPipes } from '../base/with-pipes.ts'
import type { ChannelNews, OpensshMaster } from './openssh-master.ts'
import { SessionRefused } from './session-refused.ts'

/** Listeners of each master: by the path at the far end, the path here. */
const listeners = new WeakMap<OpensshMaster, Map<string, Promise<string>>>()

/** Opens one stream; the caller sees to it that none other is being opened meanwhile, as the log of a master has no names. */
export async function openThroughMaster(
  master: OpensshMaster,
  name: string,
  path: string,
  lost: () => Error,
): Promise<Duplex> {
  const known = listeners.get(master) ?? new Map<string, Promise<string>>()
  listeners.set(master, known)
  const listening = known.get(path) ?? listen(master, path, join(master.directory, `s${known.size}`))
  known.set(path, listening)
  listening.catch(() => known.delete(path))
  const socket = createConnection(await listening)
  await channelOpened(master, socket, reason => new SessionRefused(name, reason, path), lost)
  return socket
}

async function listen(master: OpensshMaster, path: string, here: string): Promise<string> {
  const options = ['ControlMaster=no', 'BatchMode=yes', 'ProxyCommand=false'].flatMap(each => ['-o', each])
  const where = `${here}:${path}`
  const words = [
    '-F',
    'none',
    '-S',
    master.socketPath,
    ...options,
    '-O',
    'forward',
    '-L',
    where,
    '--',
    'host',
  ]
  const child = withPipes(
    spawn('ssh', words, { stdio: ['ignore', 'ignore', 'pipe'], env: childEnvironment() }),
    'ssh',
  )
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  child.once('error', () => undefined)
  const said = await text(child.stderr)
  if ((await ended) === 0) return here
  throw inputError(`ssh cannot forward the socket ${path}: ${said.trim()}`)
}

function channelOpened(
  master: OpensshMaster,
  socket: Socket,
  refused: (reason: string) => Error,
  lost: () => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let channel: number | undefined
    const onCreated = (id: number): void => {
      channel ??= id
    }
    const onNews = (id: number, news: ChannelNews, detail: string): void => {
      if (id !== channel) return
      if (news === 'opened') done()
      if (news === 'refused') done(refused(detail))
    }
    const onGone = (): void => done(lost())
    const done = (error?: Error): void => {
      master.off('created', onCreated)
      master.off('channel', onNews)
      master.off('gone', onGone)
      socket.off('error', done)
      socket.on('error', () => undefined)
      if (error) {
        socket.destroy()
        reject(error)
      } else resolve()
    }
    master.on('created', onCreated)
    master.on('channel', onNews)
    master.once('gone', onGone)
    socket.once('error', done)
  })
}
