/** `ops db copy audit`: compares a copy with its source row by row, and mends what differs. */
import { opsVersion } from '../../base/version.ts'
import type { CopyRequest } from '../../jobs/copy/plan.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import { commonSettings } from '../flags.ts'
import type { VerbContext } from '../verb.ts'
import { addCopyFlags, readCopyRequest } from './copy-words.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource } from './on-source.ts'
import type { ChosenSource } from './source.ts'
import { chooseTarget, openTargetServer } from './target-server.ts'

const description = `Finds what a copy does not see: rows that were deleted in the source, or changed without a new stamp. Each server hashes its own rows, and only those that may differ are read. Ends with 2 where rows differ.
  ops db copy audit shop shop.users --to reports --as staging.users
  ops db copy audit shop shop.users --to reports --as staging.users --repair`

interface Request {
  readonly copy: CopyRequest
  readonly target: ChosenSource | undefined
  readonly repairs: boolean
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addCopyFlags(
    dbCommand('copy audit', 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE', description, true),
  ).option('--repair', 'mend just the rows that differ, in one transaction')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ copy, target, repairs, plan, yes }, session) => {
      if (!target) return declinedExitCode
      const server = await session.open()
      const into = await openTargetServer(target, session.settings, session)
      const { runAudit } = await import('../../jobs/copy/run-audit.ts')
      session.report.emit({
        event: 'run',
        verb: 'db copy audit',
        hosts: [session.source, into.name],
        version: opsVersion(),
      })
      const { as } = copy
      const confirm = confirmJob(session, yes || plan, () => `Mend what differs in ${as.schema}.${as.table}?`)
      const { ran, left } = await runAudit(copy, repairs, {
        server,
        target: into,
        emit: session.report.emit,
        interrupt: session.interrupt,
        plansOnly: plan,
        ...(confirm && { confirm }),
      })
      return plan || (ran && left === 0) ? 0 : declinedExitCode
    },
    jobStopTexts,
  )
}

async function readRequest(given: GivenWords): Promise<Request> {
  const { options, errors } = given
  const repairs = options.repair === true
  const copy = readCopyRequest(given)
  const to = typeof options.to === 'string' ? options.to : undefined
  const target = await chooseTarget(to, commonSettings(options, []), errors)
  const asked = repairs
    ? needsYesOrPlan('db copy audit --repair', given)
    : { plan: options.plan === true, yes: true }
  return { copy, target, repairs, ...asked }
}
