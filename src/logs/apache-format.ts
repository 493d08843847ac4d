/** Reads an Apache `LogFormat`: directives that begin with `%`, columns named as nginx names the same thing. */
import { inputError } from '../base/errors.ts'
import { type FormatPart, formatOf, type LogField, type LogFormat, type TimeNotation } from './format.ts'
import { strftimeReader } from './strftime.ts'

/** https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats */
const directives: Readonly<Record<string, readonly [string, LogField['holds']]>> = {
  a: ['remote_addr', 'word'],
  h: ['remote_addr', 'word'],
  A: ['server_addr', 'word'],
  B: ['body_bytes_sent', 'number'],
  b: ['body_bytes_sent', 'number'],
  D: ['request_time_us', 'number'],
  f: ['request_filename', 'text'],
  H: ['server_protocol', 'word'],
  I: ['request_length', 'number'],
  k: ['connection_requests', 'number'],
  l: ['remote_logname', 'word'],
  L: ['request_id', 'word'],
  m: ['request_method', 'word'],
  O: ['bytes_sent', 'number'],
  p: ['server_port', 'number'],
  P: ['pid', 'number'],
  q: ['query_string', 'text'],
  r: ['request', 'text'],
  R: ['handler', 'text'],
  s: ['status', 'number'],
  S: ['bytes_transferred', 'number'],
  T: ['request_time', 'number'],
  u: ['remote_user', 'text'],
  U: ['uri', 'text'],
  v: ['server_name', 'word'],
  V: ['host', 'word'],
  X: ['connection_status', 'word'],
}

/** Directives with a name in braces; `^ti` and `^to` are trailers. */
const named: Readonly<Record<string, string>> = {
  i: 'http_',
  o: 'sent_http_',
  C: 'cookie_',
  e: 'env_',
  n: 'note_',
  '^ti': 'trailer_',
  '^to': 'sent_trailer_',
}

const timeArguments: Readonly<Record<string, TimeNotation>> = {
  sec: 'seconds',
  msec: 'milliseconds',
  usec: 'microseconds',
  '%Y-%m-%dT%H:%M:%S%z': 'iso8601',
}

const directive = /%(?:!?\d{3}(?:,\d{3})*)?[<>]?(?:\{([^}]*)\})?(\^ti|\^to|[A-Za-z%])/g

/** @throws OpsError `input` for a directive that Apache does not have. */
export function apacheFormat(text: string, name = text): LogFormat {
  const parts: FormatPart[] = []
  let from = 0
  const joined = withJoinedTimes(text)
  for (const match of joined.matchAll(directive)) {
    parts.push({ literal: literalOf(joined.slice(from, match.index)) })
    parts.push(...partsOf(match[2] ?? '', match[1], match[0]))
    from = match.index + match[0].length
  }
  parts.push({ literal: literalOf(joined.slice(from)) })
  return formatOf(name, 'hex', parts)
}

const fractions: Readonly<Record<string, string>> = { msec_frac: '%3N', usec_frac: '%6N' }

/** Apache writes fractions of a second by a directive of their own: `%{...%S}t.%{msec_frac}t %{%z}t` is one time. */
function withJoinedTimes(text: string): string {
  return text.replace(/%\{[^}]*\}t(?:[ .,:T-]?%\{[^}]*\}t)+/g, written => {
    const moments = [...written.matchAll(/%\{(begin|end)?[^}]*\}t/g)].map(each => each[1] ?? 'begin')
    if (new Set(moments).size > 1) return written
    const pattern = written.replace(/%\{([^}]*)\}t/g, (_, argument: string) => {
      const bare = withoutMoment(argument)
      return fractions[bare] ?? bare
    })
    return strftimeReader(pattern) ? `%{${pattern}}t` : written
  })
}

/** The time when the request began, or when its answer ended. */
function withoutMoment(argument: string): string {
  return argument.replace(/^(begin|end):?/, '')
}

/** A tab may be written as `\t` there, as in a string of C. */
function literalOf(text: string): string {
  if (/%/.test(text))
    throw inputError(`the format has a % that begins no directive: ${text}`, {
      next: 'Write %% for the sign itself.',
    })
  return text.replaceAll('\\t', '\t').replaceAll('\\n', '\n').replaceAll('\\"', '"').replaceAll('\\\\', '\\')
}

function partsOf(letter: string, argument: string | undefined, written: string): readonly FormatPart[] {
  if (letter === '%') return [{ literal: '%' }]
  if (letter === 't') return timeParts(argument)
  const prefix = named[letter]
  if (prefix !== undefined && argument !== undefined) {
    return [
      { field: { name: prefix + argument.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'), holds: 'text' } },
    ]
  }
  const known = directives[letter]
  if (known === undefined) {
    throw inputError(`the format has ${written}, which is not a directive of Apache's LogFormat`)
  }
  const [name, holds] = known
  return [{ field: { name: nameWith(name, argument), holds } }]
}

/** `%{remote}p`, `%{c}a`, `%{us}T` and the like. */
function nameWith(name: string, argument: string | undefined): string {
  if (argument === undefined) return name
  if (name === 'request_time') return argument === 's' ? name : `${name}_${argument}`
  return argument === 'canonical' ? name : `${argument.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}_${name}`
}

function timeParts(argument: string | undefined): readonly FormatPart[] {
  if (argument === undefined) {
    const field: LogField = { name: 'time_local', holds: 'time', time: 'local' }
    return [{ literal: '[' }, { field }, { literal: ']' }]
  }
  const pattern = withoutMoment(argument)
  const time = timeArguments[pattern]
  if (time === 'iso8601') return [{ field: { name: 'time_iso8601', holds: 'time', time } }]
  if (time !== undefined) return [{ field: { name: `time_${pattern}`, holds: 'number', time } }]
  if (pattern === '%d/%b/%Y:%H:%M:%S %z') {
    return [{ field: { name: 'time_local', holds: 'time', time: 'local' } }]
  }
  if (strftimeReader(pattern))
    return [{ field: { name: 'time_local', holds: 'time', time: { strftime: pattern } } }]
  return [{ field: { name: 'time', holds: /^(msec|usec)_frac$/.test(pattern) ? 'number' : 'text' } }]
}
