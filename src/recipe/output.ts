/** A value of a host that recipes of other hosts read: typed, and asked when it is needed. */
import { z } from 'zod'
import { Secret } from '../base/secret.ts'
import { outputStep } from '../engine/across/output-step.ts'
import type { Step } from '../engine/step.ts'
import type { Facts } from '../run/facts.ts'
import { factsProbe, parseFacts } from '../run/facts-probe.ts'

export interface Output<Value> {
  readonly name: string
  readonly step: Step
  read(text: string): Value
  /** What a recipe is given while it is found out what it asks for. */
  readonly standIn?: Value
}

type Source = { readonly file: string } | { readonly run: string }

/** `output('publicKey', { file: '/etc/app.pub' })`: its text without newlines at the end; with `type`, what that makes of it; or a secret. */
export function output(name: string, given: Source & { readonly secret: true }): Output<Secret>
export function output<Value>(
  name: string,
  given: Source & { readonly type: z.ZodType<Value> },
): Output<Value>
export function output(name: string, given: Source): Output<string>
export function output(
  name: string,
  { type = z.string(), secret, ...source }: Source & { readonly type?: z.ZodType; readonly secret?: true },
): Output<unknown> {
  const read = (text: string): unknown => (secret ? new Secret(text) : type.parse(text))
  return { name, step: outputStep({ name, ...source }), read }
}

/** The facts of another host: `fromHost('db1', hostFacts).addresses`. */
export const hostFacts: Output<Facts> = {
  name: 'facts',
  step: outputStep({ name: 'facts', run: factsProbe, isFacts: true }),
  read: parseFacts,
  standIn: parseFacts('bootId=unknown\nhostname=unknown\n'),
}
