/** What the verbs on hosts without a recipe share: argv, hosts, whom to become. */
import type { Command } from 'commander'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import type { Screen } from '../report/screen.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'
import { parseArgv } from './argv.ts'
import { becomeOf } from './become.ts'
import { collected } from './collected.ts'
import { type CommonSettings, commonSettings } from './flags.ts'
import type { StopTexts } from './interrupt.ts'
import { type ReportSession, underReport } from './report-session.ts'
import { chooseReachable, connectTargets } from './targets.ts'

export interface HostsRun extends ReportSession {
  readonly hosts: readonly { readonly target: ConnectTarget; readonly become?: Become }[]
  readonly names: readonly string[]
  readonly settings: CommonSettings
}

/** Parses, resolves and connects nothing yet; `work` does. `errors` holds what the verb itself found wrong. */
export async function onHosts(
  command: Command,
  argv: readonly string[],
  screen: Screen,
  errors: ErrorData[],
  work: (run: HostsRun) => Promise<number>,
  stopTexts?: StopTexts,
): Promise<number> {
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  if (operands.length === 0 && errors.length === 0) {
    const next = '`ops hosts` lists those that are known; `local` is this machine.'
    errors.push(inputError('no host given', { next }).data)
  }
  const chosen = await collected(errors, () => chooseReachable(operands, settings))
  return underReport(screen, { ...settings, ...(stopTexts && { stopTexts }) }, async session => {
    if (!chosen || errors.length > 0) throw new InputErrors(errors)
    const become = await becomeOf(settings, session)
    const targets = await connectTargets(chosen, settings, session)
    const hosts = [...targets.values()].map(target => ({ target, ...(become && { become }) }))
    return work({ ...session, hosts, names: chosen.hosts.map(host => host.name), settings })
  })
}
