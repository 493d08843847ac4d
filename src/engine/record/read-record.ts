/** Reads the record that a run has left on a host. What was cut short by a power loss is read as far as it goes. */
import { z } from 'zod'
import { reachedOf } from '../reached.ts'
import { exitRefused, exitReverted } from '../step-error.ts'
import type { Accounts } from './account-state.ts'
import type { RecordedStep } from './recorded-step.ts'

/** What became of a step: `begun` was never proved, as the host or its connection went away; `reverted`: the host took it back by itself. */
export type RecordedOutcome = 'changed' | 'failed' | 'begun' | 'reverted'

/** What a file was before a run changed it. */
export type FileBefore =
  | { readonly kind: 'absent' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'kept'; readonly copy: string }

/** What the run left there; undefined where nobody could write that down. */
export type FileAfter =
  | { readonly kind: 'absent' }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'file'; readonly sha256: string; readonly mode: string }

export interface RecordedFile {
  readonly path: string
  /** The step that touched it first, where that is known. */
  readonly step: number | undefined
  readonly before: FileBefore
  readonly after: FileAfter | undefined
}

export interface HostRecord {
  readonly run: string
  readonly startedAt: string
  readonly who: string
  readonly purpose: string
  /** An undo that did not take back all of what its run did here. */
  readonly isNotWhole?: true | undefined
  readonly recipe?: string | undefined
  readonly params: Readonly<Record<string, unknown>>
  /** In the order in which they were begun. */
  readonly steps: readonly (RecordedStep & {
    readonly index: number
    readonly outcome: RecordedOutcome
    /** It failed before it changed anything, as it says itself. */
    readonly isRefused?: true
  })[]
  readonly files: readonly RecordedFile[]
  /** What the accounts are that the run left, by `user:NAME` and `group:NAME`; of one that was cut off nothing is known. */
  readonly accounts: Accounts
  /** How the last batch ended: `done`, `failed`, `stopped`; undefined where the host could not say any more. */
  readonly end: string | undefined
  /** Undefined, or whether the host could put back what would have cut our access. */
  readonly back: 'restored' | 'restore-failed' | undefined
}

const value = z.union([z.string(), z.number(), z.boolean()])
const state = z.record(z.string(), value)
const back = z.union([
  z.literal('files'),
  z.object({ cannot: z.string() }),
  z.object({
    params: z.record(z.string(), z.unknown()),
    left: state,
    stays: z.string().optional(),
    isLast: z.literal(true).optional(),
    withFiles: z.literal(true).optional(),
    access: z.unknown().optional(),
  }),
])
const head = z.object({
  format: z.literal(1),
  // Both are shown as they are: a host may write nothing else there.
  run: z.string().regex(/^[0-9a-f]{8}$/),
  startedAt: z.string().regex(/^[\dTZ:.-]+$/),
  who: z.string(),
  purpose: z.string(),
  recipe: z.string().optional(),
  isNotWhole: z.literal(true).optional(),
  params: z.record(z.string(), z.unknown()),
})
const steps = z.object({
  steps: z.record(
    z.string(),
    z.object({
      name: z.string(),
      type: z.string(),
      changes: z.array(z.tuple([z.string(), value.nullable(), value])),
      back,
      takesBack: z.literal(true).optional(),
      refuses: z.literal(true).optional(),
    }),
  ),
})

/** Undefined where the text is no record of this version. */
export function readRecord(text: string): HostRecord | undefined {
  const reader = new Reader()
  for (const line of text.split('\n')) reader.line(line)
  return reader.record()
}

class Reader {
  #head: z.infer<typeof head> | undefined
  #end: string | undefined
  #back: HostRecord['back']
  readonly #steps = new Map<number, RecordedStep>()
  readonly #outcomes = new Map<number, RecordedOutcome>()
  readonly #refused = new Set<number>()
  readonly #before = new Map<string, { readonly step: number | undefined; readonly before: FileBefore }>()
  readonly #sums = new Map<string, string>()
  readonly #modes = new Map<string, string>()
  readonly #links = new Map<string, string>()
  readonly #accounts = new Map<string, string>()
  #running: readonly number[] = []

  line(line: string): void {
    const [word = '', ...fields] = line.split('\t')
    const [, escaped, sha256, summed] = /^(\\?)([0-9a-f]{64}) [ *](\/.*)$/.exec(line) ?? []
    const [, mode, dressed] = /^(\d{1,4}):[^:]*:[^:]*:(\/.*)$/.exec(line) ?? []
    if (line.startsWith('{')) this.#data(line)
    else if (word === 'was') this.#was(fields)
    else if (word === 'account') this.#accounts.set(fields[0] ?? '', fields.slice(1).join('\t'))
    else if (word === 'leads') this.#links.set(fields.slice(1).join('\t'), fields[0] ?? '')
    else if (sha256 !== undefined && summed !== undefined)
      this.#sums.set(escaped === '' ? summed : unescaped(summed), sha256)
    else if (mode !== undefined && dressed !== undefined) this.#modes.set(dressed, mode.padStart(4, '0'))
    else this.#words(line.split(' '))
  }

