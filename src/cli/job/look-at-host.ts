/** What a host has that a scheduled job needs, Node, and systemd or not; and the jobs that were scheduled there. */
import { inputError } from '../../base/errors.ts'
import { HostLink } from '../../run/host-link.ts'
import { bareShell } from '../../shell/library.ts'
import type { ReportSession } from '../report-session.ts'
import type { ReachedHost } from '../run-steps.ts'
import hostText from './host.sh'
import { jobsFolder, units } from './host-places.ts'

export interface HostLook {
  readonly host: string
  /** One that is new enough. */
  readonly node: string | undefined
  /** What there is in place of it: `has no Node`. */
  readonly has: string
  readonly hasSystemd: boolean
  /** Of each job that a schedule has left something of: the paths of the files that it brought, relative to the job's project. */
  readonly jobs: ReadonlyMap<string, readonly string[]>
}

const oldest = [20, 17] as const

const question = `${bareShell(hostText)}ops_frame host\nops_job_host ${units} ${jobsFolder}\n`

/** @throws OpsError `input` where the login is not root's; nothing was changed. */
export async function lookAtHost(
  { target, become }: ReachedHost,
  { report, interrupt }: ReportSession,
): Promise<HostLook> {
  const link = new HostLink(target, become, report.emit)
  const unlisten = interrupt.listen(level => level === 'hard' && void link.close())
  let said = ''
  try {
    const session = await link.open()
    await session.trip(question, {
      silenceMs: 60_000,
      frame: ({ kind, body }) => {
        if (kind === 'host') said = body.toString('utf8')
      },
    })
  } finally {
    unlisten()
    await link.close()
  }
  const nodes = [...said.matchAll(/^node=v(\d+)\.(\d+)\S* (\/\S+)$/gm)].map(([, major, minor, path]) => ({
    path: path ?? '',
    text: `v${major}.${minor}`,
    isNew: Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]),
  }))
  if (!/^user=0$/m.test(said)) {
    throw inputError(`a schedule on ${target.name} belongs to root, and this login does not become root`, {
      host: target.name,
      next: 'Log in as root, or as one who may use sudo, without --no-become.',
    })
  }
  return {
    host: target.name,
    node: nodes.find(each => each.isNew)?.path,
    has: nodes.length === 0 ? 'has no Node' : `has Node ${nodes.map(each => each.text).join(', ')}`,
    hasSystemd: said.includes('init=systemd'),
    jobs: jobsIn(said),
  }
}

function jobsIn(said: string): Map<string, string[]> {
  const jobs = new Map<string, string[]>()
  for (const [, job = ''] of said.matchAll(/^job=(.+)$/gm)) jobs.set(job, [])
  for (const [, job = '', path = ''] of said.matchAll(/^file=(\S+) (.+)$/gm)) {
    const paths = jobs.get(job)
    if (paths && !paths.includes(path)) paths.push(path)
  }
  return jobs
}

/** @throws OpsError `input` where there is no Node that is new enough. `what` needs it: `a job`. */
export function neededNode({ host, node, has }: HostLook, what: string): string {
  if (node !== undefined) return node
  throw inputError(`${host} ${has}, and ${what} needs Node 20.17 or later`, {
    host,
    next: `Install it there (Debian 13: \`apt-get install nodejs\`; else from nodejs.org), then run this again.`,
  })
}
