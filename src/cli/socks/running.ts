/** `ops socks status` and `ops socks stop`: the tunnels that run on this machine. */

import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { jsonLine } from '../../report/ndjson-report.ts'
import type { Screen } from '../../report/screen.ts'
import { endedListText, tunnelListText } from '../../report/tunnel-text.ts'
import type { TunnelCard } from '../../run/tunnel-state.ts'
import { endedTunnels, runningTunnels } from '../../tunnel/registry.ts'
import { stopTunnel } from '../../tunnel/stop.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { exitCodes } from '../exit-code.ts'

/**
 * Exit code 4 when one of those asked for is not connected or ended by itself, 1 when there is no word of a named one.
 */
export async function runStatus(argv: readonly string[], screen: Screen): Promise<number> {
  const command = verbCommand(
    'socks status',
    '[HOST | PORT]',
    'Lists the tunnels that run on this machine.',
  ).option('--json', 'one JSON event per tunnel')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const isWanted = (card: TunnelCard): boolean => operands.length === 0 || isMeant(card, operands)
  const [running, ended] = await Promise.all([runningTunnels(), endedTunnels()])
  const tunnels = running.filter(isWanted)
  const gone = ended.filter(isWanted)
  if (options.json === true) {
    // The route is for comparing tunnels with each other, and says nothing to others.
    for (const { route: _, ...told } of [...tunnels, ...gone]) {
      screen.out(jsonLine({ event: 'tunnel', ...told } as never))
    }
  } else if (tunnels.length + gone.length === 0) {
    screen.out(noneText(operands))
  } else {
    if (tunnels.length > 0) screen.out(`${tunnelListText(tunnels, screen.style)}\n`)
    if (gone.length > 0) screen.out(`${endedListText(gone, screen.style)}\n`)
  }
  if (tunnels.length + gone.length === 0) return operands.length === 0 ? 0 : exitCodes.failed
  const areUp = gone.length === 0 && tunnels.every(({ figures }) => figures?.link.state === 'up')
  return areUp ? 0 : exitCodes.unreachable
}

export async function runStop(argv: readonly string[], screen: Screen): Promise<number> {
  const command = verbCommand(
    'socks stop',
    '[HOST | PORT] [--all]',
    'Ends a tunnel that runs on this machine.',
  )
    .option('--all', 'end all of them')
    .option('--port <n>', 'the one on this port')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const meant = [...operands, ...(typeof options.port === 'string' ? [options.port] : [])]
  const isWanted = (card: TunnelCard): boolean => meant.length === 0 || isMeant(card, meant)
  const [running, ended] = await Promise.all([runningTunnels(), endedTunnels()])
  const chosen = running.filter(isWanted)
  if (chosen.length > 1 && options.all !== true) {
    throw inputError(`${chosen.length} tunnels run: say which one, or --all`, {
      detail: tunnelListText(chosen, screen.errorStyle),
      next: 'Name it by its host or its port: ops socks stop PORT',
    })
  }
  const gone = ended.filter(isWanted)
  if (gone.length > 0) screen.out(`${endedListText(gone, screen.style)}\n`)
  for (const each of gone) each.forget()
  if (chosen.length + gone.length === 0) screen.out(noneText(meant))
  let worst = 0
  for (const tunnel of chosen) {
    const { proxy, host, pid } = tunnel
    const stopped = await stopTunnel(tunnel)
    if (stopped === 'not allowed') {
      worst = exitCodes.failed
      screen.error(`${proxy} -> ${host}: pid ${pid} belongs to another user and goes on.\n`)
    } else
      screen.out(
        `${proxy} -> ${host}: ${stopped === 'killed' ? 'killed, it did not end when asked' : 'ended'}.\n`,
      )
  }
  return worst
}

function noneText(words: readonly string[]): string {
  if (words.length === 0) return 'No tunnel is running.\n'
  const places = words.map(word => (/^\d+$/.test(word) ? `on port ${word}` : `to ${word}`))
  return `No tunnel ${places.join(' or ')} is running.\n`
}

function isMeant({ host, port, proxy }: TunnelCard, words: readonly string[]): boolean {
  return words.some(word => word === host || word === String(port) || word === proxy)
}
