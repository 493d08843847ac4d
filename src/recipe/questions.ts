/** What a recipe asks of other hosts while it makes its steps. */
import { z } from 'zod'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { type Asked, keyOf, type Told } from '../engine/asked.ts'
import { callSite } from '../engine/step.ts'
import type { GivenHost } from './given-host.ts'
import type { Output } from './output.ts'

/** Ends an evaluation that cannot go on before another host has been asked. */
class AnswerNeeded extends Error {}

/** `fromHost` and `fromGroup` of one evaluation, and what they came to ask. */
export class Questions {
  readonly #asked = new Map<string, Asked>()
  readonly #given: GivenHost
  readonly #told: Told | undefined
  isMissing = false
  readsSecrets = false

  constructor(given: GivenHost, told: Told | undefined) {
    this.#given = given
    this.#told = told
  }

  get all(): readonly Asked[] {
    return [...this.#asked.values()]
  }

  readonly fromHost = <Value>(word: string, wanted: Output<Value>): Value => {
    const [host, ...others] = this.#given.others?.(word) ?? []
    if (!host || others.length > 0)
      throw inputError(`fromHost: ${word} means ${host ? others.length + 1 : 'no'} hosts`, {
        next: 'Name one host, or write fromGroup.',
      })
    return this.#of(host, wanted, callSite())
  }

  readonly fromGroup = <Value>(word: string, wanted: Output<Value>): readonly Value[] => {
    const where = callSite()
    const hosts = this.#given.others?.(word) ?? []
    // All of them are asked at once.
    for (const host of hosts) this.#note(host, wanted)
    return hosts.map(host => this.#of(host, wanted, where))
  }

  #note({ name }: GivenHost, { step }: Output<unknown>): Asked {
    const [problem] = step.problems
    if (problem) throw new InputErrors([problem])
    const asked = { host: name, step }
    this.#asked.set(keyOf(asked), asked)
    return asked
  }

  #of<Value>(host: GivenHost, wanted: Output<Value>, where: ErrorData['where']): Value {
    const asked = this.#note(host, wanted)
    const answer = this.#told?.(keyOf(asked))
    if (answer === undefined) throw this.#missing()
    try {
      const isToCome = answer.text === undefined && wanted.standIn !== undefined
      const value = isToCome ? wanted.standIn : wanted.read(answer.text ?? `[${wanted.name} of ${host.name}]`)
      if (value instanceof Secret) {
        this.readsSecrets = true
        this.#given.keeps?.(value.reveal())
      }
      return value
    } catch (thrown) {
      // What stands in for a value that is still to come need not be one.
      if (answer.text === undefined) throw this.#missing()
      const detail = thrown instanceof z.ZodError ? thrown.issues[0]?.message : String(thrown)
      throw inputError(`${wanted.name} of ${host.name} is not what the recipe takes: ${detail}`, {
        ...(where && { where }),
      })
    }
  }

  #missing(): Error {
    this.isMissing = true
    return new AnswerNeeded()
  }
}
