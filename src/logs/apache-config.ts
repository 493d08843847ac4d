/** Reads log formats and access logs out of Apache's configuration. */
import { OpsError } from '../base/errors.ts'
import { apacheFormat } from './apache-format.ts'
import type { LogFormat } from './format.ts'
import type { WrittenLog } from './nginx-config.ts'

const commonText = '%h %l %u %t "%r" %>s %b'

/** The words of each directive; a backslash at the end of a line goes on with the next. */
function directives(text: string): readonly (readonly string[])[] {
  const lines = text.replaceAll(/\\\r?\n/g, ' ').split('\n')
  return lines.map(line => {
    if (/^\s*#/.test(line)) return []
    return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(
      ([, double, single, bare]) => (double ?? single)?.replaceAll(/\\(["'\\])/g, '$1') ?? bare ?? '',
    )
  })
}

/** As every file of it, in the order read. `logFolder` is what `${APACHE_LOG_DIR}` stands for. */
export function apacheLogs(
  text: string,
  logFolder: string,
): { readonly formats: readonly LogFormat[]; readonly logs: readonly WrittenLog[] } {
  const formats = new Map<string, LogFormat>()
  const variables = new Map([['APACHE_LOG_DIR', logFolder]])
  const written: { readonly path: string; readonly format: string }[] = []
  for (const [directive = '', first, second] of directives(text)) {
    const name = directive.toLowerCase()
    if (first === undefined) continue
    if (name === 'define') variables.set(first, second ?? '')
    else if (name === 'logformat') keep(formats, second ?? '', first)
    else if (name === 'customlog' && second !== undefined) written.push({ path: first, format: second })
    else if (name === 'transferlog') written.push({ path: first, format: '' })
  }
  const logs = written.flatMap(({ path, format }) => {
    const filled = path.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variables.get(name) ?? '*')
    if (!formats.has(format) && /%/.test(format)) keep(formats, format, format)
    const known = formats.get(format) ?? (format === '' ? apacheFormat(commonText, 'common') : undefined)
    return known && !path.startsWith('|') ? [{ path: filled, format: known }] : []
  })
  return { formats: [...formats.values()], logs }
}

/** A format of the server that we cannot read is left out: another may be that of the log. */
function keep(formats: Map<string, LogFormat>, name: string, text: string): void {
  try {
    formats.set(name, apacheFormat(text, name === '' ? text : name))
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
  }
}
