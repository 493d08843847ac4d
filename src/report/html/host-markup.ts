/** A host as a row that unfolds: what became of it, when it was at work, and its steps. */
import { counted } from '../../base/counted.ts'
import type { UndoNote } from '../../run/run-history.ts'
import { stateWord } from '../run-history-text.ts'
import { countsText, outcomeWord } from '../summary-text.ts'
import { errorMarkup } from './error-markup.ts'
import { html, type Markup } from './markup.ts'
import { type ShownDiffs, stepMarkup } from './step-markup.ts'
import type { HostStory } from './story.ts'
import { hostBar, hostTook } from './time-markup.ts'

/** What became of a host, in a word, and whether that is good. */
export interface Verdict {
  readonly word: string
  readonly kind: 'good' | 'changed' | 'drift' | 'bad'
}

/** In the words of the terminal. */
export function verdictOf(host: HostStory, verb: string): Verdict {
  const { summary, recorded, steps } = host
  if (recorded !== undefined) {
    const isDone = recorded === 'ok'
    return { word: stateWord(recorded), kind: isDone ? (steps.size > 0 ? 'changed' : 'good') : 'bad' }
  }
  if (summary === undefined) return { word: 'end unknown', kind: 'bad' }
  const word = outcomeWord(verb, summary)
  if (summary.status === 'drift') return { word, kind: 'drift' }
  if (summary.status !== 'ok') return { word, kind: 'bad' }
  if (summary.changed === 0) return { word, kind: 'good' }
  return { word, kind: verb === 'apply' ? 'changed' : 'drift' }
}

export interface HostContext {
  readonly verb: string
  readonly runMs: number
  readonly shown: ShownDiffs
  readonly isAlone: boolean
}

/** One host, unfolded where it is the only one or went wrong. */
export function hostMarkup(host: HostStory, { verb, runMs, shown, isAlone }: HostContext): Markup {
  const { word, kind } = verdictOf(host, verb)
  const { summary, trips, steps } = host
  const counts = [
    summary ? countsText(verb, summary) : steps.size > 0 ? counted(steps.size, 'step') : '',
    trips > 0 ? counted(trips, 'trip') : '',
  ]
  const open = isAlone || kind === 'bad' ? html` open` : ''
  const quiet = [...steps.values()].filter(
    ({ plan, outcome }) => plan?.status === 'ok' && !plan.stuck && outcome !== 'failed',
  )
  return html`<details class="host ${kind}" data-host="${host.name}" data-word="${word}"${open}><summary><b>${host.name}</b><em>${word}</em><span>${counts.filter(text => text !== '').join(' · ')}</span>${hostBar(host, runMs) || html`<span></span>`}<small>${hostTook(host)}</small></summary>
<div>${host.errors.map(errorMarkup)}${host.undo.map(undoMarkup)}${host.notes.map(note => html`<p class="aside">${note}</p>`)}${
    steps.size > 0 &&
    html`<ol>
${[...steps.values()].map(step => stepMarkup(step, { host, shown, isAlone }))}</ol>`
  }${quiet.length > 0 && html`<p class="aside hidden-steps">${counted(quiet.length, 'step')} as wanted</p>`}</div></details>
`
}

function undoMarkup({ kind, what, why }: UndoNote): Markup {
  return html`<p><em class="${kind}">${kind === 'stays' ? 'leaves a rest' : kind}</em> ${what}: ${why}</p>`
}
