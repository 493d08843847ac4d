/** One login through ssh2: what it offers, what it checks, and how long it may take. */
import type { Duplex } from 'node:stream'
import type { Client, ConnectConfig } from 'ssh2'
import { authenticator } from './authentication.ts'
import { type Address, seconds, unreachable } from './dial.ts'
import { gatherWrites } from './gather-writes.ts'
import type { HostKeyCheck } from './host-keys.ts'
import type { Candidate } from './identity-file.ts'
import { PausableTimer } from './pausable-timer.ts'
import type { Algorithms } from './ssh2-algorithms.ts'
import { beginEarly, type EarlyProgram } from './ssh2-early-program.ts'
import { shortenLogin, skipHostKeyProofs } from './ssh2-internals.ts'
import { loginFailure, type SeenLogin } from './ssh2-login-failure.ts'
import type { ConnectTarget, FirstProgram } from './transport.ts'

/** One login, fully worked out. */
export interface Ssh2Login {
  readonly target: ConnectTarget
  readonly address: Address
  readonly user: string
  readonly socket: Duplex
  readonly hostKeys: HostKeyCheck
  readonly candidates: readonly Candidate[]
  readonly algorithms: Algorithms
  /** Bounds key exchange and login; the clock stands still while a person is asked. */
  readonly timeoutMs: number
  /** Started together with the login, where the server is known to bear that. */
  readonly first?: FirstProgram
}

/** What a login has brought. */
export interface LoggedIn {
  /** The host key, where it is to be recorded: the host has proved by now that it holds it. */
  readonly newKey: Buffer | undefined
  /** The first program, where it was started along and was not dropped. */
  readonly early: EarlyProgram | undefined
  readonly lastError: () => Error | undefined
}

type Ssh2 = Parameters<typeof authenticator>[2]

/** Logs `client` in, which is new. @throws OpsError, or DroppedEarly before the server has said anything. */
export async function logIn(client: Client, login: Ssh2Login, ssh2: Ssh2): Promise<LoggedIn> {
  const { target, address } = login
  const seen: SeenLogin = {
    log: { tried: [], accepts: undefined, banner: '' },
    greeting: '',
    hasSharedKeys: false,
  }
  let newKey: Buffer | undefined
  let early: EarlyProgram | undefined
  let isFirstTry = true
  const clock = new PausableTimer(login.timeoutMs)
  const verify = (key: Buffer): boolean => {
    try {
      if (login.hostKeys.verify(key) === 'record') newKey = Buffer.from(key)
      return true
    } catch (error) {
      seen.hostKeyProblem ??= error
      return false
    }
  }
  const onTry = (): void => {
    // Later tries follow a refusal: what was sent along with them would most likely be dropped again.
    if (isFirstTry && login.first && !target.compress) {
      early = beginEarly(client, login.first, { name: target.name, user: login.user })
    }
    isFirstTry = false
  }
  try {
    await new Promise<void>((resolve, reject) => {
      clock.start(() =>
        reject(unreachable(target.name, address, `no login within ${seconds(login.timeoutMs)} s`)),
      )
      watch(client, seen)
      client.once('ready', resolve)
      client.once('close', () => reject(loginFailure(login, seen)))
      gatherWrites(login.socket)
      client.connect({
        ...settingsOf(login),
        hostVerifier: verify,
        authHandler: authenticator(credentialsOf(login, clock), seen.log, ssh2),
      })
      login.socket.once('data', (chunk: Buffer) => {
        seen.greeting = chunk.toString('latin1', 0, 200)
      })
      skipHostKeyProofs(client)
      shortenLogin(client, (label, error) => seen.log.tried.push(`${label}: ${error.message}`), onTry)
    })
  } finally {
    clock.stop()
  }
  return { newKey, early: early?.isDropped() ? undefined : early, lastError: () => seen.lastError }
}

function watch(client: Client, seen: SeenLogin): void {
  client.on('error', error => {
    seen.lastError = error
  })
  client.on('banner', text => {
    seen.log.banner += text
  })
  client.once('handshake', () => {
    seen.hasSharedKeys = true
  })
}

function settingsOf({ socket, user, algorithms, hostKeys, target }: Ssh2Login): ConnectConfig {
  return {
    sock: socket as NonNullable<ConnectConfig['sock']>,
    username: user,
    readyTimeout: 0,
    keepaliveInterval: 0,
    algorithms: {
      kex: [...algorithms.kex],
      cipher: [...algorithms.cipher],
      hmac: [...algorithms.hmac],
      serverHostKey: [...hostKeys.algorithms],
      compress: target.compress ? ['zlib@openssh.com', 'none'] : ['none'],
    } as NonNullable<ConnectConfig['algorithms']>,
  }
}

/** With these, the clock stands still while a person types. */
function credentialsOf(login: Ssh2Login, clock: PausableTimer): Parameters<typeof authenticator>[0] {
  const { target, address, user, candidates } = login
  const { askSecret } = target
  return {
    ...{ target, address, user },
    candidates: candidates.map(each => withoutClock(each, clock)),
    ...(askSecret && { askSecret: (question: string) => clock.paused(() => askSecret(question)) }),
  }
}

/** A passphrase that is typed, also for another host of the run, or an agent that waits for a person takes no time. */
function withoutClock({ label, load }: Candidate, clock: PausableTimer): Candidate {
  return {
    label,
    load: () =>
      clock.paused(async () => {
        const identity = await load()
        if (typeof identity === 'string') return identity
        return {
          ...identity,
          sign: (data, algorithm) => clock.paused(async () => identity.sign(data, algorithm)),
        }
      }),
  }
}
