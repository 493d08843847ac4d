/** `ops logs csv | sql`: access logs, from here and from hosts, as tables. */
import { InputErrors, inputError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { asksHelp, helped, verbCommand } from '../argv.ts'
import type { VerbContext, VerbModule } from '../verb.ts'

const description = `Access logs of nginx and Apache, from files here and on hosts.
  ops logs csv FILE... HOST:GLOB...            as CSV
  ops logs sql 'SELECT ...' FILE... HOST:GLOB...    asked in SQL
ops logs csv --help and ops logs sql --help tell more.`

const parts: Readonly<Record<string, () => Promise<VerbModule>>> = {
  csv: () => import('../logs/csv.ts'),
  sql: () => import('../logs/sql.ts'),
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
