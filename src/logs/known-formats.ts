/** The formats that need not be written out, and which of several a log is in. */
import { inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { apacheFormat } from './apache-format.ts'
import type { LogFormat } from './format.ts'
import { givenNginxFormat, isDirective } from './given-nginx-format.ts'
import { LineMatcher } from './line-matcher.ts'
import { nginxFormats } from './nginx-config.ts'
import { nginxFormat } from './nginx-format.ts'

/** Made when asked for; those of Apache fit the lines of nginx, which has a dash where Apache has the ident. */
const makers: Readonly<Record<string, (name: string) => LogFormat>> = {
  combined: name => apacheFormat('%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', name),
  main: name =>
    nginxFormat(
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"',
      'hex',
      name,
    ),
  common: name => apacheFormat('%h %l %u %t "%r" %>s %b', name),
  vhost_combined: name => apacheFormat('%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"', name),
  combinedio: name => apacheFormat('%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %I %O', name),
}

const knownNames: readonly string[] = Object.keys(makers)

export const knownFormats = (): readonly LogFormat[] =>
  Object.entries(makers).map(([name, make]) => make(name))

/**
 * Reads what stands behind `--format`: a known name, a format of nginx or Apache, or a whole directive of theirs.
 * @throws OpsError `input`
 */
export function readFormat(text: string): LogFormat {
  const make = Object.hasOwn(makers, text) ? makers[text] : undefined
  if (make) return make(text)
  if (/^\s*log_format\s/.test(text)) {
    const [format] = isDirective(text) ? nginxFormats(`${text};`).values() : []
    if (format) return format
    throw inputError('--format has a log_format line that nginx would not read', {
      next: "Give what its quotes hold, in single quotes: --format '$remote_addr - ...'.",
    })
  }
  const directive = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"/i.exec(text)
  if (directive) return apacheFormat((directive[1] ?? '').replaceAll('\\"', '"'))
  if (/\$\w|\$\{/.test(text)) return givenNginxFormat(text)
  if (/%/.test(text)) return apacheFormat(text)
  throw inputError(`--format ${JSON.stringify(text)}: there is no such format`, {
    next: `${didYouMean(text, knownNames)}Known are ${knownNames.join(', ')}; or give the text of a log_format (nginx) or LogFormat (Apache).`,
  })
}

/**
 * The format that these lines are in; undefined where none fits. Where several fit about as many lines, it is the one with
 * the most fields: a format that is one header and no more fits anything.
 */
export function formatOfLines(
  formats: readonly LogFormat[],
  lines: readonly Buffer[],
): LogFormat | undefined {
  const told = lines.filter(line => line.length > 0)
  const fits = formats.map(format => {
    const matcher = new LineMatcher(format)
    return told.filter(line => matcher.match(line, 0, line.length) === 'row').length
  })
  const enough = Math.max(1, 0.8 * Math.max(...fits))
  const fitting = formats.filter((_, index) => (fits[index] ?? 0) >= enough)
  return fitting.reduce<LogFormat | undefined>(
    (best, format) => (best && best.fields.length >= format.fields.length ? best : format),
    undefined,
  )
}
