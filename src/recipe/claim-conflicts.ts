/** Finds steps of one recipe that would fight: equal names, or two that write the same thing. */

import { type ErrorData, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { type Claim, overlap } from '../engine/claims.ts'
import type { Step } from '../engine/step.ts'
import { isSameStep } from './same-step.ts'

/** All conflicts but those that are told already, `folder` being the recipe's, and `buildsOn` that name no earlier step. */
export function claimConflicts(
  steps: readonly Step[],
  isTold: (step: Step, other: Step) => boolean,
  folder: string,
): readonly ErrorData[] {
  return [...equalNames(steps), ...wrongFoundations(steps), ...overlaps(steps, isTold, folder)]
}

function equalNames(steps: readonly Step[]): readonly ErrorData[] {
  const first = new Map<string, Step>()
  return steps.flatMap(step => {
    const other = first.get(step.name)
    if (other === undefined) {
      first.set(step.name, step)
      return []
    }
    const error = inputError(`two steps are named \`${step.name}\``, {
      step: step.name,
      ...(step.where && { where: step.where }),
      ...(other.where && { detail: `The other one is at ${placeOf(other)}.` }),
      next: 'Make one step of the two, or leave one out.',
    })
    return [error.data]
  })
}

function wrongFoundations(steps: readonly Step[]): readonly ErrorData[] {
  const names = steps.map(step => step.name)
  return steps.flatMap((step, index) =>
    foundations(step)
      .filter(name => !names.slice(0, index).includes(name))
      .map(name => {
        const isLater = names.includes(name)
        const near = didYouMean(name, names.slice(0, index))
        return inputError(
          `buildsOn names \`${name}\`, ${isLater ? 'which does not come before it' : 'but no step has that name'}`,
          {
            step: step.name,
            ...(step.where && { where: step.where }),
            next: isLater
              ? 'Put that step first: order is the order of the list.'
              : `${near}A step is named \`<resource> <identity>\`.`,
          },
        ).data
      }),
  )
}

/** Nearly all claims are of single things: they are compared only within their own name, wide ones with all. */
function overlaps(
  steps: readonly Step[],
  isTold: (step: Step, other: Step) => boolean,
  folder: string,
): readonly ErrorData[] {
  const errors: ErrorData[] = []
  const narrow = new Map<string, Owner[]>()
  const wide: Owner[] = []
  const all: Owner[] = []
  for (const step of steps) {
    const told = new Set<Step>()
    for (const claim of step.resource.owns?.(step.params) ?? []) {
      const owner = { step, claim }
      const isWide = claim.endsWith('/') || claim.endsWith('*')
      const candidates = isWide ? all : [...(narrow.get(nameOf(claim)) ?? []), ...wide]
      for (const other of candidates) {
        if (other.step === step || told.has(other.step) || other.step.name === step.name) continue
        if (!overlap(claim, other.claim) || buildsOn(step, other.step) || isTold(step, other.step)) continue
        if (isSameStep(step, other.step, folder)) continue
        told.add(other.step)
        errors.push(conflict(step, other.step, claim))
      }
      if (isWide) wide.push(owner)
      else narrow.set(nameOf(claim), [...(narrow.get(nameOf(claim)) ?? []), owner])
      all.push(owner)
    }
  }
  return errors
}

interface Owner {
  readonly step: Step
  readonly claim: Claim
}

/** `path:/etc/x#section/key` concerns `path:/etc/x`. */
function nameOf(claim: Claim): string {
  return claim.replace(/#.*$/s, '')
}

function conflict(step: Step, other: Step, claim: Claim): ErrorData {
  const thing = claim.slice(claim.indexOf(':') + 1)
  return inputError(`\`${step.name}\` and \`${other.name}\` both write ${thing}`, {
    step: step.name,
    ...(step.where && { where: step.where }),
    ...(other.where && { detail: `The other one is at ${placeOf(other)}.` }),
    next: `If that is meant, say so: \`{ buildsOn: ${JSON.stringify(other.name)} }\` as the second argument of the later step.`,
  }).data
}

function buildsOn(step: Step, other: Step): boolean {
  return foundations(step).includes(other.name)
}

function foundations({ options }: Step): readonly string[] {
  const { buildsOn: names = [] } = options
  return typeof names === 'string' ? [names] : names
}

function placeOf({ where }: Step): string {
  return where ? `${where.file}:${where.line}` : 'an unknown place'
}
