/** `ops socks HOST | status | stop | exec`: a SOCKS proxy on this machine that leads out of a host, and stays up. */
import { rmSync } from 'node:fs'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import type { IniEntry } from '../../inventory/ini-lines.ts'
import { readInventory } from '../../inventory/read.ts'
import { proxyAddress } from '../../tunnel/listen.ts'
import { firstOperand, helped, parseArgv, verbCommand } from '../argv.ts'
import { beforeDashes } from '../before-dashes.ts'
import { collected } from '../collected.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, commonSettings } from '../flags.ts'
import { isInteractive, terminalPrompts } from '../prompts.ts'
import { addListenerFlags, addTunnelFlags, hostOfIni, socksSettings } from '../socks/flags.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Opens a SOCKS proxy on this machine whose connections come out of HOST; names are resolved there. It stays up when the connection drops, and connects again.
  ops socks web1                         in the foreground, on 127.0.0.1:9999
  ops socks web1 --background            until ops socks stop
  ops socks status                       the tunnels that run
  ops socks stop [HOST | PORT] [--all]   end one, or all
  ops socks exec web1 -- curl URL        one command through a tunnel of its own`

const execDescription = `Runs one command on this machine whose connections come out of HOST, through a tunnel of its own on a free port; answers with the command's exit code. Programs are told by ALL_PROXY, HTTP_PROXY and HTTPS_PROXY.
  ops socks exec web1 -- curl https://internal.example
  ops socks exec web1 --proxychains -- psql -h db.internal`

const meaningless = ['--become-user', '--no-become', '--ask-become-pass', '--limit']

/** A tunnel of `exec` listens where it likes. */
function withoutListener(entries: readonly IniEntry[]): readonly IniEntry[] {
  return entries.filter(({ key }) => key !== 'port' && key !== 'bind')
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const { screen } = context
  const all = addConnectionFlags(addTunnelFlags(addListenerFlags(verbCommand('socks', '', ''))))
  const first = firstOperand(all, argv)
  if (first === 'status' || first === 'stop') {
    const { runStatus, runStop } = await import('../socks/running.ts')
    const rest = argv.filter((_word, index) => index !== argv.indexOf(first))
    return first === 'status' ? runStatus(rest, screen) : runStop(rest, screen)
  }
  const isExec = first === 'exec'
  const plain = isExec
    ? verbCommand('socks exec', 'HOST [flags] -- COMMAND', execDescription)
    : addListenerFlags(
        verbCommand('socks', 'HOST [flags] | status | stop | exec HOST -- COMMAND', description),
      )
  const command = addConnectionFlags(addTunnelFlags(plain))
  // Those that verbs share, and that mean nothing here.
  for (const option of command.options) option.hidden ||= meaningless.includes(option.long ?? '')
  if (isExec)
    command.option('--proxychains', 'run the command under proxychains4: for programs that know no proxy')
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const words = isExec ? argv.slice(beforeDashes(argv).length + 1) : []
  const own = isExec ? beforeDashes(argv).filter((_word, index) => index !== argv.indexOf('exec')) : argv
  const { operands, options } = parseArgv(command, own, errors)
  const common = commonSettings(options, errors)
  const inventory = await collected(errors, () =>
    readInventory(common.inventoryFile === undefined ? {} : { file: common.inventoryFile }),
  )
  const entries = inventory?.settingsOf('socks') ?? []
  const written = socksSettings(options, isExec ? withoutListener(entries) : entries, errors)
  const hosts = operands.length > 0 ? operands : [hostOfIni(entries) ?? ''].filter(host => host !== '')
  if (hosts.length === 0 && errors.length === 0) {
    errors.push(inputError('no host given', { next: 'Write it after socks: ops socks HOST' }).data)
  }
  if (isExec && words.length === 0) {
    errors.push(
      inputError('no command given', { next: 'Write it after --: ops socks exec HOST -- COMMAND' }).data,
    )
  }
  const chosen = inventory && (await collected(errors, () => chooseReachable(hosts, common)))
  if (chosen && chosen.hosts.length > 1) {
    const names = chosen.hosts.map(host => host.name).join(', ')
    errors.push(inputError(`a tunnel leads to one host, not to ${chosen.hosts.length}: ${names}`).data)
  }
  const target = chosen?.hosts[0]
  if (!chosen || !target || errors.length > 0) throw new InputErrors(errors)
  const { name } = target

  const { tunnelView } = await import('../socks/view.ts')
  const view = tunnelView(screen, name, common)
  const prompts = isInteractive() && !common.json ? terminalPrompts(view) : undefined
  if (isExec) {
    const { execThrough } = await import('../socks/exec.ts')
    const socks = { ...written, bind: '127.0.0.1', port: 0, background: false }
    return execThrough({
      chosen,
      common,
      socks,
      view,
      prompts,
      words,
      proxychains: options.proxychains === true,
    })
  }
  const { serve } = await import('../socks/serve.ts')
  const { detach, detachedVariable, logFileOf } = await import('../socks/detach.ts')
  const { routeOf, sameTunnel } = await import('../socks/same-tunnel.ts')
  const detached = process.env[detachedVariable]
  const route = routeOf(target, written, common)
  if (detached === undefined) {
    const same = await sameTunnel(route, written)
    if (same) {
      const { tunnelListText } = await import('../../report/tunnel-text.ts')
      view.tell(`It runs already:\n${tunnelListText([same], screen.style)}`)
      view.close()
      return same.figures?.link.state === 'up' ? 0 : exitCodes.unreachable
    }
  }
  if (!written.background) return serve({ chosen, common, socks: written, view, prompts, screen, route })

  if (detached === undefined) return detach(argv, written, prompts, view)
  delete process.env[detachedVariable]
  const { detachedView, endWithParent, parentPrompts, tellUp } = await import('../socks/detached.ts')
  const live = endWithParent()
  const through = detachedView(screen, name)
  let isUp = false
  try {
    const exitCode = await serve({
      chosen,
      common,
      socks: written,
      route,
      view: through,
      prompts: detached === 'ask' ? parentPrompts() : undefined,
      screen,
      onUp: greeting => {
        isUp = true
        live()
        tellUp(greeting)
      },
    })
    // What went wrong before it was up was told by the parent.
    if (exitCode === 0 || !isUp) rmSync(logFileOf(proxyAddress(written.bind, written.port)), { force: true })
    return exitCode
  } catch (thrown) {
    const { refusalOf } = await import('../thrown.ts')
    const { errors: refused, exitCode } = refusalOf(thrown)
    through.refuse(refused)
    return exitCode
  }
}
