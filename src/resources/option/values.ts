/** Whether a value can stand in a file of a format: one that cannot would make its program refuse the whole file. */
import type { FormatName } from './formats.ts'

/** What is wrong with the value as it is written; undefined where its program reads it. */
export function faultOfValue(format: FormatName, value: string): string | undefined {
  if (format === 'toml') return isToml(value) ? undefined : 'is not a value of TOML: strings need quotes'
  if (format === 'git')
    return /\\[^\\"ntb]/.test(value) ? 'has a backslash before a sign that git does not expect' : undefined
  if (format !== 'php' && format !== 'fpm') return undefined
  const outside = value.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, ' ')
  // Words joined by operators are an expression for PHP, such as `E_ALL & ~E_NOTICE`.
  const isPlain = !/[={}"'()!|&~^]/.test(outside) || (outside === value && expression.test(value))
  return isPlain ? undefined : 'has signs that PHP reads as operators: quote it'
}

const expression = /^[~!]?\s*\w+(\s*[|&^]\s*[~!]?\s*\w+)*$/

/** One value of TOML 1.0 on one line (toml.io/en/v1.0.0). */
function isToml(text: string): boolean {
  const rest = afterValue(text)
  return rest !== undefined && /^[ \t]*$/.test(rest)
}

const control = String.raw`\x00-\x08\x0a-\x1f\x7f`
const basic = String.raw`"(?:\\(?:[btnfr"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|[^"\\${control}])*"`
const literal = `'[^'${control}]*'`
const digits = '[0-9](?:_?[0-9])*'
const whole = `[+-]?(?:0|[1-9](?:_?[0-9])*)`
const day = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?`
const simple = new RegExp(
  `^(?:${[
    // Three quotes begin a text of many lines.
    `(?!""")${basic}`,
    `(?!''')${literal}`,
    'true(?!\\w)',
    'false(?!\\w)',
    `${day}(?:[Tt ]${time}(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)?)?(?![\\w:.-])`,
    `${time}(?![\\w:.-])`,
    '0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*(?!\\w)',
    '0o[0-7](?:_?[0-7])*(?!\\w)',
    '0b[01](?:_?[01])*(?!\\w)',
    '[+-]?(?:inf|nan)(?!\\w)',
    `${whole}(?:\\.${digits})?(?:[eE][+-]?${digits})?(?![\\w.:-])`,
  ].join('|')})`,
)
const keyPattern = new RegExp(
  String.raw`^[ \t]*(?:[\w-]+|${basic}|${literal})(?:[ \t]*\.[ \t]*(?:[\w-]+|${basic}|${literal}))*[ \t]*=[ \t]*`,
)

/** What stands after the value that the text begins with; undefined where it begins with none. */
function afterValue(text: string): string | undefined {
  if (text.startsWith('[')) return afterList(text.slice(1), ']', afterValue)
  if (text.startsWith('{')) {
    const empty = /^\{[ \t]*\}/.exec(text)
    return empty ? text.slice(empty[0].length) : afterList(text.slice(1), '}', afterPair)
  }
  const found = simple.exec(text)?.[0]
  return found === undefined ? undefined : text.slice(found.length)
}

function afterPair(text: string): string | undefined {
  const found = keyPattern.exec(text)?.[0]
  return found === undefined ? undefined : afterValue(text.slice(found.length))
}

/** A list may end with a comma or hold nothing, a table in braces may not. */
function afterList(
  text: string,
  end: ']' | '}',
  afterEach: (text: string) => string | undefined,
): string | undefined {
  let rest = text.trimStart()
  while (!(end === ']' && rest.startsWith(end))) {
    const after = afterEach(rest)?.trimStart()
    if (after?.startsWith(end)) return after.slice(1)
    if (!after?.startsWith(',')) return undefined
    rest = after.slice(1).trimStart()
  }
  return rest.slice(1)
}
