/** Runs the system's `ssh` as a private control master, and reads what it reports about the connection. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bareShell } from '../shell/library.ts'
import { endOfGroup } from './child-group.ts'
import guardianText from './openssh-guardian.sh'

/** News of one channel of the master. */
export type ChannelNews =
  | 'opened'
  | 'refused'
  | 'not-started'
  | 'exit-status'
  | 'exit-signal'
  | 'far-end'
  | 'freed'

interface MasterEvents {
  channel: [id: number, news: ChannelNews, detail: string]
  created: [id: number]
  ready: []
  gone: []
}

/**
 * Ends ssh and removes the folder when ops is gone, however it went: the pipe on stdin then closes.
 * Without this a killed ops would leave a logged-in master behind. It must not end by SIGPIPE: a shell tells of a killed
 * child on its stderr, which nobody reads any more. All of its group ends with it, as an ssh that has not logged in yet
 * leaves its ProxyCommand behind.
 */
const guardian = bareShell(guardianText)

/** Lines that say nothing about why a connection failed. */
const chatter = /^(debug\d: |Authenticated to |\s*$)/

/** A control master in a folder that only we can enter. */
export class OpensshMaster extends EventEmitter<MasterEvents> {
  readonly directory: string
  readonly socketPath: string
  /** The debug lines of interest seen so far: what an error is made from. */
  readonly report: string[] = []
  readonly gone: Promise<void>
  readonly #child: ChildProcess
  #isGone = false
  #hasAnswered = false

  /** `argumentsFor` gives all of ssh's arguments, knowing the socket's path. */
  constructor(
    directory: string,
    argumentsFor: (socketPath: string) => readonly string[],
    environment: NodeJS.ProcessEnv,
  ) {
    super()
    this.directory = directory
    this.socketPath = join(directory, 'm')
    this.#child = spawn('/bin/sh', ['-c', guardian, 'sh', directory, ...argumentsFor(this.socketPath)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: environment,
    })
    this.#child.stdin?.on('error', () => undefined)
    this.#child.on('error', () => undefined)
    const { stderr } = this.#child
    if (stderr) createInterface({ input: stderr }).on('line', line => this.#read(line))
    this.gone = new Promise(resolve => {
      void endOfGroup(this.#child).then(() => {
        this.#isGone = true
        stderr?.destroy()
        rmSync(directory, { recursive: true, force: true })
        this.emit('gone')
        resolve()
      })
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** The server, or the first host on the way to it, took the connection. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** The last words of ssh that are not chatter. */
  get lastWords(): string {
    return this.report.filter(line => !chatter.test(line)).slice(-1)[0] ?? 'the connection was closed'
  }

  /** The file of the key that the server took, as ssh names it; undefined where it took something else. */
  get acceptedKey(): string | undefined {
    const taken = this.report.map(line => /^Server accepts key: (.*) \S+ SHA256:/.exec(line)?.[1])
    return taken.filter(path => path !== undefined).slice(-1)[0]
  }

  /** Ends the connection; the guardian cleans up. */
  async end(): Promise<void> {
    this.#child.stdin?.end()
    await this.gone
  }

  #read(raw: string): void {
    const line = raw.trimEnd()
    this.#hasAnswered ||= /^debug1: (Connection established|Remote protocol version)/.test(line)
    this.#readChannel(line)
    // Message 100 is SSH_MSG_CHANNEL_FAILURE; the only request that wants an answer is the one for the program.
    const notStarted = /channel_input_status_confirm: type 100 id (\d+)/.exec(line)
    if (notStarted) this.emit('channel', Number(notStarted[1]), 'not-started', '')
    if (/^debug1: Entering interactive session/.test(line)) this.emit('ready')
    const isOfInterest =
      /Server host key:|(Offering public|Server accepts) key:|Authentications that can continue:/.test(line)
    if (isOfInterest || !chatter.test(line)) {
      this.report.push(line.replace(/^debug1: /, ''))
      if (this.report.length > 200) this.report.shift()
    }
  }

  #readChannel(line: string): void {
    const [, number, text = ''] = /\bchannel (\d+):? (.*)/.exec(line) ?? []
    if (number === undefined) return
    const id = Number(number)
    const exit = /^rtype (exit-status|exit-signal)/.exec(text)
    if (/^new .*\[(client-session|stdio-forward|direct-streamlocal@openssh\.com)\]/.test(text))
      this.emit('created', id)
    else if (text.startsWith('open confirm')) this.emit('channel', id, 'opened', '')
    else if (text.startsWith('open failed: ')) this.emit('channel', id, 'refused', text.slice(13))
    else if (/^rcvd (eof|close)/.test(text)) this.emit('channel', id, 'far-end', '')
    else if (text.startsWith('free: ')) this.emit('channel', id, 'freed', '')
    else if (exit) this.emit('channel', id, exit[1] as ChannelNews, '')
  }
}

/**
 * Where a folder for a master may be made, with a path short enough for a socket's name. The guardian makes it: an ops
 * that is killed before there is one leaves nothing.
 */
export function privateDirectory(): string {
  const base = tmpdir().length > 60 ? '/tmp' : tmpdir()
  return join(base, `ops-${randomBytes(8).toString('hex')}`)
}
