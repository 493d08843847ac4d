/** `ops logs sql`: one question in SQL over access logs from here and from hosts. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { Rejects } from '../../logs/rejects.ts'
import { sqlColumns } from '../../logs/sql-columns.ts'
import { Table } from '../../logs/table.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { ByteOutput } from './byte-output.ts'
import { addReadingFlags, readingFlags } from './flags.ts'
import { openGroups } from './groups.ts'
import { logOperands } from './operands.ts'
import { tellCounts, tellNoRow } from './tell.ts'
import { writeAnswer } from './write-answer.ts'

const description = `Answers a SELECT over the table logs, whose rows are the lines of access logs. Its columns are those of ops logs csv, and time (a timestamp in UTC), host, method, target and protocol; what the server had nothing to write for is NULL. DuckDB (@duckdb/node-api, installed beside ops) does the work on this machine.
  ops logs sql 'SELECT status, count(*) FROM logs GROUP BY ALL' access.log*
  ops logs sql 'SELECT host, target, count(*) AS n FROM logs WHERE status >= 500 GROUP BY ALL ORDER BY n DESC LIMIT 9' web:'/var/log/nginx/access.log*' --since 7d
  ops logs sql 'SELECT day, count(*) FROM logs GROUP BY day' --engine hive://master --from s3://acme-logs/web`

const stopTexts = { soft: 'Stopping: there will be no answer.', hard: 'Stopping now.' }

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addConnectionFlags(
    addReadingFlags(verbCommand('logs sql', "'SELECT ...' [FILE...] [HOST:GLOB...] [flags]", description))
      .option('--engine <engine>', 'duckdb, or hive://HOST:PORT: the server of a cluster, reached by SSH')
      .option('--from <place>', 'with hive: where ops logs push brought the rows to')
      .option('--csv', 'the answer as CSV'),
  )
  for (const option of command.options) {
    if (option.long === '--json') option.description = 'the answer as JSON, one object a line'
  }
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const reading = await readingFlags(options, errors)
  const [query = '', ...given] = operands
  const { engine: engineName = 'duckdb', from } = options
  const isHive = typeof engineName === 'string' && engineName.startsWith('hive://')
  const words = given.length === 0 && process.stdin.isTTY !== true ? ['-'] : given
  if (!isHive && engineName !== 'duckdb') {
    const next = 'Use duckdb, or hive://HOST:PORT.'
    errors.push(inputError(`--engine ${engineName}: there is no such engine`, { next }).data)
  }
  if (isHive && given.length > 0) {
    const next = 'ops logs push FILE HOST:GLOB --to PLACE, then ask with --from PLACE.'
    errors.push(
      inputError('a cluster reads what was pushed to it, not files of other machines', { next }).data,
    )
  }
  if (!isHive && from !== undefined)
    errors.push(
      inputError('--from is for --engine hive://...', { next: 'Leave it out, or name the engine.' }).data,
    )
  if (settings.json && options.csv === true)
    errors.push(inputError('--json and --csv contradict each other', { next: 'Leave one out.' }).data)
  if (query.trim() === '' || words.length === 0) {
    const next = "ops logs sql 'SELECT status, count(*) FROM logs GROUP BY status' FILE"
    errors.push(inputError(query.trim() === '' ? 'no query given' : 'no log given', { next }).data)
  }
  // Standard output is for the answer alone.
  const told = { ...screen, out: screen.error, isTerminal: false, style: screen.errorStyle }
  return underReport(told, { ...settings, json: false, stopTexts }, async session => {
    const { report, interrupt } = session
    if (errors.length > 0) throw new InputErrors(errors)
    const form = settings.json ? 'json' : options.csv === true ? 'csv' : 'table'
    if (isHive) {
      const { askHive } = await import('./sql-hive.ts')
      const place = typeof from === 'string' ? from : undefined
      return askHive({ query, engine: engineName, from: place, form }, settings, session)
    }
    const { DuckdbEngine } = await import('../../logs/duckdb/engine.ts')
    const { ColumnWriter } = await import('../../logs/duckdb/column-writer.ts')
    const engine = await DuckdbEngine.open()
    session.atEnd.push(async () => engine.close())
    const read = logOperands(words)
    const groups = await openGroups(read, settings, reading.sinceMs, session)
    const rejects = new Rejects(reading.rejectsFile, read.files)
    const table = await Table.open(groups, {
      format: reading.format,
      fields: undefined,
      sinceMs: reading.sinceMs,
      defuse: false,
      form: 'csv',
      asText: true,
      rejects,
      note: text => report.say(text),
    })
    const unlisten = interrupt.listen(() => {
      engine.interrupt()
      void table.close().catch(() => {})
    })
    const output = new ByteOutput(process.stdout)
    try {
      const used = await engine.prepare(query, sqlColumns(table.available, table.formats))
      table.columns = used.map(column => column.name)
      const spans = table.spans(rows => new ColumnWriter(rows, used))
      await engine.load(used, spans, () => table.counts.rows)
      if (interrupt.level !== 'none') return exitCodes.interrupted
      await writeAnswer(await engine.answer(query), form, output)
    } catch (error) {
      if (interrupt.level === 'none') throw error
      return exitCodes.interrupted
    } finally {
      unlisten()
      await table.close()
      rejects.close()
    }
    tellCounts(report, table.counts, rejects, reading.rejectsFile)
    return tellNoRow(report, table.counts) ? exitCodes.failed : 0
  })
}
