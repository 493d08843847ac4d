/** The runs of a job that a host does by itself: that host is asked, by the ops that its schedule sent there. */
import { z } from 'zod'
import { OpsError } from '../../base/errors.ts'
import type { RunRow } from '../../report/history-text.ts'
import { bareShell } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import type { CommonSettings } from '../flags.ts'
import { overLink } from '../history/ask-hosts.ts'
import type { ReportSession } from '../report-session.ts'
import { reachHosts } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import hostText from './host.sh'
import { projectOf } from './host-places.ts'
import { lookAtHost, neededNode } from './look-at-host.ts'

const fact = z.object({ name: z.string(), text: z.string() })
const rowSchema = z.object({
  startedAs: z.string().optional(),
  title: z.string(),
  source: z.string(),
  startedAt: z.string(),
  by: z.object({ user: z.string(), machine: z.string(), pid: z.number() }),
  status: z.string(),
  endedAt: z.string().optional(),
  facts: z.array(fact),
  notes: z.array(z.string()),
  error: z.object({ title: z.string(), next: z.string().optional() }).optional(),
  logs: z.array(z.string()),
})

export interface HistoryThere {
  readonly rows: readonly RunRow[]
  /** Its schedule was taken away: these are the runs up to then. */
  readonly isOver: boolean
}

/** @throws OpsError where the job was never scheduled there, or the host cannot tell it. */
export async function historyOnHost(
  name: string,
  word: string,
  last: number,
  settings: CommonSettings,
  session: ReportSession,
): Promise<HistoryThere> {
  const chosen = await chooseReachable([word], settings, 'machine')
  const [reached] = (await reachHosts(chosen, settings, session)).values()
  if (!reached) throw new OpsError({ code: 'input', title: `there is no host ${word}`, changed: 'no' })
  const host = reached.target.name
  const look = await lookAtHost(reached, session)
  const project = projectOf(name)
  let said = ''
  await overLink(reached, session, async open => {
    await open.trip(question(project, name, look.node ?? '', last), {
      silenceMs: 120_000,
      frame: ({ kind, body }) => {
        if (kind === 'history') said = body.toString('utf8')
      },
    })
  })
  const code = /^rc=(\d+)$/m.exec(said)?.[1]
  if (code === undefined && /^scheduled$/m.test(said))
    neededNode(look, `the ops there that tells the runs of ${name}`)
  const [kept = '', told = ''] = said.split(/^scheduled$/m)
  const isKept = kept.startsWith('kept\n')
  const rows = withoutTwins([...rowsIn(kept).map(endedBy), ...rowsIn(told)])
  if (code === undefined && isKept) return { rows: rows.slice(-last), isOver: true }
  if (code === undefined) {
    throw new OpsError({
      code: 'input',
      host,
      title: `${host} runs no job ${name} by itself`,
      changed: 'no',
      next: `There is no ${project}/ops.ini with an ops to run it, and no history of an earlier schedule. \`ops job schedule ${name} ${host} --at WHEN\` sets it up.`,
    })
  }
  if (code !== '0') {
    const lines = told.split('\n').filter(line => rowsIn(line).length === 0 && !/^rc=\d+$/.test(line))
    throw new OpsError({
      code: 'failed',
      host,
      title: `${host} cannot tell the runs of ${name}`,
      detail: lines.join('\n').trim(),
      changed: 'no',
      next: `What the host said stands with the error: fix that there, then ask again.${isKept ? ` Runs of an earlier schedule are kept there in ${project}/.history.` : ''}`,
    })
  }
  return { rows: rows.slice(-last), isOver: false }
}

/** What was kept stands first, and may be told again by the ops of a later schedule, with its end by then. */
function withoutTwins(rows: readonly RunRow[]): readonly RunRow[] {
  const byRun = new Map(rows.map(row => [`${row.startedAt} ${row.by.machine} ${row.by.pid}`, row]))
  return [...byRun.values()].sort((one, other) => (one.startedAt < other.startedAt ? -1 : 1))
}

/** A timer that is taken away stops no run: the end of this one is not kept. */
function endedBy(row: RunRow): RunRow {
  return row.status === 'running' ? { ...row, status: 'ran still when its schedule was taken away' } : row
}

function rowsIn(text: string): readonly RunRow[] {
  const events = text.split('\n').flatMap(eventsIn)
  return events.flatMap(each => (each.event === 'job-run' ? [rowSchema.parse(each)] : []))
}

/** None where the line is no event: a warning of Node may come between. */
function eventsIn(line: string): readonly { event?: string }[] {
  if (!line.startsWith('{')) return []
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}

function question(project: string, name: string, node: string, last: number): string {
  return `${bareShell(hostText)}ops_frame history\n${sh`ops_job_history ${project} ${name} ${node} ${last}`.shell}\n`
}
