/** A step as a row: what was to change, what became of it, and its diff, folded. */
import { counted } from '../../base/counted.ts'
import type { Beside, KeyChange, PlanStep } from '../../run/plan.ts'
import { refusedWords, stepMark, valueText } from '../plan-text.ts'
import { duration, names, place } from '../words.ts'
import { html, type Markup } from './markup.ts'
import type { HostStory, Outcome, StepStory } from './story.ts'
import { stepBar } from './time-markup.ts'

/** Diffs that the page has shown: another host with the same one leads to it. */
export type ShownDiffs = Map<string, { readonly id: string; readonly host: string }>

/** A diff of at most so many lines is open where there is one host only. */
const shortDiffLines = 25

/** As text in a hole: the bundle is ASCII, and a template keeps its bytes. */
const [arrow, minus] = ['→', '−']

const outcomeWords: Readonly<Record<Outcome, string>> = {
  ok: 'ok',
  changed: 'changed',
  failed: 'failed',
  skipped: 'not reached',
  reverted: 'taken back',
  begun: 'begun, end unknown',
}

const markClasses = {
  ' ': 'same',
  '?': 'maybe',
  '!': 'wrong',
  '-': 'gone',
  '+': 'new',
  '~': 'other',
} as const

export interface StepContext {
  readonly host: HostStory
  readonly shown: ShownDiffs
  /** Whether the page tells of this host alone. */
  readonly isAlone: boolean
}

/** One row. A step that is as wanted, and nothing more to say of, is of the kind that the page hides at first. */
export function stepMarkup(step: StepStory, context: StepContext): Markup {
  const { plan, outcome, tookMs, kept } = step
  const mark = plan ? stepMark(plan) : ' '
  const isQuiet =
    (plan === undefined || (plan.status === 'ok' && !plan.stuck && plan.notes.length === 0)) &&
    (outcome === undefined || outcome === 'ok' || outcome === 'skipped')
  return html`<li class="${isQuiet ? 'quiet' : 'told'}${outcome === 'failed' && ' bad'}"><i class="${markClasses[mark]}">${mark}</i><div><code>${step.name}</code>${
    outcome !== undefined &&
    !(outcome === 'ok' && mark === ' ') &&
    html` <em class="${outcome}">${outcomeWords[outcome]}</em>`
  }${plan && plannedMarkup(plan, mark)}${kept.map(path => html`<p class="aside">old content: <code>ops kept ${context.host.name} ${path}</code></p>`)}${
    plan?.diff !== undefined && plan.stuck !== 'refused' && diffMarkup(plan.diff, context)
  }${plan?.beside?.map(each => besideMarkup(each, context)) ?? false}</div>${stepBar(step, context.host) || html`<span></span>`}<small>${tookMs !== undefined && outcome !== 'ok' && duration(tookMs)}</small></li>
`
}

function plannedMarkup(
  { because, findings, changes, notes, where, status, stuck }: PlanStep,
  mark: string,
): Markup {
  const why =
    because.length > 0 &&
    `${status === 'may-change' ? 'may change' : 'may change more'}, because of ${names(because)}`
  return html`${where && mark !== ' ' && html`<span class="where">${place(where)}</span>`}${why && html`<p class="maybe">${why}</p>`}${
    findings
      ? findings.map(
          ({ what, since, next }) =>
            html`<p><b class="wrong">${what}</b>${since !== undefined && ` (since ${since})`}: ${next}</p>`,
        )
      : stuck === 'refused'
        ? html`<p class="wrong">${refusedWords}</p>`
        : changes.length > 0 && html`<dl>${changes.map(changeMarkup)}</dl>`
  }${notes.map(note => html`<p class="aside">note: ${note}</p>`)}`
}

/** What is done on another host meanwhile. */
function besideMarkup({ host, what, steps }: Beside, context: StepContext): Markup {
  return html`<p>on <b>${host}</b>, ${what}:</p>${steps.map(step => {
    const mark = stepMark(step)
    return html`<div class="beside"><i class="${markClasses[mark]}">${mark}</i> <code>${step.name}</code>${plannedMarkup(step, mark)}${
      step.diff !== undefined && diffMarkup(step.diff, context)
    }</div>`
  })}`
}

function changeMarkup({ key, from, to }: KeyChange): Markup {
  return html`<dt>${key}</dt><dd>${from !== undefined && html`<del>${valueText(from, true)}</del> ${arrow} `}<ins>${valueText(to, true)}</ins></dd>`
}

function diffMarkup(diff: string, { host, shown, isAlone }: StepContext): Markup {
  const before = shown.get(diff)
  if (before) return html`<p class="aside"><a href="#${before.id}">the same diff as on ${before.host}</a></p>`
  const id = `diff-${shown.size + 1}`
  shown.set(diff, { id, host: host.name })
  const lines = diff.trimEnd().split('\n')
  const marked = (sign: string): number =>
    lines.filter(line => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
  const open = isAlone && lines.length <= shortDiffLines ? html` open` : ''
  return html`<details class="diff" id="${id}"${open}><summary>diff of ${counted(lines.length, 'line')}: <ins>+${marked('+')}</ins> <del>${minus}${marked('-')}</del></summary><pre>${lines.map(lineMarkup)}</pre></details>`
}

function lineMarkup(line: string): Markup {
  const kind = /^(?:\+\+\+|---)/.test(line)
    ? 'head'
    : ({ '+': 'add', '-': 'cut-line', '@': 'hunk' }[line[0] ?? ''] ?? '')
  return kind === '' ? html`${line}\n` : html`<span class="${kind}">${line}</span>\n`
}
