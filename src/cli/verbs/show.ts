/** `ops show RUN [HOST...]`: one run step by step, as this machine or a host has written it down. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { addConnectionFlags, addPageFlag, commonSettings } from '../flags.ts'
import { askHosts } from '../history/ask-hosts.ts'
import { recordOnHost, runWord, storedRun } from '../history/named-run.ts'
import { recordInFull } from '../history/of-host.ts'
import { underReport } from '../report-session.ts'
import { reachHosts } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Shows one run: who ran what with which params, what each step found and changed, with diffs. Without a HOST it is the record of this machine; with one that of the host, which is true also where the machine that ran it was cut off.`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addPageFlag(addConnectionFlags(verbCommand('show', 'RUN [HOST...] [flags]', description)))
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [first, ...names] = operands
  const word = await collected(errors, () => runWord(first))
  const chosen =
    names.length === 0
      ? undefined
      : await collected(errors, () => chooseReachable(names, settings, 'machine'))
  return underReport(screen, settings, async session => {
    if (word === undefined || errors.length > 0) throw new InputErrors(errors)
    if (chosen) {
      const hosts = [...(await reachHosts(chosen, settings, session)).values()]
      return askHosts('show', hosts, settings.limit, session, async (open, host) => ({
        event: 'recorded',
        ...recordInFull(await recordOnHost(open, word), host),
      }))
    }
    const found = storedRun(word)
    if (!found)
      throw inputError(`this machine has no record of a run ${word}`, {
        next: `\`ops history\` lists what was run from here; \`ops show ${word} HOST\` asks the host itself.`,
      })
    const { emit } = session.report
    emit({ event: 'run', verb: 'show', hosts: [], version: opsVersion() })
    const { run, startedAt, who, purpose, params, hosts } = found
    emit({ event: 'recorded', isFromHere: true, run, startedAt, who, purpose, params, hosts })
    emit({ event: 'summary', hosts: {}, trips: {} })
    return 0
  })
}
