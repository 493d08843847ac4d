/** `ops db VERB`: jobs on the rows of a database. */
import { inputError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { dbVerbs } from '../db/sub-verbs.ts'
import type { VerbContext } from '../verb.ts'

const sources = `SOURCE: a section [db NAME] of ops.ini, a host (its own server, by its socket), or mysql://USER@HOST:PORT/DB?via=SSHHOST.
In ops.ini, without any password in it:
  [db shop]
  host = db1                          reached by SSH; leave it out for a direct connection
  address = 127.0.0.1:3306            or socket = PATH; without both, the server's own socket
  user = report
  password = @FILE                    or env:NAME, or cmd:COMMAND
  replicas = db2, shop-copy           archive and queue wait for those that fall behind
The target of a copy is written alike:
  [db reports]
  engine = postgres
  host = pg1
  address = 127.0.0.1:5432
  user = loader
  password = @FILE
  database = warehouse                without it the one that is named like the user
Without address it is the server's own socket: with peer authentication there the SSH login of host and the user must have
one name, and no password is needed: CREATE ROLE NAME LOGIN; GRANT CREATE ON DATABASE warehouse TO NAME.`

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const [first, ...rest] = argv
  const { style, out } = context.screen
  const verb = dbVerbs.find(each => each.name === first)
  if (verb) return (await verb.load()).run(rest, context)
  if (first === '--help' || first === '-h') {
    const rows = dbVerbs.flatMap(({ name, usage, summary }) => [
      `  ${style.bold(`ops db ${name}`)} ${usage}`,
      `      ${summary}`,
    ])
    out(
      `Jobs on the rows of a MySQL or MariaDB server. Each one plans, asks, proves what it did, and can be killed at any time.\n\n${rows.join('\n')}\n\n${sources}\n`,
    )
    return 0
  }
  const names = dbVerbs.map(each => each.name)
  const near = nearest(first ?? '', names)
  throw inputError(first === undefined ? 'ops db needs a verb' : `ops db has no verb ${first}`, {
    next: `${near === undefined ? '' : `Did you mean \`ops db ${near}\`? `}Verbs are ${names.join(', ')}; \`ops db --help\` says more.`,
  })
}