  record(): HostRecord | undefined {
    if (!this.#head) return undefined
    const { format: _format, ...told } = this.#head
    const files = [...this.#before].map(([path, { step, before }]) => ({
      path,
      step,
      before,
      after: this.#after(path),
    }))
    const found = [...this.#outcomes].flatMap(([index, outcome]) => {
      const step = this.#steps.get(index)
      const isRefused = outcome === 'failed' && this.#refused.has(index)
      return step ? [{ index, outcome, ...step, ...(isRefused && { isRefused }) }] : []
    })
    return { ...told, steps: found, files, accounts: this.#accounts, end: this.#end, back: this.#back }
  }

  #data(line: string): void {
    let data: unknown
    try {
      data = JSON.parse(line)
    } catch {
      return
    }
    const begins = head.safeParse(data)
    if (begins.success) this.#head ??= begins.data
    const told = steps.safeParse(data)
    if (!told.success) return
    for (const [index, step] of Object.entries(told.data.steps))
      this.#steps.set(Number(index), sinceTheStart(step as RecordedStep, this.#steps.get(Number(index))))
  }

  #was([was = '', ...path]: readonly string[]): void {
    const before: FileBefore =
      was === 'absent'
        ? { kind: 'absent' }
        : was.startsWith('link:')
          ? { kind: 'link', to: was.slice('link:'.length) }
          : { kind: 'kept', copy: was }
    const name = path.join('\t')
    // What a later batch has kept is what this run itself has written.
    if (!this.#before.has(name)) this.#before.set(name, { step: this.#stepOf(name), before })
  }

  /** Of steps that were done as one act each is named by the path that it is about. */
  #stepOf(path: string): number | undefined {
    const isOf = (index: number): boolean => {
      const step = this.#steps.get(index)
      return step !== undefined && isAbout(step, path)
    }
    return this.#running.find(isOf) ?? this.#running[0]
  }

  #words([word = '', ...args]: readonly string[]): void {
    const numbers = args.map(Number)
    if (word === 'run') {
      this.#running = numbers
      // Nothing that was said before of what files are holds any more.
      this.#end = undefined
      for (const index of numbers) this.#outcomes.set(index, 'begun')
    } else if (word === 'done') this.#done(args)
    else if (word === 'end') this.#end = args.join(' ')
    else if (word === 'back') this.#takenBack(args)
  }

  #done([code = '', reached = '', ...members]: readonly string[]): void {
    const { failed, beside, isWide } = reachedOf(reached)
    for (const index of members.map(Number)) {
      const isFailed = code !== '0' && (failed === undefined || index === failed)
      const isReached = failed === undefined || index <= failed
      const isBeside = index !== failed && beside.has(index)
      const isBack = code === String(exitReverted) && this.#steps.get(index)?.takesBack === true
      if (isFailed && code === String(exitRefused) && this.#steps.get(index)?.refuses === true)
        this.#refused.add(index)
      if (isBeside) this.#outcomes.set(index, 'failed')
      else if (isReached) this.#outcomes.set(index, isFailed ? (isBack ? 'reverted' : 'failed') : 'changed')
      else if (!isWide) this.#outcomes.delete(index)
    }
  }

  #takenBack([how = '', ...indexes]: readonly string[]): void {
    if (how !== 'restored' && how !== 'restore-failed') return
    this.#back = how
    if (how === 'restored')
      for (const index of indexes.map(Number))
        if (this.#outcomes.has(index)) this.#outcomes.set(index, 'reverted')
  }

  #after(path: string): FileAfter | undefined {
    if (this.#end === undefined) return undefined
    const to = this.#links.get(path)
    if (to !== undefined) return { kind: 'link', to }
    const [sha256, mode] = [this.#sums.get(path), this.#modes.get(path)]
    return sha256 !== undefined && mode !== undefined ? { kind: 'file', sha256, mode } : { kind: 'absent' }
  }
}

/** A name is `file /etc/x`, or `nginx 2: file /etc/x` of a step that came through another recipe. */
function isAbout({ name, type }: RecordedStep, path: string): boolean {
  const inPart = name.indexOf(`: ${type} `)
  const starts = [...(name.startsWith(`${type} `) ? [0] : []), ...(inPart < 0 ? [] : [inPart + ': '.length])]
  return starts.some(start => {
    const about = name.slice(start + type.length + 1)
    return about === path || about.startsWith(`${path} `)
  })
}

/** `sha256sum` of coreutils puts a backslash before a line whose name it has escaped. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([\\nr])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  )
}

/** A unit that came with a package of this run runs by now and is to stop again: before the package it came with goes. */
function sinceTheStart(now: RecordedStep, first: RecordedStep | undefined): RecordedStep {
  const came = first?.type === 'service' && first.changes.some(([, from]) => from === 'absent')
  return first && came && first.name === now.name ? { ...now, changes: first.changes, back: first.back } : now
}
