/** `ops db sizes`: which tables eat the disk, and what of them is old. */
import { counted } from '../../base/counted.ts'
import { inputError } from '../../base/errors.ts'
import { tableText, tableWord } from '../../mysql/table-name.ts'
import { jobPlanText } from '../../report/job-text.ts'
import { quote } from '../../shell/quote.ts'
import { helped } from '../argv.ts'
import type { VerbContext } from '../verb.ts'
import { dbCommand, onSource } from './on-source.ts'

const description = `Shows the largest tables: the size of their files, how much of them is old, how they grow, what keeps an archive from them, and its command. Reads one or two thousand rows of a table, and never all of a large one.
  ops db sizes shop
  ops db sizes shop app --top 3`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('sizes', 'SOURCE [DB]', description).option(
    '--top <n>',
    'so many tables (default: 10)',
  )
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    ({ operands, options, errors, database }) => {
      const { top = '10' } = options
      const number = /^[1-9]\d{0,3}$/.test(String(top)) ? Number(top) : undefined
      if (number === undefined)
        errors.push(
          inputError(`--top ${String(top)}: not a whole number from 1 to 9999`, {
            next: 'Write a number, such as --top 20.',
          }).data,
        )
      if (operands.length > 1) {
        const next = 'Write ops db sizes SOURCE [DB].'
        errors.push(inputError('sizes takes a source and one database at most', { next }).data)
      }
      return { database: operands[0] ?? database, top: number ?? 10 }
    },
    async ({ database, top }, { open, source, settings }) => {
      const server = await open()
      const session = await server.session()
      const { lookAtSizes } = await import('../../jobs/sizes/look.ts')
      const { sizeOf, sizesPlan } = await import('../../jobs/sizes/sizes-text.ts')
      const look = await lookAtSizes(session, database, top)
      for (const table of look.tables) {
        const name = tableText(table)
        const to = `./archive/${name.replaceAll(/[^\w.-]/g, '_')}`
        const archive =
          table.time === undefined || table.isOwn
            ? undefined
            : `ops db archive ${[source, tableWord(table), '--older-than', '6mo', '--by', table.time, '--to', to].map(quote).join(' ')}`
        const told = sizesPlan(source, table, archive)
        if (settings.json) screen.out(`${JSON.stringify({ event: 'size', source, ...told.data })}\n`)
        else screen.out(`${jobPlanText(told, screen.style)}\n\n`)
      }
      if (settings.json) {
        screen.out(`${JSON.stringify({ event: 'sizes', source, ...look.total, why: look.why ?? null })}\n`)
      } else {
        const { tables, bytes } = look.total
        const where = database === undefined ? '' : ` in ${database}`
        screen.out(`${counted(tables, 'table')}${where}, ${sizeOf(bytes)} together\n`)
        if (look.why !== undefined) screen.out(`Some sizes are by statistics: ${look.why}.\n`)
      }
      return 0
    },
  )
}
