/** What is shown while a tunnel is up: lasting lines, and below them one that is drawn again each second. */
import { errorsText } from '../../report/error-text.ts'
import { jsonLine } from '../../report/ndjson-report.ts'
import type { Report } from '../../report/report.ts'
import type { Screen } from '../../report/screen.ts'
import { stateText, tunnelLine } from '../../report/tunnel-text.ts'
import type { HostSummary } from '../../run/events.ts'
import type { HostStatus } from '../../run/host-status.ts'
import type { LinkState, TunnelFigures } from '../../run/tunnel-state.ts'
import { exitCodes } from '../exit-code.ts'

export interface TunnelView extends Report {
  /** A lasting line. */
  tell(text: string): void
  state(state: LinkState): void
  /** Starts the live line, where there is a terminal. */
  watch(figures: () => TunnelFigures): void
}

const redrawMs = 1_000

export function tunnelView(
  screen: Screen,
  host: string,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
): TunnelView {
  const isLive = screen.isTerminal && !json
  let figures: (() => TunnelFigures) | undefined
  let timer: NodeJS.Timeout | undefined
  let isPaused = false
  let isDrawn = false
  let hasToldUp = false
  let status: HostStatus = 'ok'
  const clear = (): void => {
    if (isDrawn) screen.out('\r\x1b[K')
    isDrawn = false
  }
  const draw = (): void => {
    if (!figures || isPaused || !isLive) return
    screen.out(`\r${tunnelLine(host, figures(), Date.now(), screen.columns())}\x1b[K`)
    isDrawn = true
  }
  const error = (text: string): void => {
    clear()
    screen.error(`${text}\n`)
    draw()
  }
  const event = (more: object): void => screen.out(jsonLine({ event: 'tunnel', host, ...more } as never))
  return {
    tell: text => {
      if (json) return
      clear()
      screen.out(`${text}\n`)
      draw()
    },
    state: state => {
      if (json) return event({ ...state, ...(figures && { figures: figures() }) })
      const text = stateText(host, state)
      // The first connection is told with the address to use.
      if (text !== undefined && (state.state !== 'up' || hasToldUp)) error(text)
      if (state.state === 'up') hasToldUp = true
    },
    watch: given => {
      figures = given
      if (!isLive) return
      draw()
      timer = setInterval(draw, redrawMs)
    },
    emit: each => {
      if (each.event === 'note' && verbose) error(each.text)
    },
    showPlans: () => undefined,
    aside: async work => {
      clear()
      isPaused = true
      try {
        return await work()
      } finally {
        isPaused = false
      }
    },
    say: error,
    refuse: errors => {
      if (!json) return error(errorsText(errors, screen.errorStyle))
      for (const each of errors) event({ state: 'failed', error: each })
      status = errors.some(each => exitCodes[each.code] === exitCodes.unreachable) ? 'unreachable' : 'failed'
    },
    close: () => {
      clearInterval(timer)
      clear()
      if (!json) return
      const failed = status === 'ok' ? 0 : 1
      const summary: HostSummary = { ok: 0, changed: 0, failed, skipped: 0, status }
      screen.out(jsonLine({ event: 'summary', hosts: { [host]: summary }, trips: {} }))
    },
  }
}
