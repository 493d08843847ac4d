/** `ops job VERB`: jobs that are written down in files, run as they are by hand. */
import { inputError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { jobVerbs } from '../job/sub-verbs.ts'
import type { VerbContext } from '../verb.ts'

const example = `A job is one file of a project, jobs/NAME.ts, without any password in it:
  import { archive } from 'ops-recipes/jobs'
  export default archive({ source: 'shop', table: 'app.events', olderThan: '6mo', by: 'updated_at', to: './events' })
Its fields are the flags of the verb of \`ops db\` with the same name. Names of files in it begin at the project.`

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const [first, ...rest] = argv
  const { style, out } = context.screen
  const verb = jobVerbs.find(each => each.name === first)
  if (verb) return (await verb.load()).run(rest, context)
  if (first === '--help' || first === '-h') {
    const rows = jobVerbs.flatMap(({ name, usage, summary }) => [
      `  ${style.bold(`ops job ${name}`)} ${usage}`.trimEnd(),
      `      ${summary}`,
    ])
    out(`Data jobs as files: the same by hand and by a timer.\n\n${rows.join('\n')}\n\n${example}\n`)
    return 0
  }
  const names = jobVerbs.map(each => each.name)
  const near = nearest(first ?? '', names)
  throw inputError(first === undefined ? 'ops job needs a verb' : `ops job has no verb ${first}`, {
    next: `${near === undefined ? '' : `Did you mean \`ops job ${near}\`? `}Verbs are ${names.join(', ')}; \`ops job --help\` says more.`,
  })
}
