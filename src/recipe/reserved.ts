/** Names that a param cannot have, because the command line has them itself. */
import { flagOf } from '../params/param-docs.ts'

/** Without the dashes, in both spellings of a boolean. */
export const reservedFlags: readonly string[] = [
  'accept-new',
  'ask-become-pass',
  'become',
  'become-user',
  'color',
  'fail-fast',
  'full-diff',
  'html',
  'help',
  'identity',
  'inventory',
  'json',
  'limit',
  'max-fail',
  'only',
  'output',
  'serial',
  'ssh-config',
  'timeout',
  'transport',
  'verbose',
  'version',
  'wait',
  'yes',
]

/** What is wrong with a param's name, or undefined. A param that takes a value may be called `noEmpty`. */
export function paramNameProblem(name: string, takesValue = false): string | undefined {
  if (!/^[a-z][A-Za-z0-9_]*$/.test(name)) {
    return `param ${JSON.stringify(name)} cannot become a flag: names are letters, digits and _, and begin with a small letter`
  }
  const flag = flagOf(name).slice(2)
  if (reservedFlags.includes(flag))
    return `param ${name} has a reserved name: --${flag} is a flag of ops itself`
  if (flag.startsWith('no-') && !takesValue) {
    return `param ${name} cannot begin with "no": --${flag} would read as the opposite of --${flag.slice(3)}`
  }
  return undefined
}
