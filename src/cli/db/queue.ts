/** `ops db queue`: parks the flood of a queue of jobs, drips it back, and tells how many are where. */
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { QueueRequest } from '../../jobs/queue/run-queue.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { confirmJob } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource, tableOperand } from './on-source.ts'

const description = `Moves waiting jobs into a twin table, where no worker looks, and back a batch at a time. Jobs that a worker holds stay; every job is on just one side at any moment, whatever is killed.
  ops db queue park shop app.delayed_jobs --queue mailers
  ops db queue drip shop app.delayed_jobs --queue mailers --when-below 500 --watch
  ops db queue status shop app.delayed_jobs --queue mailers`

const directions = ['park', 'drip', 'status'] as const
type What = (typeof directions)[number]

interface Request {
  readonly queue: QueueRequest
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const what = directions.find(each => each === argv[0])
  const command = dbCommand(
    `queue ${what ?? 'park | drip | status'}`,
    'SOURCE DB.TABLE --queue NAME',
    description,
    what !== 'status',
  )
    .option('--queue <name>', "the queue; '' for jobs without one")
    .option('--batch <jobs>', 'the most that are moved at once, and that come back in one go', '10000')
    .option('--when-below <jobs>', 'bring jobs back while fewer than this wait', '500')
    .option('--lock-under <time>', "how long a worker's UPDATE may take: 2s, 500ms", '2s')
    .option(
      '--watch',
      'go on: parking what comes, bringing back until none is parked, telling every two seconds',
    )
  if (helped(command, what === undefined ? argv : argv.slice(1), screen)) return 0
  if (what === undefined)
    throw inputError(
      `ops db queue needs park, drip or status${argv[0] === undefined ? '' : `, not ${argv[0]}`}`,
      {
        next: 'Write ops db queue park SOURCE DB.TABLE --queue NAME.',
      },
    )
  return onSource(
    command,
    argv.slice(1),
    screen,
    given => readRequest(what, given),
    async ({ queue, plan, yes }, session) => {
      session.report.emit({
        event: 'run',
        verb: `db queue ${what}`,
        hosts: [session.source],
        version: opsVersion(),
      })
      const confirm = confirmJob(session, yes || plan, ({ data }) =>
        what === 'park' ? `Park ${Number(data.waiting).toLocaleString('en')} jobs?` : 'Bring jobs back?',
      )
      const context = {
        server: await session.open(),
        emit: session.report.emit,
        interrupt: session.interrupt,
        plansOnly: plan,
        ...(confirm && { confirm }),
      }
      const { queueStatus, runQueue } = await import('../../jobs/queue/run-queue.ts')
      if (what === 'status') {
        await queueStatus(queue, context)
        return 0
      }
      return (await runQueue(what, queue, context)) || plan ? 0 : declinedExitCode
    },
    {
      soft: 'Stopping after the move that is under way. Once more to stop now.',
      hard: 'Stopping now: what was under way is taken back by the server, and every job is on one side.',
    },
  )
}

function readRequest(what: What, given: GivenWords): Request {
  const { options, errors, operands } = given
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const number = (flag: string, key: string): number => {
    const text = String(options[key])
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    refuse(`${flag} ${text} is no number of jobs`, 'Write a number from 1 on.')
    return 1
  }
  const table = tableOperand(given)
  if (operands.length > 1)
    refuse(`queue takes one table, not also ${operands.slice(1).join(' ')}`, 'Name one table.')
  const { queue } = options
  if (typeof queue !== 'string')
    refuse('--queue is missing', "Name the queue; --queue '' is for jobs without one.")
  const [, digits, unit] = /^(\d{1,6}(?:\.\d+)?)(ms|s)$/.exec(String(options.lockUnder)) ?? []
  const lockUnderMs = Number(digits) * (unit === 's' ? 1_000 : 1)
  if (!(lockUnderMs >= 50))
    refuse(`--lock-under ${String(options.lockUnder)} is no time from 50 ms on`, 'Write 2s or 500ms.')
  return {
    queue: {
      table,
      queue: typeof queue === 'string' ? queue : '',
      batch: number('--batch', 'batch'),
      whenBelow: number('--when-below', 'whenBelow'),
      lockUnderMs,
      watches: options.watch === true,
    },
    ...(what === 'status' ? { plan: false, yes: true } : needsYesOrPlan(`db queue ${what}`, given)),
  }
}
