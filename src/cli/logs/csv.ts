/** `ops logs csv`: access logs as CSV on standard output, every line a row or told to be none. */
import { counted } from '../../base/counted.ts'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { Rejects } from '../../logs/rejects.ts'
import { Table } from '../../logs/table.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { ByteOutput } from './byte-output.ts'
import { addReadingFlags, readingFlags } from './flags.ts'
import { openGroups } from './groups.ts'
import { logOperands } from './operands.ts'
import { tellCounts, tellNoRow } from './tell.ts'

const description = `Writes access logs of nginx and Apache as CSV (RFC 4180). Every line is a row or is rejected, and the counts say so; cells are the bytes that the client sent, whichever way the server escaped them.
  ops logs csv /var/log/nginx/access.log*                compressed ones too
  ops logs csv web:'/var/log/nginx/access.log*'          from hosts, in their own format, merged by time
  ops logs csv access.log --fields time,status,target    some columns
  zcat old.gz | ops logs csv --format combined           standard input`

const stopTexts = { soft: 'Stopping: the rows so far are written.', hard: 'Stopping now.' }

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addConnectionFlags(
    addReadingFlags(verbCommand('logs csv', '[FILE...] [HOST:GLOB...] [flags]', description))
      .option(
        '--fields <names>',
        'columns, with commas between; also time (UTC), method, target, protocol, host',
      )
      .option('--text', 'NUL and bytes that are not UTF-8 as \\xHH, for readers that take text only')
      .option('--defuse', 'a quote before cells that a spreadsheet would run as formulas'),
  )
  for (const option of command.options) if (option.long === '--json') option.hideHelp()
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const reading = await readingFlags(options, errors)
  if (settings.json)
    errors.push(inputError('logs csv writes CSV: --json is not for it', { next: 'Leave --json out.' }).data)
  const words = operands.length === 0 && process.stdin.isTTY !== true ? ['-'] : operands
  if (words.length === 0)
    errors.push(
      inputError('no log given', { next: 'ops logs csv FILE, HOST:GLOB, or - for standard input.' }).data,
    )
  // Standard output is for rows alone.
  const told = { ...screen, out: screen.error, isTerminal: false, style: screen.errorStyle }
  return underReport(told, { ...settings, json: false, stopTexts }, async session => {
    const read = logOperands(words)
    const groups = await collected(errors, () => openGroups(read, settings, reading.sinceMs, session))
    if (!groups || errors.length > 0) throw new InputErrors(errors)
    const notes: string[] = []
    const rejects = new Rejects(reading.rejectsFile, read.files)
    const table = await Table.open(groups, {
      format: reading.format,
      fields: typeof options.fields === 'string' ? options.fields : undefined,
      sinceMs: reading.sinceMs,
      defuse: options.defuse === true,
      form: 'csv',
      asText: options.text === true,
      rejects,
      // Told at the end: whoever reads the first row only wants no more than that.
      note: text => notes.push(text),
    })
    const output = new ByteOutput(process.stdout)
    const unlisten = session.interrupt.listen(() => void table.close().catch(() => {}))
    try {
      await output.write(Buffer.from(`${table.columns.map(quotedName).join()}\n`))
      for await (const rows of table.rows()) {
        await output.write(rows)
        if (output.isGone || session.interrupt.level !== 'none') break
      }
      await output.flush()
    } catch (error) {
      await output.flush()
      // What was cut off in its wait for more says so.
      if (session.interrupt.level === 'none') {
        const { rows } = table.counts
        if (rows > 0)
          session.report.say(`${counted(rows, 'row was', 'rows were')} written: right, but not all`)
        throw error
      }
    } finally {
      unlisten()
      await table.close()
      rejects.close()
    }
    if (output.isGone) return 0
    for (const text of notes) session.report.say(text)
    tellCounts(session.report, table.counts, rejects, reading.rejectsFile)
    if (session.interrupt.level !== 'none') return exitCodes.interrupted
    return tellNoRow(session.report, table.counts) ? exitCodes.failed : 0
  })
}

/** A name of a cookie or header in a format may hold anything. */
function quotedName(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
