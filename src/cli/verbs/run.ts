/** `ops run HOST... -- COMMAND`: one command on many hosts, output as it comes with the host in front. */
import { type ErrorData, inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { quote } from '../../shell/quote.ts'
import { helped, verbCommand } from '../argv.ts'
import { exitCodeOf } from '../exit-code.ts'
import { addConnectionFlags } from '../flags.ts'
import { type HostsRun, onHosts } from '../hosts-verb.ts'
import type { VerbContext } from '../verb.ts'

const description = `Runs one command on many hosts. A single word after -- is shell text; several are a program and its arguments, passed on exactly as they are. It gets no input (stdin is empty), and its output comes line by line:
  ops run web -- 'df -h / | tail -1'
  ops run web -- grep 'a b' /etc/hosts`

const stopTexts = {
  soft: 'Stopping: the command is asked to end on each host. Press Ctrl-C again to end it at once.',
  hard: 'Stopping now: the command is killed on each host.',
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = addConnectionFlags(verbCommand('run', 'HOST... [flags] -- COMMAND', description))
  if (helped(command, argv, screen)) return 0
  const dashes = argv.indexOf('--')
  const [own, words] = dashes < 0 ? [argv, []] : [argv.slice(0, dashes), argv.slice(dashes + 1)]
  const errors: ErrorData[] = []
  const text = words.length === 1 ? (words[0] ?? '') : words.map(quote).join(' ')
  if (text.trim() === '') {
    errors.push(
      inputError('no command given', { next: 'Write it after --: ops run HOST... -- COMMAND' }).data,
    )
  }
  const work = async ({ hosts, names, settings, report, interrupt }: HostsRun): Promise<number> => {
    const { runCommand } = await import('../../run/run-command.ts')
    report.emit({ event: 'run', verb: 'run', hosts: names, version: opsVersion() })
    const outcome = await runCommand({
      hosts,
      command: text,
      limit: settings.limit,
      emit: report.emit,
      drained: screen.drained,
      interrupt,
    })
    return exitCodeOf(
      'run',
      Object.values(outcome.hosts).map(host => host.status),
    )
  }
  return onHosts(command, own, screen, errors, work, stopTexts)
}
