/** `ops facts HOST...`: what is true of hosts in general. */

import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { Facts } from '../../run/facts.ts'
import { helped, verbCommand } from '../argv.ts'
import { exitCodeOf } from '../exit-code.ts'
import { addConnectionFlags } from '../flags.ts'
import { onHosts } from '../hosts-verb.ts'
import type { VerbContext } from '../verb.ts'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const description = 'Shows what is true of a host: system, addresses, memory. Recipes see the same.'
  const command = addConnectionFlags(verbCommand('facts', 'HOST... [flags]', description))
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  return onHosts(command, argv, screen, errors, async ({ hosts, names, settings, report, interrupt }) => {
    if (errors.length > 0) throw new InputErrors(errors)
    const { runHosts } = await import('../../engine/run.ts')
    report.emit({ event: 'run', verb: 'facts', hosts: names, version: opsVersion() })
    const found = new Map<string, Facts>()
    // A plan of no steps that asks for facts: cached ones are proved in the same trip.
    const outcome = await runHosts({
      verb: 'plan',
      hosts: hosts.map(host => ({
        ...host,
        evaluate: facts => {
          if (facts === undefined) return { needsFacts: true }
          found.set(host.target.name, facts)
          return { steps: [] }
        },
      })),
      limit: settings.limit,
      interrupt,
      emit: event => {
        if (event.event === 'facts' || event.event === 'plan') return
        const facts = event.event === 'host' && event.summary.status === 'ok' && found.get(event.host)
        if (facts) report.emit({ event: 'facts', host: event.host, facts })
        report.emit(event)
      },
    })
    return exitCodeOf(
      'facts',
      Object.values(outcome.hosts).map(host => host.status),
    )
  })
}
