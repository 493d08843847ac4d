/** Follows ProxyJump: one shared connection per jump host, however many hosts lie behind it. */
import { inputError } from '../base/errors.ts'
import type { ConnectTarget, Transport } from './transport.ts'

/** Splits a ProxyJump value into targets, in the order in which they are passed. */
export function jumpTargets(proxyJump: string, target: ConnectTarget): ConnectTarget[] {
  return proxyJump.split(',').map(hop => {
    const uri = hop.trim().replace(/^ssh:\/\//, '')
    const parts = /^(?:(.*)@)?(?:\[([^\]]+)\]|([^:@[\]]+))(?::(\d+))?$/.exec(uri)
    const destination = parts?.[2] ?? parts?.[3]
    if (destination === undefined) {
      throw inputError(`the jump host ${JSON.stringify(hop)} cannot be read`, {
        host: target.name,
        next: 'Correct ProxyJump in your ssh config.',
      })
    }
    return {
      name: target.name,
      destination,
      ...(parts?.[1] === undefined ? {} : { user: parts[1] }),
      ...(parts?.[4] === undefined ? {} : { port: Number(parts[4]) }),
      ...(target.sshConfigFile === undefined ? {} : { sshConfigFile: target.sshConfigFile }),
      ...(target.acceptNew === undefined ? {} : { acceptNew: target.acceptNew }),
      ...(target.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: target.connectTimeoutMs }),
      ...(target.askSecret ? { askSecret: target.askSecret } : {}),
      ...(target.note ? { note: target.note } : {}),
    }
  })
}

interface Shared {
  readonly transport: Promise<Transport>
  users: number
}

const shared = new Map<string, Shared>()

/** A jump connection in use; `release` closes it when nobody else uses it. */
export interface Jump {
  readonly transport: Transport
  release(): Promise<void>
}

/** Gives the connection for `key`, logging in only for the first that asks. */
export async function shareJump(key: string, logIn: () => Promise<Transport>): Promise<Jump> {
  let entry = shared.get(key)
  if (!entry) {
    const transport = logIn()
    entry = { transport, users: 0 }
    const own = entry
    shared.set(key, own)
    const forget = () => {
      if (shared.get(key) === own) shared.delete(key)
    }
    transport.then(({ closed }) => closed).then(forget, forget)
  }
  entry.users++
  const used = entry
  const release = async () => {
    if (--used.users > 0) return
    if (shared.get(key) === used) shared.delete(key)
    await used.transport.then(transport => transport.close()).catch(() => undefined)
  }
  try {
    return { transport: await used.transport, release }
  } catch (error) {
    used.users--
    throw error
  }
}
