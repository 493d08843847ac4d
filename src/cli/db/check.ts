/** `ops db check`: 1 or 0 on stdout for a monitoring agent, before the agent loses its patience. */
import { type ErrorData, InputErrors, inputError, OpsError } from '../../base/errors.ts'
import { asClientReads, hasRow, prepareCheck, problemInAnyReading } from '../../jobs/check/has-row.ts'
import type { Server } from '../../mysql/server.ts'
import { oneSelect } from '../../params/one-select.ts'
import { helped, parseArgv } from '../argv.ts'
import { type CommonSettings, commonSettings, wholeNumber } from '../flags.ts'
import { type ReportSession, underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { dbCommand, nothingChanged } from './on-source.ts'
import { chooseSource, serverPlace } from './source.ts'

const description = `Prints 1 when the query has at least one row, else 0, and nothing else; within 2.5 s (or --within) whatever the server does, connecting and login included, unless this machine is far too busy. The query is one SELECT, runs read-only, and is read to its first row. (A COUNT(*) is a row too: ask for the rows.) What went wrong is told on stderr and by the exit code.
  ops db check shop 'SELECT 1 FROM app.imports WHERE day = CURDATE() - INTERVAL 1 DAY'
  ops db check shop "SELECT 1 FROM app.jobs WHERE state = 'failed'" --on-error empty`

/** Just under the three seconds that the usual agent waits. */
const usualMs = 2_500
/** What a process needs to end once the answer is there, or is not: more on a machine where its start took long as well. */
const endingMs = (startMs: number): number => Math.max(300, 0.75 * startMs)
/** From here on it is told how long the start took. */
const longStartMs = 600
const longestSeconds = 3_600
/** How long the goodbye may take: it keeps the server's log clean, and nobody waits for more. */
const goodbyeMs = 150
const stopTexts = { soft: 'Stopping.', hard: 'Stopping.' }

interface Given {
  readonly word: string
  readonly text: string
  readonly settings: CommonSettings
  readonly errors: ErrorData[]
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const startMs = performance.now()
  const command = dbCommand('check', "SOURCE 'SELECT ...'", description).option(
    '--on-error <0|empty>',
    'what to print when there is no answer: 0 (the default) or nothing',
  )
  command.option('--within <seconds>', 'longest time for all of it (default: 2.5): less than the agent waits')
  for (const option of command.options) if (option.long === '--json') option.hidden = true
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [word = '', text = '', ...more] = operands
  if (errors.length === 0 && (operands.length < 2 || more.length > 0 || word === '')) {
    const next = "Write ops db check SOURCE 'SELECT ...', the query as one word in quotes."
    errors.push(inputError('check takes a source and one query', { next }).data)
  }
  const { onError = '0', within } = options
  const seconds = wholeNumber(within as string | undefined, '--within', longestSeconds, errors)
  if (onError !== '0' && onError !== 'empty') {
    errors.push(
      inputError(`--on-error ${onError}: there is no such answer`, {
        next: 'Write --on-error 0 or --on-error empty.',
      }).data,
    )
  }
  if (settings.json)
    errors.push(
      inputError('check prints 1 or 0 and nothing else: it has no --json', { next: 'Leave --json out.' })
        .data,
    )
  // Standard output is for the answer alone.
  const told = { ...screen, out: screen.error, isTerminal: false, style: screen.errorStyle }
  return underReport(told, { ...settings, json: false, stopTexts }, async session => {
    const withinMs = seconds === undefined ? usualMs : seconds * 1000
    const check = new Check(session, Math.max(1, withinMs - endingMs(startMs)), startMs)
    try {
      const found = await check.beforeDeadline({ word, text, settings, errors })
      screen.out(found ? '1\n' : '0\n')
      return 0
    } catch (thrown) {
      if (onError !== 'empty') screen.out('0\n')
      throw nothingChanged(thrown)
    } finally {
      await check.leave()
    }
  })
}

const refused = (problem: string): OpsError =>
  inputError(`the query is refused: ${problem}`, {
    next: 'Write one SELECT that only reads; its first row is the answer 1.',
  })

/** One question to one server, which may be left at any moment. */
class Check {
  readonly #session: ReportSession
  #server: Server | undefined
  #ended: Promise<void> | undefined
  /** Counted from the start of the process. */
  readonly #patienceMs: number
  readonly #startMs: number

  constructor(session: ReportSession, patienceMs: number, startMs: number) {
    this.#session = session
    this.#patienceMs = patienceMs
    this.#startMs = startMs
  }

  #leftMs(): number {
    return Math.max(1, Math.round(this.#patienceMs - performance.now()))
  }

  async beforeDeadline(given: Given): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    let unlisten = (): void => {}
    const stopped = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.#late(given.word)), this.#leftMs())
      const title = 'stopped before there was an answer'
      unlisten = this.#session.interrupt.listen(() =>
        reject(new OpsError({ code: 'interrupted', title, changed: 'no' })),
      )
    })
    try {
      return await Promise.race([this.#ask(given), stopped])
    } finally {
      clearTimeout(timer)
      unlisten()
    }
  }

  async #ask({ word, text, settings, errors }: Given): Promise<boolean> {
    const problem = problemInAnyReading(text)
    if (problem !== undefined && errors.length === 0) errors.push(refused(problem).data)
    const chosen = word === '' ? undefined : await chooseSource(word, settings, errors)
    if (chosen && chosen.database.engine !== 'mysql')
      errors.push(inputError(`${word} is no MySQL or MariaDB server`, { next: 'Name one that is.' }).data)
    if (!chosen || errors.length > 0) throw new InputErrors(errors)
    const connectTimeoutMs = Math.min(settings.connectTimeoutMs ?? this.#patienceMs, this.#leftMs())
    // Nobody is there to answer a question in so short a time.
    const silent = { ...this.#session, prompts: undefined }
    const place = await serverPlace(chosen, { ...settings, connectTimeoutMs }, silent)
    const { openServer } = await import('../../mysql/server.ts')
    const { database } = chosen.database
    const server = await openServer(place, each => prepareCheck(each, database, this.#leftMs()))
    this.#server = server
    const session = await server.session()
    const read = oneSelect(await asClientReads(session, text))
    if ('problem' in read) throw refused(read.problem)
    const { answer, ended } = hasRow(session, read.select)
    this.#ended = ended
    return answer
  }

  #late(word: string): OpsError {
    const title = `${word}: no answer within ${(this.#patienceMs / 1000).toFixed(1)} s`
    const busy =
      this.#startMs < longStartMs
        ? {}
        : {
            detail: `The start of ops alone took ${(this.#startMs / 1000).toFixed(1)} s: this machine is busy.`,
          }
    return this.#ended
      ? new OpsError({
          code: 'failed',
          title: `${title}: the query was still running`,
          ...busy,
          changed: 'no',
          next: 'Make it cheaper: see its EXPLAIN for a missing index.',
        })
      : new OpsError({
          code: 'unreachable',
          title: `${title}: connecting and logging in had not ended`,
          ...busy,
          changed: 'no',
          next: 'Look whether the host and its database server answer.',
        })
  }

  /** Says goodbye where the server is done; one that is not is left at once. */
  async leave(): Promise<void> {
    const server = this.#server
    if (!server) return
    let timer: NodeJS.Timeout | undefined
    const enough = new Promise<void>(resolve => {
      timer = setTimeout(resolve, goodbyeMs)
    })
    const goodbye = async (): Promise<void> => {
      await this.#ended
      await server.close()
    }
    await Promise.race([goodbye().catch(() => undefined), enough])
    clearTimeout(timer)
    server.abort()
  }
}
