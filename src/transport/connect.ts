/** Logs in to a host: resolves its config, picks a backend, follows ProxyJump, and keeps trying while sshd is full. */
import type { Duplex } from 'node:stream'
import { errorDataOf, inputError, OpsError } from '../base/errors.ts'
import { type Ssh2Fitness, ssh2Fitness } from './backend-choice.ts'
import { type Address, DroppedEarly, dial, seconds, unreachable } from './dial.ts'
import { type HostKeyCheck, hostKeyCheck, hostKeyProblemOf } from './host-keys.ts'
import { candidatesOf, type IdentitySources, identitySources } from './identities.ts'
import { type Jump, jumpTargets, shareJump } from './jump.ts'
import { withSpareSessions } from './spare-sessions.ts'
import { checkDestination, defaultSettings, one, type ResolvedHost, resolveHost } from './ssh-config.ts'
import type { ConnectTarget, FirstProgram, Transport } from './transport.ts'

const defaultConnectTimeoutMs = 30_000

/**
 * Connects and logs in; `first` may be started along the way.
 * @throws OpsError with code `input` (nothing was contacted), `unreachable`, `authentication` or `host-key`.
 */
export async function connect(target: ConnectTarget, first?: FirstProgram): Promise<Transport> {
  if (target.backend === 'local' || (target.backend === undefined && target.destination === 'local')) {
    return (await import('./local.ts')).connectLocal(target)
  }
  const route = await findRoute(target)
  const last = route[route.length - 1]
  if (!last) throw new Error('a route has at least its target')
  const { backend, why } = chooseBackend(target, route)
  target.note?.(`${target.name}: backend ${backend} (${why})`)
  const logIn = (early?: FirstProgram) => (backend === 'openssh' ? overOpenssh(last) : overSsh2(route, early))
  return withSpareSessions(await logIn(first), logIn)
}

/**
 * Works out the way to a host without contacting it, so that what is wrong with it can be told before any host is.
 * @throws OpsError `input` for whatever `connect` would refuse.
 */
export async function checkRoute(target: ConnectTarget): Promise<void> {
  chooseBackend(target, await findRoute(target))
}

/** @throws OpsError `input` where ssh2 was asked for and would not do what the ssh config says. */
function chooseBackend(
  target: ConnectTarget,
  route: readonly Hop[],
): { readonly backend: 'ssh2' | 'openssh'; readonly why: string } {
  const reasons = route.flatMap(hop => hop.fitness.lacks)
  if (target.backend === 'openssh') return { backend: 'openssh', why: 'as asked' }
  if (reasons.length === 0) {
    return { backend: 'ssh2', why: target.backend ? 'as asked' : 'ssh2 honours all of its ssh config' }
  }
  if (target.backend === undefined) return { backend: 'openssh', why: reasons.join('; ') }
  throw inputError(`the backend ssh2 cannot do what the ssh config of ${target.name} asks for`, {
    host: target.name,
    detail: `${reasons.join('; ')}.`,
    next: 'Leave --transport out, or use --transport openssh.',
  })
}

/** One machine on the way, with all that is known of it before it is contacted. */
interface Hop {
  readonly target: ConnectTarget
  readonly host: ResolvedHost
  readonly address: Address
  readonly acceptNew: boolean
  readonly hostKeys: HostKeyCheck
  readonly sources: IdentitySources
  readonly fitness: Ssh2Fitness
}

/** The jump hosts in order, then the target itself. */
async function findRoute(asGiven: ConnectTarget, jumps: number | 'none' = 0): Promise<Hop[]> {
  checkDestination(asGiven)
  const [host, defaults] = await Promise.all([resolveHost(asGiven), defaultSettings()])
  const target = withSettings(asGiven, host)
  const sources = await identitySources(host, target)
  const setting = host.settings.get('stricthostkeychecking')?.[0] ?? 'ask'
  const acceptNew = target.acceptNew ?? ['accept-new', 'no', 'off', 'false'].includes(setting)
  const hostKeys = hostKeyCheck(host, target.name, acceptNew)
  const fitness = ssh2Fitness(host, defaults, hostKeys, sources)
  const address = { hostname: host.hostname, port: host.port, ...family(host), ...bind(host) }
  const hop = { target, host, address, acceptNew, hostKeys, sources, fitness }
  const proxyJump = one(host.settings, 'proxyjump')
  if (proxyJump === undefined || jumps === 'none') return [hop]
  if (jumps > 8) {
    throw inputError(`ProxyJump of ${target.name} leads back to itself`, {
      host: target.name,
      next: 'Correct ProxyJump in your ssh config: jump hosts must not match the same pattern.',
    })
  }
  const [first, ...others] = jumpTargets(proxyJump, target)
  // As in ssh: the first jump host may have a ProxyJump of its own, the others are reached through the one before.
  const before = first ? await findRoute(first, jumps + 1) : []
  const between = await Promise.all(others.map(async each => (await findRoute(each, 'none')).slice(-1)))
  return [...before, ...between.flat(), hop]
}

