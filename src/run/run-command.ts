/** `ops run`: one command on many hosts, its output as it comes, its own exit code. */
import type { Readable } from 'node:stream'
import { type ErrorData, errorDataOf, OpsError } from '../base/errors.ts'
import { FrameReader } from '../shell/frame.ts'
import { bareShell } from '../shell/library.ts'
import { quote } from '../shell/quote.ts'
import { environment, frameFunction, wrapTrip } from '../shell/runtime.ts'
import { askingFunctions, sessionFunctions } from '../shell/session-processes.ts'
import type { Become, ConnectTarget } from '../transport/transport.ts'
import { Backpressure } from './backpressure.ts'
import { eachLimited } from './each-limited.ts'
import type { Emit, HostSummary } from './events.ts'
import { HostLink } from './host-link.ts'
import type { Interrupt } from './interrupt.ts'
import runCommandText from './run-command.sh'
import type { SessionShell } from './session.ts'

export interface CommandOptions {
  readonly hosts: readonly { readonly target: ConnectTarget; readonly become?: Become }[]
  /** Shell text for /bin/sh on the host. */
  readonly command: string
  readonly limit: number
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Told of the bytes that the command prints, as they come: `output` events carry text, in which some are lost. */
  readonly bytes?: (host: string, stream: 'stdout' | 'stderr', bytes: Buffer) => void
  /** Resolves when what was emitted has been told; undefined while nothing is behind. */
  readonly drained?: () => Promise<void> | undefined
}

export interface CommandOutcome {
  readonly hosts: Readonly<Record<string, HostSummary & { readonly exitCode?: number }>>
}

/** A host that says nothing for so long has said a whole line. */
const quietMs = 100
const againMs = 1000
/** From the second Ctrl-C on: a connection that is dead does not end anything. */
const letGoMs = 3000

/** Runs the command everywhere; what happens on one host never stops another. Output comes as `output` events. */
export async function runCommand(options: CommandOptions): Promise<CommandOutcome> {
  const { emit } = options
  const hosts: Record<string, HostSummary & { exitCode?: number }> = {}
  const trips: Record<string, number> = {}
  await eachLimited(options.hosts, options.limit, async ({ target, become }) => {
    const link = new HostLink(target, become, emit)
    const host = target.name
    const end = (status: HostSummary['status'], exitCode?: number, error?: ErrorData) => {
      if (error) emit({ event: 'error', host, error: { host, ...error } })
      const good = status === 'ok' ? 1 : 0
      const summary = {
        ok: good,
        changed: 0,
        failed: 1 - good,
        skipped: 0,
        status,
        ...(exitCode !== undefined && { exitCode }),
      }
      hosts[host] = summary
      trips[host] = 1
      emit({ event: 'host', host, summary, trips: 1 })
    }
    // Until there is a shell to tell, a connection that does not come about is let go of.
    const unlisten = options.interrupt.listen(level => level === 'hard' && void link.close())
    try {
      if (options.interrupt.level !== 'none') return end('interrupted')
      const shell = await link.openShell().finally(unlisten)
      if (options.interrupt.level !== 'none') return end('interrupted')
      const { code, told } = await runOne(shell, link.names, host, options)
      if (told !== undefined) end('interrupted', code, endedError(code, told))
      else if (code === 0) end('ok', 0)
      else
        end('failed', code, {
          code: 'failed',
          title: `the command ended with exit code ${code} on ${host}`,
          command: options.command,
          changed: 'unknown',
        })
    } catch (error) {
      const data = errorDataOf(error)
      const unreachable =
        data.code === 'unreachable' || data.code === 'authentication' || data.code === 'host-key'
      if (options.interrupt.level !== 'none') return end('interrupted', undefined, interruptedError(data))
      end(unreachable ? 'unreachable' : data.code === 'lost' ? 'lost' : 'failed', undefined, data)
    } finally {
      await link.close()
    }
  })
  emit({ event: 'summary', hosts, trips })
  return { hosts }
}

/** How a command ended; `told` is the signal that it was sent before, as somebody asked for its end. */
interface Ended {
  readonly code: number
  readonly told: string | undefined
}

