/** Whether a host leads connections on at all: asked before a tunnel calls itself up, with the setting that forbids it. */
import { text } from 'node:stream/consumers'
import { type ErrorData, errorDataOf } from '../base/errors.ts'
import { SessionRefused } from '../transport/session-refused.ts'
import type { Transport } from '../transport/transport.ts'

/** Nobody is known to listen there; a host that forwards says so, or leads there. */
const tried = { host: '127.0.0.1', port: 1 }
const patienceMs = 5_000

export interface ForwardingRefusal {
  /** Nothing will ever be led on; else some destinations may be. */
  readonly isTotal: boolean
  readonly error: ErrorData
}

/** Undefined where the host leads on, or does not say in time that it does not. */
export async function forwardingRefusal(transport: Transport): Promise<ForwardingRefusal | undefined> {
  const refused = await within(
    transport.forward(tried.host, tried.port).then(
      channel => void channel.destroy(),
      error => (error instanceof SessionRefused && error.isProhibited ? error : undefined),
    ),
  )
  if (!refused) return undefined
  const said = (await within(askSettings(transport).catch(() => ''))) ?? ''
  return refusalOf(transport.name, errorDataOf(refused).title, said)
}

/**
 * Reads what `askSettings` printed: lines of `sshd -T` where the login may run it, and options before our keys.
 * Exported for its table of cases.
 */
export function refusalOf(host: string, title: string, said: string): ForwardingRefusal {
  const setting = (name: string) => new RegExp(`^${name} (.*)$`, 'im').exec(said)?.[1]?.trim()
  const forbids = /^(no|remote)$/.test(setting('allowtcpforwarding') ?? '')
    ? `AllowTcpForwarding ${setting('allowtcpforwarding')}`
    : setting('disableforwarding') === 'yes'
      ? 'DisableForwarding yes'
      : undefined
  const permits = setting('permitopen')
  const keys = said.split('\n').filter(line => line.startsWith('key '))
  const bound = keys.filter(
    line => /\b(restrict|no-port-forwarding)\b/.test(line) && !/[ ,]port-forwarding/.test(line),
  )
  const opens = keys.map(line => /permitopen="([^"]*)"/.exec(line)?.[1]).filter(each => each !== undefined)
  const error = (what: string, next: string): ErrorData => ({
    code: 'unreachable',
    title: `${host} forwards no connections: ${what}`,
    host,
    changed: 'no',
    next,
  })
  if (forbids) {
    const next = `Set AllowTcpForwarding yes (or local) and no DisableForwarding for this login in sshd_config on ${host}; a Match block may be what sets it.`
    return { isTotal: true, error: error(`its sshd_config says ${forbids}`, next) }
  }
  if (permits === 'none') {
    const next = `Name destinations in PermitOpen in sshd_config on ${host}, or take it out.`
    return { isTotal: true, error: error('its sshd_config says PermitOpen none', next) }
  }
  if (keys.length > 0 && bound.length === keys.length) {
    const next = `Add port-forwarding to the options before the key in authorized_keys on ${host}.`
    const option = /\brestrict\b/.test(bound.join()) ? 'restrict' : 'no-port-forwarding'
    return { isTotal: true, error: error(`authorized_keys says ${option} before the key`, next) }
  }
  const some = permits !== undefined && permits !== 'any' ? `PermitOpen ${permits}` : undefined
  const named = some ?? (opens[0] === undefined ? undefined : `permitopen="${opens[0]}" in authorized_keys`)
  if (named !== undefined) {
    const what = `${host} forwards to few destinations only: ${named}`
    return { isTotal: false, error: { ...error('', `All others are refused by ${host}.`), title: what } }
  }
  const what = `${host} refused a first connection through it (${title})`
  const next = `Look at AllowTcpForwarding, PermitOpen and DisableForwarding in sshd_config on ${host}, and at restrict, no-port-forwarding and permitopen before the key in authorized_keys.`
  return { isTotal: false, error: { ...error('', next), title: what } }
}

/** `sshd -T` takes root; the options before keys can be read by their owner. */
const question = `PATH=$PATH:/usr/sbin:/sbin
sshd -T -C "user=$(id -un),host=localhost,addr=127.0.0.1" 2>/dev/null |
grep -iE '^(allowtcpforwarding|permitopen|disableforwarding) '
sed -n -e '/^[[:space:]]*#/d' -e '/[^[:space:]]/s/^/key /p' "$HOME/.ssh/authorized_keys" 2>/dev/null | cut -c 1-300
exit 0
`

async function askSettings(transport: Transport): Promise<string> {
  const shell = await transport.open(['exec', '/bin/sh'])
  shell.stderr.resume()
  shell.stdin.end(question)
  const said = await text(shell.stdout)
  shell.close()
  return said
}

/** Undefined when it takes too long: a doubt is no reason to keep a tunnel from coming up. */
async function within<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), patienceMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