async function overOpenssh(hop: Hop): Promise<Transport> {
  const { target, address, host, acceptNew } = hop
  const { connectOpenssh } = await import('./openssh.ts')
  return whileDropped(hop, timeoutMs =>
    connectOpenssh({ target, address, user: host.user, acceptNew, settings: host.settings, timeoutMs }),
  )
}

async function overSsh2(route: readonly Hop[], first?: FirstProgram): Promise<Transport> {
  const hop = route[route.length - 1]
  if (!hop) throw new Error('a route has at least its target')
  const jumps = route.slice(0, -1)
  const jump = jumps.length > 0 ? await openJump(jumps, hop.target.name) : undefined
  const { connectSsh2 } = await import('./ssh2.ts')
  const { target, address, host, hostKeys, sources, fitness } = hop
  try {
    const transport = await whileDropped(hop, async timeoutMs => {
      const before = performance.now()
      // Loading ssh2 takes 50 ms of one core: the time that the first packets are under way.
      const [socket] = await Promise.all([
        jump
          ? throughJump(jump, jumps, address, target.name, timeoutMs)
          : dial(address, target.name, timeoutMs),
        import('ssh2'),
      ])
      return connectSsh2({
        target,
        address,
        user: host.user,
        socket,
        hostKeys,
        candidates: candidatesOf(sources, target),
        algorithms: fitness.algorithms,
        timeoutMs: Math.max(1, Math.round(timeoutMs - (performance.now() - before))),
        ...(first && { first }),
      })
    })
    if (jump) void transport.closed.then(() => jump.release())
    return transport
  } catch (error) {
    await jump?.release()
    throw error
  }
}

function keyOf(jumps: readonly Hop[]): string {
  return JSON.stringify(
    jumps.map(({ target, host, address }) => [host.user, address, target.sshConfigFile, target.acceptNew]),
  )
}

const nameOf = (jumps: readonly Hop[]) => `jump host ${jumps[jumps.length - 1]?.address.hostname}`

/** The login is shared, and so is its failure: each host gets it under its own name. */
async function openJump(jumps: readonly Hop[], name: string): Promise<Jump> {
  try {
    return await shareJump(keyOf(jumps), () => overSsh2(jumps))
  } catch (error) {
    if (!(error instanceof OpsError) || hostKeyProblemOf(error)) throw error
    throw new OpsError({ ...error.data, host: name, title: `${nameOf(jumps)}: ${error.data.title}` })
  }
}

async function throughJump(
  jump: Jump,
  jumps: readonly Hop[],
  address: Address,
  name: string,
  timeoutMs: number,
): Promise<Duplex> {
  const forward = jump.transport.forward(address.hostname, address.port)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), timeoutMs)
  })
  try {
    const socket = await Promise.race([forward, late])
    if (socket !== 'late') return socket
  } catch (error) {
    throw unreachable(name, address, `${nameOf(jumps)} says: ${errorDataOf(error).title}`, error)
  } finally {
    clearTimeout(timer)
  }
  forward.then(
    socket => socket.destroy(),
    () => undefined,
  )
  const reason = `no answer through ${nameOf(jumps)} within ${seconds(timeoutMs)} s`
  throw unreachable(name, address, reason)
}

/** Tries again, with growing and uneven pauses, while sshd closes connections before its banner (MaxStartups). */
async function whileDropped(
  { target, address }: Hop,
  logIn: (timeoutMs: number) => Promise<Transport>,
): Promise<Transport> {
  const deadline = performance.now() + (target.connectTimeoutMs ?? defaultConnectTimeoutMs)
  const leftMs = () => Math.max(1, Math.round(deadline - performance.now()))
  for (let attempt = 0; ; attempt++) {
    try {
      return await logIn(leftMs())
    } catch (error) {
      if (!(error instanceof DroppedEarly)) throw error
      const pauseMs = Math.min(2_000, 100 * 2 ** attempt) * (0.5 + Math.random())
      if (pauseMs >= leftMs()) {
        const times = attempt === 0 ? 'the connection' : `${attempt + 1} connections`
        throw unreachable(target.name, address, `sshd dropped ${times} before its banner`, error)
      }
      target.note?.(`${target.name}: sshd dropped the connection before its banner, trying again`)
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }
}

/** What the ssh config says about asking and waiting, where the command line does not. */
function withSettings({ askSecret, ...target }: ConnectTarget, host: ResolvedHost): ConnectTarget {
  const seconds = Number(one(host.settings, 'connecttimeout'))
  return {
    ...(askSecret && one(host.settings, 'batchmode') !== 'yes' ? { askSecret } : {}),
    ...(seconds > 0 ? { connectTimeoutMs: seconds * 1000 } : {}),
    ...target,
  }
}

function family(host: ResolvedHost): Pick<Address, 'addressFamily'> {
  const value = one(host.settings, 'addressfamily')
  return value === undefined ? {} : { addressFamily: value }
}

function bind(host: ResolvedHost): Pick<Address, 'bindAddress'> {
  const value = one(host.settings, 'bindaddress')
  return value === undefined ? {} : { bindAddress: value }
}