/** Streams one command. Throws OpsError `lost` when no exit code came. */
async function runOne(
  shell: SessionShell,
  names: { readonly id: string; readonly secret: string },
  host: string,
  { command, emit, interrupt, drained, bytes: takeBytes }: CommandOptions,
): Promise<Ended> {
  let end: Ended | undefined
  const readerFor = (stream: 'stdout' | 'stderr') =>
    new FrameReader(names.secret, {
      header: (kind, args) => {
        if (kind === 'end' && stream === 'stdout') end = { code: Number(args[0]), told: args[1] }
      },
      frame: () => {},
      live: kind => kind === 'output',
      ...(takeBytes && { bytes: (_kind, _args, bytes) => takeBytes(host, stream, bytes) }),
      text: (_kind, _args, text) => emit({ event: 'output', host, stream, text }),
    })
  const [out, err] = [readerFor('stdout'), readerFor('stderr')]
  shell.stdin.on('error', () => {})
  const backpressure = new Backpressure()
  const quiet: NodeJS.Timeout[] = []
  const tell = (stream: Readable, reader: FrameReader) => {
    const timer = setTimeout(() => reader.settle(), quietMs)
    quiet.push(timer)
    stream.on('data', (chunk: Buffer) => {
      reader.push(chunk)
      timer.refresh()
      const wait = drained?.()
      if (wait) void backpressure.hold(stream, wait)
    })
  }
  tell(shell.stdout, out)
  tell(shell.stderr, err)
  const stop = stopping(shell, interrupt)
  shell.stdin.write(wrapTrip(`${environment(names, false)}${script(command)}`))
  const ending = await shell.ended
  stop()
  // A shell behind sudo hands its last bytes on a moment after it has ended.
  await Promise.all([shell.stdout, shell.stderr].map(stream => backpressure.emptied(stream)))
  for (const timer of quiet) clearTimeout(timer)
  if (end !== undefined) return end
  // Says why when there never was a shell: sudo refused.
  await shell.ready
  const title =
    'lost' in ending
      ? `the connection to ${host} was lost: ${ending.lost}`
      : `the shell on ${host} that ran the command ${'signal' in ending ? `was killed by ${ending.signal}` : `ended with exit code ${ending.code}`}`
  throw new OpsError({
    code: 'lost',
    title,
    host,
    changed: 'unknown',
    next: 'Whether the command ended is not known: look before running it again.',
  })
}

/**
 * The command beside a reader of the channel, which ends it when it is told to, and all that it has started: their end is
 * awaited then. When the channel ends instead, the command goes on, as it does below ssh.
 */
function script(command: string): string {
  return `${sessionFunctions}${askingFunctions}${frameFunction}ops_command=${quote(command)}\n${bareShell(runCommandText)}`
}

/**
 * Once asks the command to end (SIGTERM), twice ends it (SIGKILL). The word is said again until it has ended, as a shell
 * that reads ahead may have eaten it; one that does not end is let go of.
 */
function stopping(shell: SessionShell, interrupt: Interrupt): () => void {
  let again: NodeJS.Timeout | undefined
  let letGo: NodeJS.Timeout | undefined
  const say = (level: 'soft' | 'hard'): void => {
    const word = level === 'soft' ? ': stop\n' : ': kill\n'
    clearInterval(again)
    shell.stdin.write(word)
    again = setInterval(() => shell.stdin.write(word), againMs)
    if (level === 'hard') letGo = setTimeout(() => shell.close(), letGoMs)
  }
  const unlisten = interrupt.listen(say)
  if (interrupt.level !== 'none') say(interrupt.level)
  return () => {
    unlisten()
    clearInterval(again)
    clearTimeout(letGo)
    shell.stdin.end()
  }
}

/** The command was ended and said so: what it had done by then is for its owner to tell. */
function endedError(exitCode: number, told: string): ErrorData {
  const how = told === 'KILL' ? 'was killed, as asked' : 'was asked to end, and has ended'
  const title = `the command ${how}: exit code ${exitCode}`
  return { code: 'interrupted', title, changed: 'unknown' }
}

/** The shell was let go of: whether the command itself ended is not known. */
function interruptedError(data: ErrorData): ErrorData {
  const next = 'The command may still run there: look before running it again.'
  return { ...data, code: 'interrupted', title: 'stopped, as asked', changed: 'unknown', next }
}
