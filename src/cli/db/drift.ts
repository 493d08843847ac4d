/** `ops db drift`: whether a table still is what one of its consumers needs. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { tableText } from '../../mysql/table-name.ts'
import { jobPlanText } from '../../report/job-text.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { dbCommand, onSource, tableOperand } from './on-source.ts'

const description = `Compares a table with the contract of a consumer: its columns with types, collations, defaults and what the server computes or sets by itself, its keys, indexes, CHECKs, foreign keys, triggers, partitions and engine. Each change is harmless, widens (more than the consumer knows may come) or breaks (with the number of rows that do not fit). Exit code 2 where anything widens or breaks.
  ops db drift shop app.events --contract reports.json --pin     writes the file: what the table is now is agreed
  ops db drift shop app.events --contract reports.json           has it changed since?
Delete from the file what the consumer does not mind: a column that it does not use, or a whole list such as \`indexes\`. Add \`"writes": true\` for one that puts rows in.
The account needs SELECT on the table; without TRIGGER on it, triggers are not compared, and the outcome says so. Rows are counted where a change may not fit them, which reads the table.`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('drift', 'SOURCE DB.TABLE --contract FILE [--pin]', description)
    .option('--contract <file>', 'the file of the contract, JSON')
    .option('--pin', 'write the file: what the table is now is agreed from now on')
    .option('--consumer <name>', 'whose contract it is, for a new one (default: the name of the file)')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    given => {
      const { options, errors, operands } = given
      const table = tableOperand(given)
      const { contract: file } = options
      if (typeof file !== 'string' || file === '')
        errors.push(inputError('--contract is missing', { next: 'Write --contract FILE.' }).data)
      if (operands.length > 1)
        errors.push(
          inputError('drift takes one table', { next: 'Write ops db drift SOURCE DB.TABLE --contract FILE.' })
            .data,
        )
      const consumer = typeof options.consumer === 'string' ? options.consumer : undefined
      return { table, file: String(file), pins: options.pin === true, consumer }
    },
    async ({ table: wanted, file, pins, consumer }, { open, source, settings }) => {
      const { pinned, readContract, writeContract } = await import('../../jobs/drift/contract.ts')
      const before = pins && !existsSync(file) ? undefined : readContract(file)
      if (before && before.table !== tableText(wanted)) {
        throw inputError(`${file} is a contract about ${before.table}, not ${tableText(wanted)}`, {
          next: 'Name its table, or another file.',
        })
      }
      const session = await (await open()).session()
      const { readTable } = await import('../../mysql/catalog.ts')
      const { changeText, judge, unseenBy, unseenText } = await import('../../jobs/drift/judge.ts')
      const { see } = await import('../../jobs/drift/seen.ts')
      const table = await readTable(session, wanted)
      const seen = pins ? await see(session, table) : undefined
      const { changes: judged, unseen } = before
        ? await judge(session, table, before)
        : { changes: [], unseen: unseenBy(undefined, seen) }
      const isDrift = judged.some(each => each.verdict !== 'harmless')
      const who = before?.consumer ?? consumer ?? basename(file).replace(/\.json$/, '')
      if (pins) writeContract(file, pinned(table, before, who, seen))
      if (settings.json) {
        for (const each of judged)
          screen.out(
            `${JSON.stringify({ event: 'change', source, table: tableText(table), consumer: who, ...each })}\n`,
          )
        screen.out(
          `${JSON.stringify({ event: 'drift', source, table: tableText(table), consumer: who, changes: judged.length, drift: isDrift, notCompared: unseen, pinned: pins })}\n`,
        )
      } else {
        const facts = [
          { name: 'contract', text: `${file}, of ${who}` },
          ...(before ? [{ name: 'changes', text: changesText(judged.length, unseen.length > 0) }] : []),
          ...(pins
            ? [{ name: 'written', text: writtenText(before, judged.length, table.columns.length) }]
            : []),
        ]
        const told = {
          job: 'drift',
          source,
          title: `drift ${tableText(table)}`,
          facts,
          notes: [
            ...judged.filter(each => each.verdict !== 'harmless').map(changeText),
            ...unseen.map(each => unseenText(each, table, before ? 'compared' : 'written')),
          ],
          remarks: judged.filter(each => each.verdict === 'harmless').map(changeText),
          data: {},
        }
        screen.out(`${jobPlanText(told, screen.style)}\n`)
      }
      return isDrift && !pins ? declinedExitCode : 0
    },
  )
}

function changesText(changes: number, isPart: boolean): string {
  return `${changes === 0 ? 'none' : changes}${isPart ? ' in what the account may see' : ''}`
}

/** What `--pin` has done. */
function writtenText(before: object | undefined, changes: number, columns: number): string {
  if (before === undefined)
    return `the table as it is now, with all ${columns} columns: take out what the consumer does not use`
  return changes === 0
    ? 'as it was: nothing has changed since'
    : 'these changes are agreed from now on; columns that the consumer did not use stay out'
}
