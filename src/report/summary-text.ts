/** The end of a run in a few lines: hosts with the same outcome share one. */
import { counted } from '../base/counted.ts'
import type { HostSummary } from '../run/events.ts'
import type { HostStatus } from '../run/host-status.ts'
import type { Style } from './style.ts'
import { names } from './words.ts'

export interface SummaryInput {
  readonly verb: string
  readonly hosts: Readonly<Record<string, HostSummary>>
  readonly trips: Readonly<Record<string, number>>
}

/** Worst last, so that it stands right above the prompt. */
const order: readonly HostStatus[] = [
  'ok',
  'drift',
  'not-begun',
  'unreachable',
  'not-whole',
  'locked',
  'moved',
  'interrupted',
  'failed',
  'reverted',
  'lost',
]

/** One line a group of hosts with the same status and counts. */
export function summaryText(input: SummaryInput, style: Style): string {
  const groups = new Map<string, { summary: HostSummary; hosts: string[]; trips: Set<number> }>()
  for (const [host, summary] of Object.entries(input.hosts)) {
    const { status, ok, changed, failed, skipped, reverted, maybe, left } = summary
    const key = [status, ok, changed, failed, skipped, reverted, maybe, left?.whole, left?.rest].join(' ')
    const group = groups.get(key) ?? { summary, hosts: [], trips: new Set() }
    group.hosts.push(host)
    group.trips.add(input.trips[host] ?? 0)
    groups.set(key, group)
  }
  const sorted = [...groups.values()].sort(
    (one, other) => order.indexOf(one.summary.status) - order.indexOf(other.summary.status),
  )
  const rows = sorted.map(({ summary, hosts, trips }) => ({
    summary,
    word: outcomeWord(input.verb, summary),
    hosts: hosts.length === 1 ? names(hosts) : `${names(hosts, 60)} (${counted(hosts.length, 'host')})`,
    counts: [countsText(input.verb, summary), tripsText(trips)].filter(part => part !== '').join(' · '),
  }))
  const wordWidth = Math.max(0, ...rows.map(row => row.word.length))
  const hostWidth = Math.max(0, ...rows.map(row => row.hosts.length))
  return rows
    .map(({ summary, word, hosts, counts }) =>
      `${paint(summary, style)(word.padEnd(wordWidth))}  ${hosts.padEnd(hostWidth)}  ${counts}`.trimEnd(),
    )
    .join('\n')
}

/** What became of a host, in the words of the verb. */
export function outcomeWord(verb: string, { status, changed }: HostSummary): string {
  switch (status) {
    case 'ok':
      if (isQuestion(verb)) return 'done'
      if (changed === 0) return verb === 'check' ? 'as wanted' : 'nothing to do'
      return verb === 'apply' ? 'changed' : 'would change'
    case 'drift':
      if (verb === 'apply') return 'not applied'
      return verb === 'check' ? 'drift' : 'would change'
    case 'lost':
      return 'lost, state unknown'
    case 'locked':
      return 'locked by another run'
    case 'not-whole':
      return changed === 0 ? 'nothing to do' : 'not all taken back'
    case 'not-begun':
      return 'not begun'
    case 'moved':
      return 'changed since the plan'
    default:
      return status
  }
}

function isQuestion(verb: string): boolean {
  return ['run', 'facts', 'kept', 'history', 'show'].includes(verb)
}

/** The counts of one host in words. */
export function countsText(
  verb: string,
  { ok, changed, failed, skipped, reverted = 0, maybe = 0, left }: HostSummary,
): string {
  if (isQuestion(verb)) return ''
  const changedWord = verb === 'apply' ? 'changed' : 'to change'
  return [
    changed > 0 && `${changed} ${changedWord}`,
    maybe > 0 && `${maybe} may change`,
    failed > 0 && `${failed} failed`,
    reverted > 0 && `${reverted} taken back`,
    skipped > 0 && `${skipped} not reached`,
    ok > 0 && `${ok} ok`,
    left !== undefined && left.whole > 0 && `${left.whole} not taken back`,
    left !== undefined && left.rest > 0 && `${left.rest} taken back but for a rest`,
  ]
    .filter(part => part !== false)
    .join(', ')
}

function tripsText(trips: ReadonlySet<number>): string {
  const [only] = trips
  return trips.size === 1 && only !== undefined && only > 0 ? counted(only, 'trip') : ''
}

function paint({ status }: HostSummary, style: Style): (text: string) => string {
  if (status === 'ok') return style.green
  return status === 'drift' ? style.yellow : style.red
}
