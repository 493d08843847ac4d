/** One look at all steps: one script out, one observation a step back. */
import { OpsError } from '../../base/errors.ts'
import { oncePer } from '../../base/once-per.ts'
import type { Session, TripListener } from '../../run/session.ts'
import { clockFunctions } from '../../shell/clock.ts'
import type { ShellLibrary } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import { asUserFunction, asUserText, markOf, type RunNames } from '../../shell/runtime.ts'
import { probeSeconds, probeWatch, sessionFunctions } from '../../shell/session-processes.ts'
import type { Step } from '../step.ts'
import { joinMany, type Observation, observationOf, splitMany } from './observation.ts'

/** Probes that are asked for together, or a single one. `members` are positions in the list of steps. */
export interface Group {
  readonly id: string
  readonly members: readonly number[]
  readonly text: string
}

/** What a look brought back. `details` is what probes told people, never decided on. */
export interface LookResult {
  readonly observations: readonly Observation[]
  readonly details: readonly string[]
  /** What failing probes wrote to stderr. */
  readonly complaints: readonly string[]
}

/** Beyond the time that the host itself gives a probe. */
const lookSilenceMs = (probeSeconds + 30) * 1000

/** The shell functions that the probes of these steps call, and those of the applies where `applying`; each once. */
export function librariesOf(steps: readonly Step[], applying: (step: Step) => boolean = () => false): string {
  const libraries = new Map<string, ShellLibrary>()
  for (const step of steps) {
    for (const each of step.resource.library ?? []) {
      if (each.use !== 'apply' || applying(step)) libraries.set(each.name, each)
    }
  }
  const users = steps.some(step => step.options.user !== undefined) ? asUserFunction : ''
  return [...libraries.values()].map(each => `${each.text.trim()}\n`).join('') + users
}

/** A step's own probe, ready for `eval`. */
export function probeText(step: Step, names: RunNames): string {
  return forUser(step, names, step.resource.probe(step.params).shell)
}

/** Text that runs as the step's own user, with the functions it calls; unchanged where there is no such user. */
export function forUser(step: Step, names: RunNames, text: string, applying = false): string {
  if (step.options.user === undefined) return text
  return asUserText(
    step.options.user,
    names,
    librariesOf([{ ...step, options: {} }], () => applying),
    applying ? `set -e\n${text}` : text,
  )
}

/** Groups the steps whose resource can answer for many at once. */
export function groupsOf(steps: readonly Step[], names: RunNames): readonly Group[] {
  const isForAnyRun = steps.every(step => step.options.user === undefined)
  return isForAnyRun ? groupsOfAnyRun(steps) : grouped(steps, step => probeText(step, names))
}

/** Only the text of a step for another user holds names of the run. */
const groupsOfAnyRun = oncePer((steps: readonly Step[]) =>
  grouped(steps, ({ resource, params }) => resource.probe(params).shell),
)

function grouped(steps: readonly Step[], textOf: (step: Step) => string): readonly Group[] {
  const together = new Map<string, number[]>()
  for (const [index, step] of steps.entries()) {
    const alone = step.resource.probeMany === undefined || step.options.user !== undefined
    const key = alone ? `step ${index}` : step.resource.type
    const members = together.get(key)
    if (members) members.push(index)
    else together.set(key, [index])
  }
  return [...together.values()].map((members, at) => {
    const id = `g${at}`
    const first = steps[members[0] ?? 0]
    if (!first) throw new RangeError('a group without members')
    const many = members.length > 1 && first.resource.probeMany
    const params = members.map(index => steps[index]?.params)
    return { id, members, text: many ? many(params).shell : textOf(first) }
  })
}

/** The body of a script that looks at every group, printing frames. */
function lookBody(groups: readonly Group[]): string {
  return groups.map(group => `ops_look ${group.id} ${quote(group.text)}`).join('\n')
}

/** Collects the frames of one look. */
export class LookCollector implements TripListener {
  readonly #bodies = new Map<string, Buffer>()
  readonly #details = new Map<string, string>()
  readonly #complaints = new Map<string, string>()
  readonly #groups: readonly Group[]
  readonly #names: RunNames

  constructor(groups: readonly Group[], names: RunNames) {
    this.#groups = groups
    this.#names = names
  }

  frame(frame: { kind: string; args: readonly string[]; body: Buffer }): void {
    if (frame.kind === 'look') this.#bodies.set(frame.args[0] ?? '', frame.body)
  }

  errorFrame(frame: { kind: string; args: readonly string[]; body: Buffer }): void {
    const [id = '', index = '0'] = frame.args
    const text = frame.body.toString('utf8')
    if (frame.kind === 'detail') this.#details.set(`${id} ${index}`, text)
    if (frame.kind === 'look') this.#complaints.set(id, (this.#complaints.get(id) ?? '') + text)
  }

