/** What a schedule that failed has left on its host: told, and a password that nothing uses yet is taken away again. */
import type { HostSummary } from '../../run/events.ts'
import { bareShell } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import { overLink } from '../history/ask-hosts.ts'
import type { ReportSession } from '../report-session.ts'
import type { ReachedHost } from '../run-steps.ts'
import hostText from './host.sh'
import { folderOf, projectOf, units } from './host-places.ts'
import { isSecret, type Scheduled } from './schedule-steps.ts'

const untouched: readonly HostSummary['status'][] = ['ok', 'unreachable', 'locked', 'moved', 'not-begun']

/** Says nothing where the run ended well, or has changed nothing. */
export async function tellLeft(
  scheduled: Scheduled,
  host: string,
  { status, changed, failed }: HostSummary,
  reached: ReachedHost,
  session: ReportSession,
): Promise<void> {
  if (untouched.includes(status) || (status !== 'lost' && changed + failed === 0)) return
  const { name, packed, files } = scheduled
  const undo = `\`ops job schedule ${name} ${host} --undo\` takes it away.`
  const secrets = files.filter(isSecret).map(({ path }) => `${projectOf(name)}/${path}`)
  const places = [...secrets, projectOf(name), folderOf(packed), `${folderOf(packed)}.tgz`]
  // Whether it still works there, or another run does by now, is not known: then nothing is touched.
  const said =
    status === 'lost' || session.interrupt.level === 'hard'
      ? undefined
      : await asked(question(name, secrets, places), reached, session)
  if (said === undefined) {
    session.report.say(`On ${host} may lie now: ${places.join(', ')}. ${undo}`)
    return
  }
  const named = (word: string): string[] =>
    said.split('\n').flatMap(line => (line.startsWith(`${word}=`) ? [line.slice(word.length + 1)] : []))
  const [gone, left] = [named('gone'), named('left')]
  const timer = named('timer').includes('set')
    ? `The timer of an earlier schedule is set on ${host}: it runs the job with what lies there now.`
    : scheduled.calendar === undefined
      ? `No timer of ${host} runs the job; a line in root's crontab of an earlier schedule would.`
      : `No timer of ${host} runs the job.`
  session.report.say(
    [
      left.length === 0 ? `Nothing of it lies on ${host}.` : `On ${host} lies now: ${left.join(', ')}.`,
      ...gone.map(path => `${path}, a password, was taken away again.`),
      timer,
      ...(left.length === 0 ? [] : [undo]),
    ].join(' '),
  )
}

/** Undefined where the host does not answer. */
async function asked(
  text: string,
  reached: ReachedHost,
  session: ReportSession,
): Promise<string | undefined> {
  let said = ''
  try {
    await overLink(reached, session, open =>
      open.trip(text, {
        silenceMs: 60_000,
        frame: ({ kind, body }) => {
          if (kind === 'left') said = body.toString('utf8')
        },
      }),
    )
  } catch {
    return undefined
  }
  return said
}

/** Where the host has once proved that it can plan the job, what lies there belongs to a schedule that works. */
function question(name: string, secrets: readonly string[], places: readonly string[]): string {
  const timer = `ops-job-${name}.timer`
  return `${bareShell(hostText)}ops_frame left\n${
    sh`ops_job_left ${timer} ${projectOf(name)}
ops_job_forget ${secrets}
ops_job_there ${places} ${`${units}/${timer}`}`.shell
  }\n`
}
