/** Finds steps of one recipe that cannot both hold at the end: each run would undo one of them for the other. */

import { type ErrorData, inputError } from '../base/errors.ts'
import type { Promised, TextEdit } from '../engine/promised.ts'
import type { Step } from '../engine/step.ts'

/** Two steps that shut each other out, the later one first, and why. */
export interface Contradiction {
  readonly step: Step
  readonly other: Step
  readonly error: ErrorData
}

/** All of them, each pair once; of steps whose params are complete. */
export function contradictions(steps: readonly Step[]): readonly Contradiction[] {
  const found: Contradiction[] = []
  const told = new Set<string>()
  const tell = (one: number, two: number, why: string, next = agree): void => {
    const [at, otherAt] = [Math.max(one, two), Math.min(one, two)]
    const [step, other] = [steps[at], steps[otherAt]]
    const pair = `${otherAt} ${at}`
    // Steps of one name are told as such.
    if (!step || !other || step.name === other.name || told.has(pair)) return
    told.add(pair)
    found.push({ step, other, error: errorOf(step, other, why, next) })
  }
  opposites(steps, tell)
  fights(steps, tell)
  return found
}

const agree = 'Leave one of the two out, or make them agree.'

type Tell = (one: number, two: number, why: string, next?: string) => void

function errorOf(step: Step, other: Step, why: string, next: string): ErrorData {
  const place = other.where ? ` The other step is at ${other.where.file}:${other.where.line}.` : ''
  return inputError(`\`${other.name}\` and \`${step.name}\` contradict each other`, {
    step: step.name,
    ...(step.where && { where: step.where }),
    detail: `${why} No run could bring about both.${place}`,
    next,
  }).data
}

interface Said extends Promised {
  readonly at: number
}

function promisesOf({ resource, params, options }: Step): readonly Promised[] {
  const runsAs: readonly Promised[] =
    options.user === undefined ? [] : [{ of: `user:${options.user}`, is: 'there' }]
  return [...(resource.promises?.(params) ?? []), ...runsAs]
}

/** Opposite promises about one thing, and something below a path that is to be absent or a file. */
function opposites(steps: readonly Step[], tell: Tell): void {
  const all = steps.flatMap((step, at) => promisesOf(step).map((said): Said => ({ ...said, at })))
  const byThing = groupedBy(all, ({ of }) => of)
  for (const said of all) {
    for (const other of byThing.get(said.of) ?? []) {
      if (other.at < said.at && areOpposite(said.is, other.is))
        tell(said.at, other.at, `${sentence(other)} and ${sentence(said)}.`)
    }
    if (said.is === 'absent' || !said.of.startsWith('path:/') || said.of.includes('#')) continue
    for (const above of parentsOf(said.of)) {
      for (const other of byThing.get(above) ?? []) {
        if (other.is === 'absent' || other.is === 'file')
          tell(said.at, other.at, `${sentence(other)}, and ${sentence(said)}, below it.`)
      }
    }
  }

  function sentence({ at, of, is, words = is }: Said): string {
    const thing = of.slice(of.indexOf(':') + 1)
    return `\`${steps[at]?.name}\` wants ${thing} ${wordsOf[words] ?? words}`
  }
}

const wordsOf: Readonly<Record<string, string>> = { file: 'to be a file', directory: 'to be a directory' }

function areOpposite(one: string, other: string): boolean {
  if (one === other) return false
  return (one !== 'there' && other !== 'there') || one === 'absent' || other === 'absent'
}

function groupedBy<T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(keyOf(each))
    if (group) group.push(each)
    else groups.set(keyOf(each), [each])
  }
  return groups
}

function parentsOf(path: Promised['of']): readonly Promised['of'][] {
  const parts = path.slice('path:/'.length).split('/').slice(0, -1)
  return parts.map((_, at): Promised['of'] => `path:/${parts.slice(0, at + 1).join('/')}`)
}

/** Steps that edit one file: what one of them leaves there, the other takes away. */
function fights(steps: readonly Step[], tell: Tell): void {
  const edits = steps.flatMap((step, at) => {
    const edit = step.resource.edits?.(step.params)
    return edit ? [{ at, edit }] : []
  })
  for (const [path, ofFile] of groupedBy(edits, ({ edit }) => edit.path)) {
    for (const [index, { at, edit }] of ofFile.entries()) {
      for (const { at: otherAt, edit: other } of ofFile.slice(0, index)) {
        const winner = removes(edit, other) ? at : removes(other, edit) ? otherAt : undefined
        if (winner !== undefined) {
          const loser = winner === at ? otherAt : at
          const why = `In ${path}, \`${steps[winner]?.name}\` would change the line of \`${steps[loser]?.name}\`.`
          tell(at, otherAt, why)
        }
        if (rejects(edit, other)) tellOfContent(otherAt, at)
        else if (rejects(other, edit)) tellOfContent(at, otherAt)
      }
    }
  }

  function tellOfContent(whole: number, part: number): void {
    const [file, name] = [steps[whole]?.name, steps[part]?.name]
    const why = `\`${file}\` gives the whole content, which is not as \`${name}\` wants it.`
    tell(whole, part, why, `Write it so in the content of \`${file}\`, and leave \`${name}\` out.`)
  }
}

function removes(edit: TextEdit, { leaves = [] }: TextEdit): boolean {
  return leaves.length > 0 && leaves.every(line => edit.takes?.(line) === true)
}

function rejects(edit: TextEdit, { whole }: TextEdit): boolean {
  return whole !== undefined && edit.accepts?.(whole) === false
}
