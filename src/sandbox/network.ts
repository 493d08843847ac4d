/** What network a sandbox gets. */
import { execFileSync } from 'node:child_process'
import { isInstalled } from './requirements.ts'

/**
 * - `own`: nothing but loopback, and the web through a proxy: enough for apt, and nothing inside can take a port
 * - `shared`: that of this machine, without the right to ports below 1024 or to change its settings
 * - `none`: nothing but loopback
 */
export type SandboxNetwork = 'own' | 'shared' | 'none'

/** `OPS_SANDBOX_NET` decides; else a network of its own, unless this machine itself needs a proxy to reach the web. */
export function sandboxNetwork(): SandboxNetwork {
  const asked = process.env.OPS_SANDBOX_NET
  if (asked === 'none' || asked === 'shared' || asked === 'own') return asked
  return isInstalled('ip') && !needsProxy() ? 'own' : 'shared'
}

function needsProxy(): boolean {
  const { http_proxy, https_proxy, HTTPS_PROXY, all_proxy } = process.env
  if (http_proxy || https_proxy || HTTPS_PROXY || all_proxy) return true
  try {
    const said = execFileSync('apt-config', ['dump', '--format', '%f=%v%n', 'Acquire'], { encoding: 'utf8' })
    return /^Acquire::https?::(Proxy|Proxy-Auto-Detect|ProxyAutoDetect)(::.*)?=./im.test(said)
  } catch {
    return false
  }
}
