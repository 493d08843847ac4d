/** `ops init [FOLDER]`: a recipes folder and an ops.ini to start from. */
import { relative, resolve } from 'node:path'
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { writeInitFiles } from '../../recipe/init.ts'
import { initText } from '../../report/init-text.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import type { VerbContext } from '../verb.ts'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description = 'Writes an ops.ini and a first recipe into a folder; never overwrites anything.'
  const command = verbCommand('init', '[FOLDER]', description).option('--json', 'JSON on stdout')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const folder = resolve(operands[0] ?? '.')
  const files = writeInitFiles(folder).map(({ path, purpose, written }) => ({ path, purpose, written }))
  if (options.json === true) screen.out(`${JSON.stringify({ folder, files })}\n`)
  else screen.out(`${initText(relative(process.cwd(), folder), files, screen.style)}\n`)
  return 0
}
