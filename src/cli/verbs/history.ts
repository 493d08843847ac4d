/** `ops history [HOST...]`: the runs that this machine has made, or those that hosts know of. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { hostRecords } from '../../engine/record/host-records.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { addConnectionFlags, commonSettings } from '../flags.ts'
import { askHosts } from '../history/ask-hosts.ts'
import { rowOfRecord } from '../history/of-host.ts'
import { storedRuns, storedRunsCount } from '../history/stored-runs.ts'
import { underReport } from '../report-session.ts'
import { reachHosts } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Lists runs, the newest first: without a HOST the applies of this machine and user; with one what that host has written down itself, whoever changed it from wherever. A run that changed nothing where nothing went wrong leaves no record.
  ops history              what was run from here
  ops history web1         what was done to web1
  ops show RUN [HOST]      one of them, step by step
  ops undo RUN             a plan that takes it back`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = verbCommand('history', '[HOST...] [flags]', description).option(
    '--most <n>',
    'so many runs, the newest (default: 20)',
  )
  addConnectionFlags(command)
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const most = options.most === undefined ? 20 : Number(options.most)
  if (!Number.isInteger(most) || most < 1 || most > 500)
    errors.push(
      inputError(`--most ${String(options.most)}: not a number of runs`, { next: 'Write 1 to 500.' }).data,
    )
  const chosen =
    operands.length === 0
      ? undefined
      : await collected(errors, () => chooseReachable(operands, settings, 'machine'))
  return underReport(screen, settings, async session => {
    if (errors.length > 0) throw new InputErrors(errors)
    if (chosen) {
      const hosts = [...(await reachHosts(chosen, settings, session)).values()]
      return askHosts('history', hosts, settings.limit, session, async (open, host) => {
        let all = 0
        const counted = (count: number): void => {
          all = count
        }
        const records = await hostRecords(open, { most, counted })
        return {
          event: 'history',
          host,
          runs: records.map(each => rowOfRecord(each, host)),
          ...(all > most && { of: all }),
        }
      })
    }
    const { emit } = session.report
    emit({ event: 'run', verb: 'history', hosts: [], version: opsVersion() })
    const runs = storedRuns(most).map(({ run, startedAt, who, purpose, hosts }) => ({
      run,
      startedAt,
      who,
      purpose,
      hosts: Object.fromEntries(hosts.map(each => [each.host, each.status])),
    }))
    const all = storedRunsCount()
    emit({ event: 'history', runs, ...(all > most && { of: all }) })
    emit({ event: 'summary', hosts: {}, trips: {} })
    return 0
  })
}
