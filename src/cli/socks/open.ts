/** From a checked command line to a tunnel: what the foreground, the background and `exec` have in common. */

import { inputError, OpsError } from '../../base/errors.ts'
import { Interrupt } from '../../run/interrupt.ts'
import type { LinkState } from '../../run/tunnel-state.ts'
import { connect } from '../../transport/connect.ts'
import { prohibited } from '../../transport/session-refused.ts'
import { forwardingRefusal } from '../../tunnel/may-forward.ts'
import { openTunnel, type Tunnel } from '../../tunnel/tunnel.ts'
import type { CommonSettings } from '../flags.ts'
import type { Prompts } from '../prompts.ts'
import { type Chosen, connectTargets } from '../targets.ts'
import type { SocksSettings } from './flags.ts'
import { rememberSecrets } from './remembered-secrets.ts'
import type { TunnelView } from './view.ts'

export interface OpenOptions {
  readonly chosen: Chosen
  readonly common: CommonSettings
  readonly socks: SocksSettings
  readonly view: TunnelView
  readonly prompts: Prompts | undefined
  readonly onState: (state: LinkState) => void
}

export interface OpenedTunnel extends Tunnel {
  readonly host: string
  /** Resolves once the connection is up, or with `ended`. */
  readonly up: Promise<void>
}

/** Listens and starts to connect. @throws OpsError `input` when the port cannot be had. */
export async function openFor(options: OpenOptions): Promise<OpenedTunnel> {
  const { chosen, common, socks, view, prompts } = options
  const atEnd: (() => Promise<void>)[] = []
  const session = { report: view, prompts, interrupt: new Interrupt(), secrets: new Set<string>(), atEnd }
  const [target] = (await connectTargets(chosen, common, session)).values()
  if (!target) throw inputError('no host given')
  const { askSecret, ...plain } = target
  const secrets = askSecret && rememberSecrets(askSecret)
  let isUp: () => void = () => undefined
  const up = new Promise<void>(resolve => {
    isUp = resolve
  })
  // Asked of the first connection only: what is set now is not what a drop of the line comes from.
  let isChecked = false
  let hasToldProhibited = false
  const tunnel = await openTunnel({
    connect: async () => {
      const transport = await connect({
        ...plain,
        ...(socks.compress && { compress: true }),
        ...(secrets && { askSecret: secrets() }),
      })
      if (isChecked) return transport
      const refusal = await forwardingRefusal(transport)
      isChecked = true
      if (refusal?.isTotal) {
        await transport.close()
        throw new OpsError(refusal.error)
      }
      if (refusal) view.say(`${refusal.error.title}\n  ${refusal.error.next}`)
      return transport
    },
    bind: socks.bind,
    port: socks.port,
    directs: socks.directs,
    giveUpFirst: !socks.keepTrying,
    onState: state => {
      if (state.state === 'up') isUp()
      options.onState(state)
    },
    onRefused: (destination, reason) => {
      // What a setting forbids fails for ever, and the client only learns that it failed.
      const isNews = reason.includes(prohibited) && !hasToldProhibited
      hasToldProhibited ||= isNews
      if (common.verbose || isNews) view.say(`${destination}: ${reason}`)
    },
  })
  const ended = tunnel.ended.then(async error => {
    for (const close of atEnd) await close()
    return error
  })
  return { ...tunnel, ended, host: target.name, up: Promise.race([up, ended.then(() => undefined)]) }
}
