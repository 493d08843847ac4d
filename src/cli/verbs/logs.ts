/** `ops logs csv | sql | push`: access logs, from here and from hosts, as tables. */
import { InputErrors, inputError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { asksHelp, helped, verbCommand } from '../argv.ts'
import type { VerbContext, VerbModule } from '../verb.ts'

const description = `Access logs of nginx and Apache, from files here and on hosts.
  ops logs csv FILE... HOST:GLOB...            as CSV
  ops logs sql 'SELECT ...' FILE... HOST:GLOB...    asked in SQL, here or on a cluster
  ops logs push FILE... HOST:GLOB... --to PLACE     to where a cluster reads them
ops logs csv --help and the like tell more.`

const parts: Readonly<Record<string, () => Promise<VerbModule>>> = {
  csv: () => import('../logs/csv.ts'),
  sql: () => import('../logs/sql.ts'),
  push: () => import('../logs/push.ts'),
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const [name = '', ...rest] = argv
  const load = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (load) return (await load()).run(rest, context)
  const names = Object.keys(parts)
  const command = verbCommand('logs', `${names.join(' | ')} ...`, description)
  if (asksHelp(argv) && helped(command, argv, context.screen)) return 0
  const title = name === '' ? `logs: say ${names.join(' or ')}` : `logs: there is no ${JSON.stringify(name)}`
  const next = `${didYouMean(name, names)}\`ops logs --help\` shows them.`
  throw new InputErrors([inputError(title, { next }).data])
}
