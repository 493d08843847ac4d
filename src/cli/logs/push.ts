/** `ops logs push`: the rows of access logs to a place that a cluster reads, by day and host. */
import { counted } from '../../base/counted.ts'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { readInventory } from '../../inventory/read.ts'
import { pushTable, RejectedLines } from '../../logs/push/push.ts'
import { Rejects } from '../../logs/rejects.ts'
import { Table } from '../../logs/table.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import { openTargetStore } from '../target-store.ts'
import type { VerbContext } from '../verb.ts'
import { addReadingFlags, readingFlags } from './flags.ts'
import { openGroups } from './groups.ts'
import { logOperands } from './operands.ts'
import { tellCounts, tellNoRow } from './tell.ts'

const description = `Brings the rows of access logs to a bucket or folder that a cluster reads: compressed text of Hive, one object for each day (UTC), host and log file, each read back and compared. Pushed again, a file that has grown replaces what it was, and nothing else is written; nothing is ever deleted.
  ops logs push web1 --to s3://acme-logs/web                              what its nginx or Apache writes
  ops logs push web:'/var/log/nginx/access.log*' --to s3://acme-logs/web
  ops logs sql 'SELECT day, count(*) FROM logs GROUP BY day' --engine hive://master --from s3://acme-logs/web`

const dayMs = 86_400_000
const stopTexts = { soft: 'Stopping after what is under way; run it again to finish.', hard: 'Stopping now.' }

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addConnectionFlags(
    addReadingFlags(verbCommand('logs push', '[FILE...] [HOST...] [HOST:GLOB...] --to PLACE', description))
      .option('--to <place>', 's3://BUCKET/PREFIX, or a folder that the cluster sees too')
      .option('--sse <encryption>', 'encryption to ask the bucket for: AES256 or aws:kms'),
  )
  for (const option of command.options) if (option.long === '--json') option.hideHelp()
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const reading = await readingFlags(options, errors)
  if (settings.json) errors.push(inputError('logs push has no --json', { next: 'Leave --json out.' }).data)
  if (operands.length === 0)
    errors.push(inputError('no log given', { next: 'ops logs push HOST:GLOB --to PLACE' }).data)
  const { to } = options
  if (typeof to !== 'string')
    errors.push(
      inputError('no --to given: where the rows should go', {
        next: 'Write --to s3://BUCKET/PREFIX, or a folder.',
      }).data,
    )
  const sse = typeof options.sse === 'string' ? options.sse : undefined
  const { inventoryFile } = settings
  const openStore = (place: string) =>
    openTargetStore(place, readInventory(inventoryFile === undefined ? {} : { file: inventoryFile }), sse)
  const store = typeof to === 'string' ? await collected(errors, () => openStore(to)) : undefined
  return underReport(screen, { ...settings, json: false, stopTexts }, async session => {
    const { report, interrupt } = session
    if (!store || errors.length > 0) throw new InputErrors(errors)
    for (const { verdict, sentence, next } of await store.look({ keepDays: 1 })) {
      if (verdict === 'refuse') throw inputError(sentence, next === undefined ? {} : { next })
      if (verdict !== 'good') report.say(sentence)
    }
    // A day is pushed whole or not at all: half of one would take the place of the whole.
    const sinceMs = reading.sinceMs === undefined ? undefined : Math.floor(reading.sinceMs / dayMs) * dayMs
    const read = logOperands(operands, true)
    const groups = await openGroups(read, settings, sinceMs, session)
    const rejects = new Rejects(reading.rejectsFile, read.files)
    const rejected = new RejectedLines((rejection, source, line) => rejects.add(rejection, source, line))
    const table = await Table.open(groups, {
      format: reading.format,
      fields: undefined,
      sinceMs,
      defuse: false,
      form: 'hive',
      asText: true,
      rejects: rejected,
      note: text => report.say(text),
    })
    const unlisten = interrupt.listen(() => void table.close().catch(() => {}))
    try {
      const { written, same, days } = await pushTable(table, rejected, store)
      if (interrupt.level !== 'none') return exitCodes.interrupted
      tellCounts(report, table.counts, rejects, reading.rejectsFile)
      const known = [...days].sort()
      const span = known.length === 0 ? 'no day' : `${known[0]} to ${known.at(-1)}`
      report.say(
        `${counted(written, 'object')} written and proved in ${store.url}, ${same === 1 ? '1 was' : `${same} were`} there already; ${span}`,
      )
      return tellNoRow(report, table.counts) ? exitCodes.failed : 0
    } catch (error) {
      if (interrupt.level === 'none') throw error
      return exitCodes.interrupted
    } finally {
      unlisten()
      await table.close()
      rejects.close()
      await store.close()
    }
  })
}
