/** Collects the keys to log in with, in the order in which `ssh` offers them. */
import { isAbsolute, resolve } from 'node:path'
import { type AgentKey, listAgentKeys, signWithAgent } from './agent.ts'
import {
  type Candidate,
  checkNamedIdentity,
  fileCandidate,
  type IdentityFile,
  readIdentityFile,
  ssh2KeyTypes,
} from './identity-file.ts'
import { fingerprint } from './known-hosts.ts'
import { expandPath, one, type ResolvedHost } from './ssh-config.ts'
import type { ConnectTarget } from './transport.ts'

/** What is known of the keys before any is used. */
export interface IdentitySources {
  readonly agentSocket?: string
  readonly agentKeys: readonly AgentKey[]
  /** Why the agent could not be asked. */
  readonly agentProblem?: string
  readonly files: readonly IdentityFile[]
  readonly identitiesOnly: boolean
}

/**
 * Reads key files and asks the agent, as the resolved config says. A key that was named is the only one.
 * @throws OpsError `input` when the named key cannot be used.
 */
export async function identitySources(host: ResolvedHost, target: ConnectTarget): Promise<IdentitySources> {
  const named = target.identityFile
  const configured = (host.settings.get('identityfile') ?? []).flatMap(path => expandPath(path, host) ?? [])
  const paths =
    named === undefined ? configured.filter(path => path !== 'none' && isAbsolute(path)) : [resolve(named)]
  const [files, agent] = await Promise.all([
    Promise.all([...new Set(paths)].map(readIdentityFile)),
    askAgentOf(host, target),
  ])
  if (named !== undefined && files[0]) await checkNamedIdentity(files[0], agent.agentKeys, target)
  return {
    ...agent,
    files: files.filter(file => file.contents ?? file.publicKey),
    identitiesOnly: named !== undefined || one(host.settings, 'identitiesonly') === 'yes',
  }
}

/** In the order of `ssh`: agent keys that a file names, other agent keys, then the files. */
export function candidatesOf(sources: IdentitySources, target: ConnectTarget): Candidate[] {
  const usable = sources.agentKeys.filter(key => ssh2KeyTypes.has(key.keyType))
  const named = (key: AgentKey) => sources.files.some(file => file.publicKey?.equals(key.publicKey))
  const fromAgent = [
    ...usable.filter(named),
    ...(sources.identitiesOnly ? [] : usable.filter(key => !named(key))),
  ].map((key, _, all) => agentCandidate(sources.agentSocket ?? '', key, all.length > 1))
  const notInAgent = sources.files.filter(
    file => !(file.publicKey && usable.some(key => file.publicKey?.equals(key.publicKey))),
  )
  return [...fromAgent, ...notInAgent.map(file => fileCandidate(file, target))]
}

/** Agents list their keys at once; one that does not is not asked again by the next host, or the next look at this one. */
const agentMs = 5_000
const silentAgents = new Map<string, { readonly until: number; readonly problem: string }>()
const silentForMs = 60_000

async function askAgentOf(
  host: ResolvedHost,
  { connectTimeoutMs = agentMs }: ConnectTarget,
): Promise<Pick<IdentitySources, 'agentSocket' | 'agentKeys' | 'agentProblem'>> {
  const setting = host.settings.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK'
  if (setting === 'none') return { agentKeys: [] }
  const variable = setting === 'SSH_AUTH_SOCK' ? setting : /^\$(\w+)$/.exec(setting)?.[1]
  const agentSocket = variable === undefined ? expandPath(setting, host) : process.env[variable]
  if (!agentSocket) return { agentKeys: [] }
  const silent = silentAgents.get(agentSocket)
  if (silent && silent.until > performance.now()) return { agentKeys: [], agentProblem: silent.problem }
  const began = performance.now()
  const timeoutMs = Math.min(agentMs, connectTimeoutMs)
  try {
    return { agentSocket, agentKeys: await listAgentKeys(agentSocket, timeoutMs) }
  } catch (error) {
    const problem = `agent ${agentSocket}: ${(error as Error).message}`
    if (performance.now() - began >= timeoutMs)
      silentAgents.set(agentSocket, { until: performance.now() + silentForMs, problem })
    return { agentKeys: [], agentProblem: problem }
  }
}

function agentCandidate(socket: string, key: AgentKey, probeFirst: boolean): Candidate {
  const label = `agent key ${key.comment || fingerprint(key.publicKey)} (${key.keyType})`
  return {
    label,
    load: async () => ({
      label,
      publicKey: key.publicKey,
      keyType: key.keyType,
      probeFirst,
      sign: (data, algorithm) => signWithAgent(socket, key.publicKey, data, algorithm),
    }),
  }
}
