/** `--only STEP`: the steps of a recipe that are asked for, the others being left out. */
import { type Command, Option } from 'commander'
import { InputErrors, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Evaluate, Evaluated } from '../engine/plan/plan-host.ts'
import type { Step } from '../engine/step.ts'
import { matchesGlob } from '../inventory/glob.ts'

export function addOnlyFlag(command: Command): void {
  const help = "the only steps wanted: by name, by glob ('file /etc/*'), or by part; may be repeated"
  const more = (value: string, before: unknown) => [...(Array.isArray(before) ? before : []), value]
  command.addOption(new Option('--only <step>', help).argParser(more))
}

/** Whether a step is meant: by its name, with or without that of its part; by a glob of either; or by the part, whichever use of that. */
function isMeant({ name, parts = [] }: Step, word: string): boolean {
  if (matchesGlob(word, name)) return true
  if (parts.length === 0) return false
  const end = name.indexOf(': ')
  const path = name.slice(0, end).replaceAll(/ \d+(?=\/|$)/g, '')
  return (
    matchesGlob(word, name.slice(end + 2)) || `/${path}/`.includes(`/${word}/`) || name.slice(0, end) === word
  )
}

/**
 * The same hosts with fewer steps. A word that means no step of any host is an error, as soon as all their steps are known:
 * else a misspelt one would look like nothing to do.
 * @throws InputErrors
 */
export async function onlySteps<Host>(
  evaluations: ReadonlyMap<Host, Evaluate>,
  words: readonly string[],
): Promise<ReadonlyMap<Host, Evaluate>> {
  if (words.length === 0) return evaluations
  const known = new Map<Host, readonly Step[]>()
  const learn = (host: Host, evaluated: Evaluated, isTrial = false): Evaluated => {
    if (!('steps' in evaluated)) return evaluated
    if (!isTrial) known.set(host, evaluated.steps)
    const all = [...known.values()].flat()
    const stray = words.filter(word => !all.some(step => isMeant(step, word)))
    if (!isTrial && known.size === evaluations.size && stray.length > 0)
      throw new InputErrors(stray.map(word => noStep(word, all)))
    return {
      ...evaluated,
      steps: evaluated.steps.filter(step => step.resource.around || words.some(word => isMeant(step, word))),
    }
  }
  for (const [host, evaluate] of evaluations) learn(host, await evaluate())
  return new Map(
    [...evaluations].map(([host, evaluate]): [Host, Evaluate] => [
      host,
      async (facts, told, isTrial) => learn(host, await evaluate(facts, told, isTrial), isTrial),
    ]),
  )
}

function noStep(word: string, steps: readonly Step[]) {
  const names = [...new Set(steps.map(step => step.name))]
  const next = `${didYouMean(word, names)}\`ops plan -v\` shows the names; a glob such as 'file /etc/*' works too.`
  return inputError(`--only ${word}: no step has that name`, { next }).data
}
