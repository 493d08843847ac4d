/** `ops db queue status`: how many jobs of a queue are where. Touches nothing. */
import { opsVersion } from '../../base/version.ts'
import { dripKind } from '../../jobs/queue/options.ts'
import { helped } from '../argv.ts'
import type { VerbContext } from '../verb.ts'
import { addJobFlags, argvPlaces, checkFields, fieldsOfArgv } from './job-fields.ts'
import { dbCommand, onSource, tableOperand } from './on-source.ts'
import { queueDescription, queueRequest, queueStopTexts, queueUsage } from './queue-words.ts'

/** It takes the flags of the moves too, so that a command line needs but another word. */
const kind = { ...dripKind, name: 'queue status' }

export function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand(kind.name, queueUsage, queueDescription)
  addJobFlags(command, kind)
  if (helped(command, argv, screen)) return Promise.resolve(0)
  return onSource(
    command,
    argv,
    screen,
    given => {
      const { operands, options, errors } = given
      const fields = fieldsOfArgv(kind, ['source', ...operands], options, errors)
      const values = checkFields(kind, fields, argvPlaces(kind), errors)
      return values && queueRequest(values, tableOperand(given))
    },
    async (request, session) => {
      const { emit } = session.report
      emit({ event: 'run', verb: 'db queue status', hosts: [session.source], version: opsVersion() })
      const { queueStatus } = await import('../../jobs/queue/run-queue.ts')
      const server = await session.open()
      // Only where something is wrong is there no request, and then this is not reached.
      if (request) await queueStatus(request, { server, emit, interrupt: session.interrupt, plansOnly: true })
      return 0
    },
    { stopTexts: queueStopTexts, looksOnly: () => true },
  )
}
