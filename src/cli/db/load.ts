/** `ops db load`: a file or standard input into a table, all of it or none. */
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { FormatName } from '../../jobs/load/formats.ts'
import type { LoadRequest } from '../../jobs/load/plan.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource, tableOperand } from './on-source.ts'

const description = `Loads CSV, TSV or lines of JSON, gzip too, in one transaction: every row as it is in the input, or none and the lines that are in the way.
  ops db load shop app.events events.csv
  zcat events.tsv.gz | ops db load shop app.events --format tsv --yes
  ops db load shop app.events --put-back                       indexes that a load owes`

interface Request {
  readonly load: LoadRequest
  readonly putsBack: boolean
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('load', 'SOURCE DB.TABLE [FILE]', description, true)
    .option('--format <format>', "csv, tsv or ndjson (default: by the file's name, or how it begins)")
    .option('--method <method>', 'auto, infile or insert', 'auto')
    .option('--indexes <what>', 'auto, keep, or rebuild: taken away for the load and built again', 'auto')
    .option('--on-duplicate <what>', 'fail, skip or replace a row whose key is there', 'fail')
    .option('--profile', "tell the server's stages and where the time went")
    .option('--columns <names>', 'names of the fields, where the first line has none: id,name,at')
    .option('--leave-out <names>', 'fields that are not loaded')
    .option('--separator <character>', 'what stands between the fields of CSV (default: a comma)')
    .option('--empty <what>', 'text or null: what an empty field is in a column of text', 'text')
    .option('--null <word>', 'a word that means NULL where no quotes are around it')
    .option('--expect <rows>', 'load only if the input has just so many rows')
    .option('--put-back', 'put back indexes that an earlier load owes, and nothing else')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ load, putsBack, plan, yes }, session) => {
      session.report.emit({ event: 'run', verb: 'db load', hosts: [session.source], version: opsVersion() })
      const confirm = confirmJob(session, yes || plan, ({ data }) =>
        putsBack ? `Put them back?` : `Load ${String(data.input)} into ${String(data.table)}?`,
      )
      const context = {
        server: await session.open(),
        standardInput: process.stdin,
        emit: session.report.emit,
        interrupt: session.interrupt,
        plansOnly: plan,
        ...(confirm && { confirm }),
      }
      const ran = putsBack
        ? await (await import('../../jobs/load/put-back.ts')).putBackIndexes(load.table, context)
        : await (await import('../../jobs/load/run-load.ts')).runLoad(load, context)
      return ran || plan ? 0 : declinedExitCode
    },
    { ...jobStopTexts, soft: 'Stopping: nothing is loaded. Once more to stop now.' },
  )
}

function readRequest(given: GivenWords): Request {
  const { options, errors, operands } = given
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const optional = (key: string): string | undefined =>
    typeof options[key] === 'string' ? options[key] : undefined
  const oneOf = <Word extends string>(
    flag: string,
    key: string,
    words: readonly Word[],
    usual: Word,
  ): Word => {
    const word = optional(key) ?? usual
    const found = words.find(each => each === word)
    if (found === undefined) refuse(`${flag} ${word} is none of ${words.join(', ')}`, `Write one of them.`)
    return found ?? usual
  }
  const list = (key: string): readonly string[] | undefined =>
    optional(key)
      ?.split(',')
      .map(each => each.trim())
      .filter(each => each !== '')
  const table = tableOperand(given)
  if (operands.length > 2)
    refuse(`load takes one file, not also ${operands.slice(2).join(' ')}`, 'Load each file for itself.')
  const file = operands[1] === '-' ? undefined : operands[1]
  const putsBack = options.putBack === true
  if (!putsBack && file === undefined && process.stdin.isTTY === true)
    refuse('no file given, and standard input is a terminal', 'Name a file, or pipe the rows in.')
  const format = optional('format')
  const formats: readonly FormatName[] = ['csv', 'tsv', 'ndjson']
  const separator = optional('separator')
  if (separator !== undefined && !/^[\x20-\x7e\t]$/.test(separator))
    refuse(`--separator ${JSON.stringify(separator)} is no single ASCII character`, "Write one, as ';'.")
  if (separator === '"' || separator === '\\')
    refuse(`--separator ${separator} means something else in CSV`, "Write one such as ';'.")
  const expect = optional('expect')
  if (expect !== undefined && !/^\d{1,15}$/.test(expect))
    refuse(`--expect ${expect} is no number of rows`, 'Write a number.')
  const load: LoadRequest = {
    table,
    file,
    format: {
      format: format === undefined ? undefined : oneOf('--format', 'format', formats, 'csv'),
      separator,
      columns: list('columns'),
    },
    method: oneOf('--method', 'method', ['auto', 'infile', 'insert'], 'auto'),
    indexes: oneOf('--indexes', 'indexes', ['auto', 'keep', 'rebuild'], 'auto'),
    onDuplicate: oneOf('--on-duplicate', 'onDuplicate', ['fail', 'skip', 'replace'], 'fail'),
    leaveOut: list('leaveOut') ?? [],
    emptyIsNull: oneOf('--empty', 'empty', ['text', 'null'], 'text') === 'null',
    nullWord: optional('null'),
    expected: expect === undefined ? undefined : Number(expect),
    profiles: options.profile === true,
  }
  return { load, putsBack, ...needsYesOrPlan('db load', given) }
}
