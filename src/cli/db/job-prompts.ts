/** The one question of a data job. */
import type { JobPlan } from '../../run/job-events.ts'
import type { ReportSession } from '../report-session.ts'

/** Undefined where a flag said yes: then nobody is asked. */
export function confirmJob(
  { prompts }: Pick<ReportSession, 'prompts'>,
  yes: boolean,
  question: (plan: JobPlan) => string,
): ((plan: JobPlan) => Promise<boolean>) | undefined {
  return yes || !prompts ? undefined : plan => prompts.confirm(question(plan))
}

/** What a signal is answered with while a job runs. */
export const jobStopTexts = {
  soft: 'Stopping after the chunk that is under way. Press Ctrl-C again to stop now.',
  hard: 'Stopping now: what was under way is taken back by the server, and looked at by the next run.',
}
