/** What params that name places, modes and owners may hold. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'

/** Bytes that would break out of their line. */
export const controlCharacters = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/

/** NAME_MAX and PATH_MAX of Linux (limits.h), the latter without the NUL at its end. */
const nameBytes = 255
const pathBytes = 4095

/** One line of text that a shell word can carry. */
export const oneLine = z
  .string()
  .refine(text => !controlCharacters.test(text), 'must be one line without control characters')
  .refine(text => text.isWellFormed(), 'must be well-formed Unicode')

/** A secret of one line: where a program reads lines, more of them would be more than the secret. */
export const secretLine = z
  .instanceof(Secret)
  .refine(given => oneLine.safeParse(given.reveal()).success, 'must be one line without control characters')

/** An absolute path in its plain form: no `..`, no doubled or trailing slash. */
export const absolutePath = oneLine
  .refine(path => path.startsWith('/'), 'must be an absolute path')
  .refine(
    path => path === '/' || !/\/(\.{0,2})(\/|$)/.test(path),
    'must be plain: without `.`, `..`, a doubled or a trailing slash',
  )
  .refine(
    path => path.split('/').every(name => Buffer.byteLength(name) <= nameBytes),
    `has a name of more than ${nameBytes} bytes, which no file system of Linux takes`,
  )
  .refine(
    path => Buffer.byteLength(path) <= pathBytes,
    `is longer than ${pathBytes} bytes, which Linux does not take`,
  )

/** The path of something that is not the root itself. */
export const entryPath = absolutePath.refine(path => path !== '/', 'must not be the root directory')

/** A mode as text; kept with four digits. */
export const mode = z
  .string()
  .regex(/^[0-7]{3,4}$/, "must be three or four octal digits as a string, such as '0644'")
  .transform(text => text.padStart(4, '0'))

/** A user or group, by name or number. */
export const account = z
  .string()
  .regex(/^([A-Za-z_][A-Za-z0-9_.@-]*\$?|[0-9]+)$/, 'must be a user or group name, or a number')

/** A new or existing user or group: never a number, which tools would take for an id. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$/, 'must be a user or group name, starting with a letter')

/** Whether the thing is to be there; the sentence says what that means of it. */
export const presence = (doc: string) => z.enum(['present', 'absent']).default('present').describe(doc)

/** For `.refine(...neededUnlessAbsent('value'))`: these params are given, unless `state` is `absent`: then none of them is. */
export function neededUnlessAbsent<const Name extends string>(...names: readonly [Name, ...Name[]]) {
  const listed = names.map(name => `\`${name}\``).join(' and ')
  const check = (given: { readonly state: 'present' | 'absent' } & { readonly [Each in Name]?: unknown }) =>
    names.every(name => (given[name] === undefined) === (given.state === 'absent'))
  const verb = names.length > 1 ? 'are' : 'is'
  const message = `${listed} ${verb} needed, unless \`state\` is \`absent\`: then there is none`
  return [check, { message }] as const
}

/** Reads `key=value` lines; throws where a key that every probe prints is missing. */
export function readKeys(observation: string, always: readonly string[]): Record<string, string> {
  const lines = observation.split('\n').filter(line => line !== '')
  const state = Object.fromEntries(
    lines.map(line => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  )
  for (const key of always) {
    if (state[key] === undefined) throw new TypeError(`an observation without ${key}: ${observation}`)
  }
  return state
}
