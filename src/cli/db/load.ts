/** `ops db load`: a file or standard input into a table, all of it or none. */
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { loadKind } from '../../jobs/load/options.ts'
import type { LoadRequest } from '../../jobs/load/plan.ts'
import { tableText } from '../../mysql/table-name.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { jobStopTexts } from './job-prompts.ts'
import { type JobVerb, runJobVerb } from './job-verb.ts'

const description = `Loads CSV, TSV or lines of JSON, gzip too, in one transaction: every row as it is in the input, or none and the lines that are in the way.
  ops db load shop app.events events.csv
  zcat events.tsv.gz | ops db load shop app.events --format tsv --yes
  ops db load shop app.events --put-back                       indexes that a load owes`

interface Request {
  readonly load: LoadRequest
  readonly putsBack: boolean
}

export const loadVerb: JobVerb<typeof loadKind.options, Request> = {
  kind: loadKind,
  usage: 'SOURCE DB.TABLE [FILE]',
  description,
  stopTexts: { ...jobStopTexts, soft: 'Stopping: nothing is loaded. Press Ctrl-C again to stop now.' },
  read({ table, format, separator, columns, empty, expect, profile, putBack, ...values }, given) {
    const file = values.file === '-' ? undefined : values.file
    const load = {
      table: given.table('table', table),
      file,
      format: { format, separator, columns },
      method: values.method,
      indexes: values.indexes,
      onDuplicate: values.onDuplicate,
      leaveOut: values.leaveOut,
      emptyIsNull: empty === 'null',
      nullWord: values.null,
      expected: expect,
      contracts: values.contract,
      sleepCoefficient: values.sleepCoef,
      profiles: profile,
    }
    return { load, putsBack: putBack }
  },
  title: ({ load: { table } }) => `load ${tableText(table)}`,
  async records({ load: { table } }, run) {
    const { tableRecords } = await import('../../jobs/history/table-records.ts')
    return tableRecords(run.open, table.database, `load ${tableText(table)}`)
  },
  async work({ load, putsBack }, run) {
    if (!putsBack && load.file === undefined && process.stdin.isTTY === true)
      throw inputError('no file given, and standard input is a terminal', {
        next: 'Name a file, or pipe the rows in.',
      })
    const { emit } = run.report
    emit({ event: 'run', verb: 'db load', hosts: [run.source], version: opsVersion() })
    const confirm = run.confirm(({ data }) =>
      putsBack ? 'Put them back?' : `Load ${String(data.input)} into ${String(data.table)}?`,
    )
    const context = {
      server: await run.open(),
      standardInput: process.stdin,
      emit,
      interrupt: run.interrupt,
      plansOnly: run.plan,
      ...(confirm && { confirm }),
    }
    const ran = putsBack
      ? await (await import('../../jobs/load/put-back.ts')).putBackIndexes(load.table, context)
      : await (await import('../../jobs/load/run-load.ts')).runLoad(load, context)
    return ran || run.plan ? 0 : declinedExitCode
  },
}

export function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  return runJobVerb(loadVerb, argv, screen)
}
