/** What a probe printed, with its exit code: the bytes that a guard compares. */
import { createHash } from 'node:crypto'

/** As it travels: the probe's bytes, a newline, and the exit code in digits. */
export interface Observation {
  readonly bytes: Buffer
  readonly code: number
}

/** Printed by the engine itself in place of a probe whose user does not exist on the host yet. */
export const noUserYet = 'ops:no-such-user'

/** Splits a frame's body into bytes and exit code. */
export function observationOf(body: Buffer): Observation {
  const at = body.lastIndexOf(0x0a)
  const digits = body.toString('latin1', at + 1)
  const code = Number(digits)
  if (at < 0 || !/^\d+$/.test(digits)) throw new Error('an observation ended without its exit code')
  return { bytes: body.subarray(0, at), code }
}

/** The hex sha256 that the host's guard compares: over the bytes, a newline and the code. */
export function guardOf(observation: Observation): string {
  return createHash('sha256').update(observation.bytes).update(`\n${observation.code}`).digest('hex')
}

/** Splits what `probeMany` printed into one observation each; undefined when the count is off. */
export function splitMany(together: Observation, mark: string, count: number): Observation[] | undefined {
  if (together.code !== 0) return undefined
  const line = Buffer.from(`${mark}\n`)
  const parts: Observation[] = []
  let start = 0
  for (;;) {
    const at = together.bytes.indexOf(line, start)
    if (at < 0) break
    parts.push({ bytes: together.bytes.subarray(start, at), code: 0 })
    start = at + line.length
  }
  return parts.length === count && start === together.bytes.length ? parts : undefined
}

/** The inverse of `splitMany`: what `probeMany` would print for these observations. */
export function joinMany(parts: readonly Observation[], mark: string): Observation {
  const line = Buffer.from(`${mark}\n`)
  return { bytes: Buffer.concat(parts.flatMap(part => [part.bytes, line])), code: 0 }
}
