/** The host `sandbox`: a throw-away copy-on-write view of this machine behind a real SSH server on loopback. */
import type { ConnectTarget } from '../transport/transport.ts'
import { makeKeys, writeClientConfig } from './credentials.ts'
import { makeFolder } from './folder.ts'
import { openNamespaces } from './namespaces.ts'
import { sandboxNetwork } from './network.ts'
import { sandboxKind } from './requirements.ts'
import { openSshPort } from './ssh-port.ts'
import { proxyUrl } from './web-proxy.ts'

/** An open sandbox. Everything that was changed in it is gone after `close`, or when this process ends. */
export interface Sandbox {
  readonly target: ConnectTarget
  /** The ssh config that knows the host `sandbox`: `ssh -F FILE sandbox`. */
  readonly sshConfigFile: string
  close(): Promise<void>
}

/** Names the ssh config of a sandbox that another process keeps open, as the demo does over several commands. */
export const keptOpenVariable = 'OPS_SANDBOX'

/**
 * Opens a sandbox, or joins the one that `OPS_SANDBOX` names.
 * @throws OpsError (`input`) where this machine cannot do it, with what to install or to use instead.
 */
export async function openSandbox(note: (text: string) => void = () => undefined): Promise<Sandbox> {
  const keptOpen = process.env[keptOpenVariable]
  if (keptOpen) return { ...described(keptOpen), close: async () => undefined }
  const kind = sandboxKind()
  const folder = makeFolder()
  try {
    const network = sandboxNetwork()
    await makeKeys(folder.path, network === 'own' ? proxyUrl : undefined)
    const namespaces = await openNamespaces(folder.path, kind, network, note)
    const sshPort = await openSshPort(namespaces, note)
    return {
      ...described(writeClientConfig(folder.path, sshPort.port)),
      async close() {
        await sshPort.close()
        await namespaces.close()
        folder.remove()
      },
    }
  } catch (error) {
    folder.remove()
    throw error
  }
}

function described(sshConfigFile: string): { target: ConnectTarget; sshConfigFile: string } {
  return { target: { name: 'sandbox', destination: 'sandbox', sshConfigFile }, sshConfigFile }
}
