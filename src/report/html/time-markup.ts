/** Bars of time: where that of all hosts went, when each host was at work, and when each of its steps. */
import { duration } from '../words.ts'
import { html, type Markup } from './markup.ts'
import type { HostStory, Spent, StepStory } from './story.ts'

const parts = ['link', 'look', 'plan', 'act', 'sync', 'proof'] as const

const meanings: Readonly<Record<(typeof parts)[number], string>> = {
  link: 'the login, and what waited for the network',
  look: 'what the host took to look',
  plan: 'spent on this machine',
  act: 'the changes themselves',
  sync: 'until it was on the disk',
  proof: 'looking again at what was done',
}

/** Units across a bar. */
const width = 1000

interface Piece {
  readonly kind: string
  readonly from: number
  readonly to: number
}

/** Where the time of all hosts together went; nothing where no host has said so. */
export function spentMarkup(hosts: readonly HostStory[]): Markup | false {
  const all = hosts.flatMap(({ spent }) => (spent ? [spent] : []))
  const sums = parts.map(part => ({ part, ms: all.reduce((sum, spent) => sum + spent[part], 0) }))
  const total = sums.reduce((sum, { ms }) => sum + ms, 0)
  if (total === 0) return false
  const whole = all.length === 1 ? '' : `, ${all.length} hosts together`
  return html`<section class="time"><h2>Where the time went <small>${duration(total)}${whole}</small></h2>
${bar(pieces(Object.fromEntries(sums.map(({ part, ms }) => [part, ms])) as Spent, 0), total, 'where the time went')}
<ul class="legend">${sums.map(
    ({ part, ms }) =>
      html`<li title="${meanings[part]}"><i class="${part}"></i>${part} <b>${duration(ms)}</b> <small>${Math.round((ms / total) * 100)} %</small></li>`,
  )}</ul></section>
`
}

/** When a host was at work within the run, and on what. */
export function hostBar(host: HostStory, runMs: number): Markup | false {
  const { beganMs, endedMs, spent } = host
  if (beganMs === undefined || endedMs === undefined || runMs <= 0) return false
  const total = spent ? parts.reduce((sum, part) => sum + spent[part], 0) : endedMs - beganMs
  const from = Math.max(0, endedMs - total)
  const shown = spent ? pieces(spent, from) : [{ kind: 'work', from: beganMs, to: endedMs }]
  return bar(shown, runMs, `from ${duration(from)} to ${duration(endedMs)} of the run`)
}

/** How long a host took, in words. */
export function hostTook({ beganMs, endedMs }: HostStory): string {
  return beganMs === undefined || endedMs === undefined ? '' : duration(endedMs - beganMs)
}

/** When a step was at work within the time of its host. */
export function stepBar({ beganMs, endedMs, tookMs, outcome }: StepStory, host: HostStory): Markup | false {
  if (endedMs === undefined || host.beganMs === undefined || host.endedMs === undefined) return false
  const took = tookMs ?? (beganMs === undefined ? undefined : endedMs - beganMs)
  if (took === undefined || outcome === 'ok' || outcome === 'skipped') return false
  const to = endedMs - host.beganMs
  const piece = { kind: outcome === 'failed' ? 'wrong' : 'act', from: Math.max(0, to - took), to }
  return bar([piece], host.endedMs - host.beganMs, duration(took))
}

function pieces(spent: Spent, from: number): readonly Piece[] {
  let at = from
  return parts.map(kind => {
    const piece = { kind, from: at, to: at + spent[kind] }
    at = piece.to
    return piece
  })
}

function bar(shown: readonly Piece[], totalMs: number, label: string): Markup {
  const place = (ms: number): number => Math.round(Math.min(1, ms / Math.max(totalMs, 1)) * width)
  return html`<svg class="bar" viewBox="0 0 ${width} 10" preserveAspectRatio="none" role="img" aria-label="${label}"><title>${label}</title>${shown
    .filter(({ from, to }) => to > from)
    .map(
      ({ kind, from, to }) =>
        html`<rect class="${kind}" x="${Math.min(place(from), width - 4)}" y="0" width="${Math.max(4, place(to) - place(from))}" height="10"/>`,
    )}</svg>`
}
