/** The backend for this machine itself: child processes behind the same interface. */

import { spawn } from 'node:child_process'
import { createConnection, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import { childEnvironment } from '../base/child-environment.ts'
import { withPipes } from '../base/with-pipes.ts'
import { childProcess } from './child-process.ts'
import { checkedSocketPath } from './socket-path.ts'
import type { ConnectTarget, RemoteProcess, Transport } from './transport.ts'

function connected(socket: Socket): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

/** Needs no login; the programs run as the user that runs ops. */
export function connectLocal(target: ConnectTarget): Transport {
  const running = new Set<RemoteProcess>()
  let finish: () => void = () => undefined
  const closed = new Promise<undefined>(resolve => {
    finish = () => resolve(undefined)
  })
  return {
    backend: 'local',
    name: target.name,
    user: userInfo().username,
    closed,
    async open(argv) {
      // `exec` is a word of the login shell, which stands between on every other backend.
      const [program = '/bin/sh', ...rest] = argv[0] === 'exec' ? argv.slice(1) : argv
      // A session of its own: Ctrl-C on our terminal is for us to handle.
      const child = withPipes(
        spawn(program, rest, {
          detached: true,
          stdio: 'pipe',
          cwd: userInfo().homedir,
          env: childEnvironment(),
        }),
        program,
      )
      const process = childProcess(child, (code, signal) => (signal ? { signal } : { code: code ?? 1 }))
      running.add(process)
      void process.ended.then(() => running.delete(process))
      return process
    },
    forward: (host, port) => connected(createConnection({ host, port, noDelay: true })),
    forwardSocket: async path => connected(createConnection(checkedSocketPath(path))),
    async close() {
      for (const process of running) process.close()
      finish()
    },
  }
}
