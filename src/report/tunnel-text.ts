/** What is told of tunnels: the live line, changes of state, the list of `status`, and how to use one. */
import { counted } from '../base/counted.ts'
import type { Direction, LinkState, RunningTunnel, TunnelCard, TunnelFigures } from '../run/tunnel-state.ts'
import { cutTo, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { duration } from './words.ts'

/** The one line that is drawn again and again. */
export function tunnelLine(host: string, figures: TunnelFigures, now: number, columns: number): string {
  return cutTo(`${printableLine(host)}: ${partsOf(figures, now).join(' · ')}`, Math.max(10, columns - 1))
}

/** A change of state as a lasting line; undefined for those that are only worth a glance. */
export function stateText(host: string, state: LinkState): string | undefined {
  const name = printableLine(host)
  if (state.state === 'up') return `${name}: connected`
  if (state.state !== 'waiting') return undefined
  const pause = duration(Math.max(0, state.retryAt - Date.now()))
  return `${name}: ${printableLine(state.error.title)}; trying again in ${pause}`
}

/** One line per tunnel. */
export function tunnelListText(tunnels: readonly RunningTunnel[], style: Style, now = Date.now()): string {
  return tunnels
    .map(({ proxy, host, pid, background, since, figures }) => {
      const parts = figures ? partsOf(figures, now) : ['does not answer']
      const place = `${background ? 'in the background' : 'in the foreground'}, pid ${pid}`
      const running = `for ${age(now - since)}`
      return `${style.bold(proxy)} -> ${style.bold(printableLine(host))}  ${parts.join(' · ')}  ${style.dim(`(${place}, ${running})`)}`
    })
    .join('\n')
}

/** One line per tunnel in the background that is there no more: when it ended, if that is known, and why. */
export function endedListText(tunnels: readonly TunnelCard[], style: Style, now = Date.now()): string {
  return tunnels
    .map(({ proxy, host, ended }) => {
      const when = ended ? `ended by itself ${age(now - ended.at)} ago` : 'ended and left no reason'
      const why = ended
        ? printableLine(ended.error.title)
        : 'its process was killed, or this machine went down'
      return `${style.bold(proxy)} -> ${style.bold(printableLine(host))}  ${when}: ${why}`
    })
    .join('\n')
}

/** How to make programs use the tunnel. */
export function directionsText(directions: readonly Direction[], style: Style): string {
  const lines = directions.flatMap(({ title, set, unset }) => [
    ...set.map((text, index) => [index === 0 ? title : '', text] as const),
    ...(unset ?? []).map((text, index) => [index === 0 ? '  and back' : '', text] as const),
  ])
  const width = Math.max(...lines.map(([title]) => title.length))
  return lines.map(([title, text]) => `  ${style.dim(title.padEnd(width))}  ${text}`).join('\n')
}

/** `1.2 MB`: decimal, as networks are measured. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function partsOf(
  { link, latencyMs, streams, bytesDown, bytesUp, reconnects }: TunnelFigures,
  now: number,
): string[] {
  return [
    stateWords(link, now),
    ...(link.state === 'up' && latencyMs !== undefined ? [duration(Math.max(1, latencyMs))] : []),
    counted(streams, 'stream'),
    `${size(bytesDown)} down, ${size(bytesUp)} up`,
    ...(reconnects > 0 ? [counted(reconnects, 'reconnect')] : []),
  ]
}

function stateWords(link: LinkState, now: number): string {
  switch (link.state) {
    case 'up':
      return `up ${age(now - link.since)}`
    case 'connecting':
      return link.attempt > 1 ? `connecting, try ${link.attempt}` : 'connecting'
    case 'waiting':
      return `down (${printableLine(link.error.title)}), next try in ${age(link.retryAt - now + 999)}`
    case 'stopped':
      return 'stopped'
  }
}

/** In whole seconds at the least: a display that changes ten times a second is unrest, not news. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
