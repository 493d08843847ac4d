/** `ops db copy audit`: compares a copy with its source row by row, and mends what differs. */
import { opsVersion } from '../../base/version.ts'
import { copyKind } from '../../jobs/copy/options.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { type CopyWords, readCopyWords } from './copy-words.ts'
import { addJobFlags } from './job-fields.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource } from './on-source.ts'
import { openTargetServer } from './target-server.ts'

const description = `Finds what a copy does not see: rows that were deleted in the source, or changed without a new stamp. Each server hashes its own rows, and only those that may differ are read. Ends with 2 where rows differ.
  ops db copy audit shop shop.users --to reports --as staging.users
  ops db copy audit shop shop.users --to reports --as staging.users --repair`

interface Request {
  readonly words: CopyWords | undefined
  readonly repairs: boolean
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const usage = 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE'
  const command = dbCommand('copy audit', usage, description, true)
  addJobFlags(command, copyKind)
  command.option('--repair', 'mend just the rows that differ, in one transaction')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ words, repairs, plan, yes }, session) => {
      if (!words) return declinedExitCode
      const { copy, target } = words
      const server = await session.open()
      const into = await openTargetServer(target, session.settings, session)
      const { runAudit } = await import('../../jobs/copy/run-audit.ts')
      const { emit } = session.report
      emit({ event: 'run', verb: 'db copy audit', hosts: [session.source, into.name], version: opsVersion() })
      const { as } = copy
      const confirm = confirmJob(session, yes || plan, () => `Mend what differs in ${as.schema}.${as.table}?`)
      const { ran, left } = await runAudit(copy, repairs, {
        server,
        target: into,
        emit,
        interrupt: session.interrupt,
        plansOnly: plan,
        ...(confirm && { confirm }),
      })
      return plan || (ran && left === 0) ? 0 : declinedExitCode
    },
    { stopTexts: jobStopTexts, looksOnly: ({ repairs, plan }) => !repairs || plan },
  )
}

async function readRequest(given: GivenWords): Promise<Request> {
  const repairs = given.options.repair === true
  const words = await readCopyWords(given)
  const asked = repairs
    ? needsYesOrPlan('db copy audit --repair', given)
    : { plan: given.options.plan === true, yes: true }
  return { words, repairs, ...asked }
}
