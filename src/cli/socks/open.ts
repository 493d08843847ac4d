/** From a checked command line to a tunnel: what the foreground, the background and `exec` have in common. */

import { inputError } from '../../base/errors.ts'
import { Interrupt } from '../../run/interrupt.ts'
import { connect } from '../../transport/connect.ts'
import type { LinkState } from '../../tunnel/link.ts'
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
  const tunnel = await openTunnel({
    connect: () =>
      connect({
        ...plain,
        ...(socks.compress && { compress: true }),
        ...(secrets && { askSecret: secrets() }),
      }),
    bind: socks.bind,
    port: socks.port,
    directs: socks.directs,
    giveUpFirst: !socks.keepTrying,
    onState: state => {
      if (state.state === 'up') isUp()
      options.onState(state)
    },
    onRefused: (destination, reason) => {
      if (common.verbose) view.say(`${destination}: ${reason}`)
    },
  })
  const ended = tunnel.ended.then(async error => {
    for (const close of atEnd) await close()
    return error
  })
  return { ...tunnel, ended, host: target.name, up: Promise.race([up, ended.then(() => undefined)]) }
}
