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
import { lookAtHost, neededNode } from './look-at-host.ts'
import { projectOf } from './schedule-steps.ts'

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

/** @throws OpsError where the job is not scheduled there, or the host cannot tell it. */
export async function historyOnHost(
  name: string,
  word: string,
  last: number,
  settings: CommonSettings,
  session: ReportSession,
): Promise<readonly RunRow[]> {
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
  if (code === undefined) {
    throw new OpsError({
      code: 'input',
      host,
      title: `${host} runs no job ${name} by itself`,
      changed: 'no',
      next: `There is no ${project}/ops.ini with an ops to run it. \`ops job schedule ${name} ${host} --at WHEN\` sets it up.`,
    })
  }
  const events = said.split('\n').flatMap(eventsIn)
  if (code !== '0') {
    const detail = said.replace(/^(?:scheduled$|rc=.*$)/gm, '').trim()
    throw new OpsError({
      code: 'failed',
      host,
      title: `${host} cannot tell the runs of ${name}`,
      detail,
      changed: 'no',
      next: 'What the host said stands with the error: fix that there, then ask again.',
    })
  }
  return events.filter(each => each.event === 'job-run').map(each => rowSchema.parse(each))
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
