/** `ops job list`: the jobs of this project, with what each one does. */
import { relative } from 'node:path'
import { type ErrorData, firstErrorOf, InputErrors } from '../../base/errors.ts'
import { findJobs, misnamedIn, type RecipeSource } from '../../recipe/find.ts'
import { printableLine } from '../../report/printable.ts'
import { table } from '../../report/table.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { checkFields } from '../db/job-fields.ts'
import type { VerbContext } from '../verb.ts'
import { loadJobFile } from './load-job.ts'

type ListedJob = { readonly name: string; readonly file: string } & (
  | { readonly job: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly error: ErrorData }
)

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description = 'Lists the jobs of this project: the files in its folder jobs.'
  const command = verbCommand('job list', '', description).option('--json', 'JSON on stdout')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const jobs = [
    ...(await Promise.all(findJobs(process.cwd()).map(listed))),
    ...misnamedIn(process.cwd(), 'jobs').map(({ name, file, error }) => ({ name, file, error })),
  ]
  if (options.json === true) {
    screen.out(`${JSON.stringify(jobs)}\n`)
    return 0
  }
  if (jobs.length === 0) {
    screen.out('There are no jobs here; `ops job --help` shows what one looks like.\n')
    return 0
  }
  const { style } = screen
  const rows = jobs.map(each => [
    style.bold(printableLine(each.name)),
    style.dim(printableLine(relative(process.cwd(), each.file))),
    'job' in each
      ? printableLine(`${each.job} ${String(each.fields.table ?? '')} of ${String(each.fields.source ?? '')}`)
      : style.red(`broken: ${printableLine(each.error.title)}`),
  ])
  screen.out(`${table([[style.dim('JOB'), style.dim('FILE'), ''], ...rows])}\n`)
  return 0
}

async function listed(source: RecipeSource): Promise<ListedJob> {
  const { name, file } = source
  try {
    const { job, verb, places } = await loadJobFile(source, false)
    const errors: ErrorData[] = []
    checkFields(verb.kind, job.fields, places, errors)
    if (errors.length > 0) throw new InputErrors(errors)
    return { name, file, job: job.job, fields: job.fields }
  } catch (thrown) {
    return { name, file, error: firstErrorOf(thrown, 'input') }
  }
}
