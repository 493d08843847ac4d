/** The page of a run: one file that asks nobody for anything, and may run nothing but its own filter. */

import { createHash } from 'node:crypto'
import { counted } from '../../base/counted.ts'
import { opsVersion } from '../../base/version.ts'
import { duration } from '../words.ts'
import { errorMarkup } from './error-markup.ts'
import { hostMarkup, type Verdict, verdictOf } from './host-markup.ts'
import { html, Markup } from './markup.ts'
import script from './page.browser.js'
import style from './page.css.txt'
import type { ShownDiffs } from './step-markup.ts'
import type { Story } from './story.ts'
import { spentMarkup } from './time-markup.ts'

/** Hosts that went wrong come first, those with nothing to tell last. */
const order: readonly Verdict['kind'][] = ['bad', 'drift', 'changed', 'good']

/** The whole text of the page. */
export function page(story: Story): string {
  const { verb, recorded } = story
  const hosts = [...story.hosts.values()]
    .map(host => ({ host, verdict: verdictOf(host, verb) }))
    .sort((one, other) => order.indexOf(one.verdict.kind) - order.indexOf(other.verdict.kind))
  const shown: ShownDiffs = new Map()
  const runMs = Math.max(0, ...hosts.map(({ host }) => host.endedMs ?? 0))
  const isAlone = hosts.length === 1
  const title = recorded
    ? `run ${recorded.run}: ${recorded.purpose}`
    : verb === ''
      ? 'ops: refused before any host was asked'
      : ['ops', verb, story.recipe].filter(Boolean).join(' ')
  const body = html`<header><h1>${title}</h1>
<p>${factsOf(story, hosts.length).join(' · ')}</p>${
    recorded &&
    Object.keys(recorded.params).length > 0 &&
    html`
<p>with ${Object.entries(recorded.params).map(([name, value]) => html`<code>${name}=${JSON.stringify(value)}</code> `)}</p>`
  }</header>
${!story.isWhole && html`<p class="cut">The run was cut off while this was written: what came after is not told here.</p>`}
${story.errors.map(errorMarkup)}
${!recorded && spentMarkup(hosts.map(({ host }) => host))}
${
  hosts.length > 0 &&
  filterMarkup(
    hosts.map(({ verdict }) => verdict),
    isAlone,
  )
}
<main>
${hosts.map(({ host }) => hostMarkup(host, { verb, runMs: recorded ? 0 : runMs, shown, isAlone }))}</main>
<p id="none" hidden>Nothing fits the filter.</p>
`
  return html`<!doctype html>
<!-- made by ops -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${body}<script>${new Markup(script)}</script>
</body>
</html>
`.text
}

function factsOf(story: Story, hosts: number): readonly string[] {
  const { recorded, run, startedAt } = story
  const at = recorded?.startedAt ?? startedAt.toISOString()
  return [
    `${at.slice(0, 19).replace('T', ' ')} UTC`,
    ...(recorded ? [`by ${recorded.who}`] : [`took ${duration(story.elapsedMs)}`]),
    counted(hosts, 'host'),
    ...(run !== undefined && !recorded ? [`run ${run}`] : []),
    `ops ${opsVersion()}`,
  ]
}

/** Shown by the script alone: without it nothing can be filtered, and all is there. */
function filterMarkup(verdicts: readonly Verdict[], isAlone: boolean): Markup {
  const words = new Map<string, { kind: string; hosts: number }>()
  for (const { word, kind } of verdicts) words.set(word, { kind, hosts: (words.get(word)?.hosts ?? 0) + 1 })
  const ofHosts =
    !isAlone &&
    html`<div class="words">${[...words].map(
      ([word, { kind, hosts }]) =>
        html`<button type="button" class="${kind}" data-word="${word}" aria-pressed="false"><b>${hosts}</b> ${word}</button>`,
    )}</div>
<input id="host" type="search" placeholder="host" aria-label="only hosts with this in their name">
`
  const fold = !isAlone && html`<button type="button" id="fold">unfold all</button>`
  return html`<form hidden role="search">${ofHosts}<input id="step" type="search" placeholder="step" aria-label="only steps with this in their name">
<label><input id="quiet" type="checkbox"> steps that are as wanted</label>${fold}</form>`
}

/** What the page may run and look like: these bytes, and no others. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