  /** The raw body of a frame outside of the groups, such as the facts. */
  body(id: string): Buffer | undefined {
    return this.#bodies.get(id)
  }

  /** The observations by step, and the members of groups that have to be asked one by one. */
  result(count: number): LookResult & { readonly unsplit: readonly number[] } {
    const observations: Observation[] = new Array(count)
    const details: string[] = new Array(count).fill('')
    const complaints: string[] = new Array(count).fill('')
    const unsplit: number[] = []
    for (const group of this.#groups) {
      const body = this.#bodies.get(group.id)
      if (!body) throw new Error(`no answer came for ${group.id}`)
      const whole = observationOf(body)
      const parts = isMany(group) ? splitMany(whole, markOf(this.#names), group.members.length) : [whole]
      if (!parts) unsplit.push(...group.members)
      for (const [at, index] of group.members.entries()) {
        observations[index] = parts?.[at] ?? whole
        details[index] = this.#details.get(`${group.id} ${at}`) ?? ''
        complaints[index] = this.#complaints.get(group.id) ?? ''
      }
    }
    return { observations, details, complaints, unsplit }
  }
}

/** What this group must print for these observations: the guard of the sweep. */
export function expectedOf(group: Group, observations: readonly Observation[], names: RunNames): Observation {
  const parts = group.members.map(index => {
    const each = observations[index]
    if (!each) throw new RangeError(`no observation of step ${index}`)
    return each
  })
  return isMany(group) ? joinMany(parts, markOf(names)) : (parts[0] ?? { bytes: Buffer.alloc(0), code: 0 })
}

/** An extra question in the same trip, such as the facts. */
export interface Question {
  readonly id: string
  readonly text: string
}

/**
 * Looks at all steps in one trip; steps whose group could not answer together are asked singly in a second one.
 * @throws OpsError `lost`, with nothing changed.
 */
export async function look(
  session: Session,
  steps: readonly Step[],
  options: {
    readonly wantsDetail: boolean
    readonly extra?: Question
    readonly access?: Question
    readonly accounts?: Question | undefined
    readonly places?: Question | undefined
    /** How long the host gives a probe. */
    readonly probeSeconds?: number
  },
): Promise<
  LookResult & {
    readonly extra: Observation | undefined
    readonly access: Observation | undefined
    readonly accounts: Observation | undefined
    readonly places: Observation | undefined
  }
> {
  const ask = async (groups: readonly Group[], ...questions: readonly (Question | undefined)[]) => {
    const collector = new LookCollector(groups, session.names)
    const extraText = questions
      .map(each => (each ? `ops_look ${each.id} ${quote(each.text)}\n` : ''))
      .join('')
    const watch = `${sessionFunctions}${probeWatch(options.probeSeconds ?? probeSeconds)}`
    const looks = `ops_clock look\nops_watch_probes\n${extraText}${lookBody(groups)}\nops_unwatch_probes\nops_spent`
    const script = `${clockFunctions}${librariesOf(steps)}${watch}${looks}`
    await session
      .trip(script, {
        wantsDetail: options.wantsDetail,
        silenceMs: lookSilenceMs,
        frame: frame => collector.frame(frame),
        errorFrame: frame => collector.errorFrame(frame),
      })
      .catch(nothingChanged)
    return collector
  }
  const questions = [options.extra, options.access, options.accounts, options.places]
  const first = await ask(groupsOf(steps, session.names), ...questions)
  const [extra, access, accounts, places] = questions.map(question => {
    const body = question && first.body(question.id)
    return body && observationOf(body)
  })
  const answers = { extra, access, accounts, places }
  const { unsplit, ...result } = first.result(steps.length)
  if (unsplit.length === 0) return { ...result, ...answers }
  const singles = unsplit.map((index, at) => ({ index, at }))
  const again = await ask(
    singles.flatMap(({ index, at }) => {
      const step = steps[index]
      return step ? [{ id: `s${at}`, members: [at], text: probeText(step, session.names) }] : []
    }),
  )
  const single = again.result(unsplit.length)
  const pick = <T>(all: readonly T[], from: readonly T[]) =>
    all.map((value, index) => from[unsplit.indexOf(index)] ?? value)
  return {
    observations: pick(result.observations, single.observations),
    details: pick(result.details, single.details),
    complaints: pick(result.complaints, single.complaints),
    ...answers,
  }
}

function isMany(group: Group): boolean {
  return group.members.length > 1
}

function nothingChanged(error: unknown): never {
  if (error instanceof OpsError && error.data.changed !== 'no') {
    throw new OpsError({ ...error.data, changed: 'no' }, { cause: error })
  }
  throw error
}
