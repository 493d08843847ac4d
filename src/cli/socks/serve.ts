/** A tunnel that stays in the foreground, or is the process in the background: until a signal or a lasting error. */
import { hostname } from 'node:os'
import type { ErrorData } from '../../base/errors.ts'
import type { Screen } from '../../report/screen.ts'
import { directionsText } from '../../report/tunnel-text.ts'
import { directionsFor } from '../../tunnel/directions.ts'
import { proxyUrl } from '../../tunnel/environment.ts'
import { pacPath } from '../../tunnel/http-answer.ts'
import { register } from '../../tunnel/registry.ts'
import { exitCodes } from '../exit-code.ts'
import { isLoopback } from './flags.ts'
import { hasProgram } from './has-program.ts'
import { type OpenOptions, openFor } from './open.ts'

export interface ServeOptions extends Omit<OpenOptions, 'onState'> {
  readonly screen: Screen
  /** Of `routeOf`: kept with the tunnel. */
  readonly route: string
  /** Called once the tunnel is up. */
  readonly onUp?: (greeting: string) => void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Answers with the exit code. A signal is the ordinary way to end it: 0 once it was up. */
export async function serve({ screen, onUp, route, ...options }: ServeOptions): Promise<number> {
  const { view, socks } = options
  const tunnel = await openFor({ ...options, onState: view.state })
  let wasUp = false
  const stop = (): void => void tunnel.close()
  for (const signal of signals) process.on(signal, stop)
  const { host, proxy } = tunnel
  let error: ErrorData | undefined
  const unregister = await register(
    { host, proxy, port: tunnel.port, background: socks.background, since: Date.now(), route },
    tunnel.figures,
  )
  try {
    await tunnel.up
    if (tunnel.figures().link.state === 'up') {
      wasUp = true
      if (!isLoopback(socks.bind)) {
        view.say(
          screen.errorStyle.yellow(
            `${proxy} is open to every machine that reaches ${hostname()}: no password.`,
          ),
        )
      }
      const greeting = greetingFor(host, proxy, screen)
      if (onUp) onUp(greeting)
      else view.tell(greeting)
      view.watch(tunnel.figures)
    }
    error = await tunnel.ended
    if (error) view.refuse([error])
    if (!error) return wasUp ? 0 : exitCodes.interrupted
    return exitCodes[error.code]
  } finally {
    for (const signal of signals) process.off(signal, stop)
    // A tunnel in the foreground has told it already.
    await unregister(wasUp && socks.background ? error : undefined)
    view.close()
  }
}

function greetingFor(host: string, proxy: string, { style }: Screen): string {
  const directions = directionsFor(proxy, {
    platform: process.platform,
    environment: process.env,
    hasProgram,
  })
  return [
    `${style.bold(proxyUrl(proxy))} leads out of ${style.bold(host)}; automatic configuration: http://${proxy}${pacPath}`,
    directionsText(directions, style),
  ].join('\n')
}
