/** Loads a job file by name or path: found, compiled, free of passwords, checked, and proved to be a job. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputErrors, inputError, type SourceLocation } from '../../base/errors.ts'
import { isJob, type Job } from '../../jobs/options.ts'
import { isCompilerThere } from '../../recipe/compiler.ts'
import { findJob, type RecipeSource } from '../../recipe/find.ts'
import { importRecipe } from '../../recipe/import-recipe.ts'
import { typeErrors } from '../../recipe/type-check.ts'
import type { FieldPlaces } from '../db/job-fields.ts'
import { recipeLibrary } from '../recipe-library.ts'
import { type AnyJobVerb, jobCalls, jobVerbOf } from './job-kinds.ts'

export interface LoadedJob extends RecipeSource {
  readonly job: Job
  readonly verb: AnyJobVerb
  /** The folder that holds `jobs/`: where names of files in a job begin. */
  readonly project: string
  readonly places: FieldPlaces
}

/** @throws OpsError or InputErrors, all `input`. */
export async function loadJob(nameOrPath: string, cwd: string = process.cwd()): Promise<LoadedJob> {
  return loadJobFile(findJob(nameOrPath, cwd), true)
}

/** `checkTypes`: types are checked once per content. */
export async function loadJobFile(source: RecipeSource, checkTypes: boolean): Promise<LoadedJob> {
  const library = await import('../../jobs/index.ts')
  const exported = await importRecipe(source, recipeLibrary, { 'ops-recipes/jobs': library })
  const { name, file } = source
  const job = exported.default
  // Before the types: an error of theirs would show the line with the password.
  if (isJob(job)) refusePasswords(job, file)
  const errors = checkTypes && isCompilerThere() ? await typeErrors(file) : []
  if (errors.length > 0) throw new InputErrors(errors)
  const verb = isJob(job) ? await jobVerbOf(job.job) : undefined
  if (!isJob(job) || !verb) {
    throw inputError(
      `job ${name}: ${job === undefined ? 'the file has no default export' : 'what it exports is not a job'}`,
      {
        where: { file, line: 1 },
        next: `Write \`export default\` and one of ${jobCalls.join(', ')}, which 'ops-recipes/jobs' exports.`,
      },
    )
  }
  return { ...source, job, verb, project: dirname(dirname(file)), places: placesIn(file) }
}

/** A field of its own, or one inside an address. It is not shown, and neither is its line. */
function refusePasswords({ fields }: Job, file: string): void {
  for (const [field, value] of Object.entries(fields)) {
    const isNamed = /passw(?:or)?d|passphrase|secret|token|credential/i.test(field)
    const isInAddress = typeof value === 'string' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@/i.test(value)
    if (!isNamed && !isInAddress) continue
    const where = placeOf(file, field)
    const what = isNamed ? `a job file has no \`${field}\`` : `the address in \`${field}\` holds a password`
    throw inputError(`${what}: it is kept in git, and others read it`, {
      where,
      next: 'Write user and password (@FILE, env:NAME or cmd:COMMAND) into [db NAME] of ops.ini, and NAME here. Change this password: it may have been seen.',
    })
  }
}

function placesIn(file: string): FieldPlaces {
  return {
    label: name => name,
    where: name => placeOf(file, name),
    missing: (doc, word) => `Write \`${doc.name}: '${word.toUpperCase()}'\`: ${doc.help}.`,
  }
}

/** Where a field is written; the call itself where it is written nowhere in this file. */
function placeOf(file: string, field: string): SourceLocation {
  const lines = readFileSync(file, 'utf8').split('\n')
  const found = (pattern: RegExp): SourceLocation | undefined => {
    const line = lines.findIndex(each => pattern.test(each))
    const column = pattern.exec(lines[line] ?? '')?.index
    return column === undefined ? undefined : { file, line: line + 1, column: column + 1 }
  }
  const word = (behind: string): RegExp =>
    new RegExp(`(?<![\\w$.])${field.replaceAll('$', '\\$')}(?=['"\`]?\\s*${behind})`)
  return (
    found(word(':')) ??
    // Its value is of the same name; so may be what the first line imports.
    found(word('(?:[,}]|$)')) ??
    found(/(?<=export\s+default\s+)\w+/) ?? { file, line: 1 }
  )
}
