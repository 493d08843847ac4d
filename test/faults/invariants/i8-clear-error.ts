/** I8: a documented exit code that fits what was told, and an error that a person can act on. */
import { BrokenInvariant } from '../instruments/broken.ts'
import type { Ran } from '../instruments/controller.ts'

/** The documented exit code of each status of a host. */
const codes: Readonly<Record<string, number>> = {
  ...{
    ok: 0,
    failed: 1,
    drift: 2,
    unreachable: 4,
    lost: 5,
    locked: 6,
    reverted: 7,
    moved: 8,
    interrupted: 130,
  },
}

/** Words that only a defect of ops itself prints. */
const defects =
  /\bundefined\b|\[object |\bNaN\b|^\s+at .*:\d+:\d+\)?$|ERR_[A-Z]+_|Unhandled|TypeError|node:internal/m

/** @throws BrokenInvariant where the exit code is none of `allowed`, or an error leaves a person alone. */
export function clearError(ran: Ran, allowed: readonly number[]): void {
  const wrong: string[] = []
  if (!allowed.includes(ran.code))
    wrong.push(`exit ${ran.code} is none of ${allowed.join(', ')}: ${ran.tail}`)
  const defect = defects.exec(`${ran.stdout}\n${ran.stderr}`)
  if (defect) wrong.push(`it printed "${defect[0]}"`)
  if (ran.code === 3) {
    if (ran.errors.length === 0) wrong.push('exit 3 without a word')
  } else if (!ran.statuses) wrong.push(`no summary is the last word: ${ran.tail}`)
  else if (!ran.statuses.some(status => codes[status] === ran.code)) {
    wrong.push(`exit ${ran.code}, but the summary says ${ran.statuses.join(', ')}`)
  }
  if (ran.code !== 0 && ran.errors.length === 0) wrong.push('it failed without an error')
  for (const { title, next, changed, host } of ran.errors) {
    if (!title || !next) wrong.push(`an error without a way on: ${title}`)
    if (!changed) wrong.push(`an error that does not say what is true now: ${title}`)
    if (ran.code !== 3 && !host) wrong.push(`an error that names no host: ${title}`)
  }
  if (wrong.length > 0) throw new BrokenInvariant('I8', wrong.join('; '))
}
