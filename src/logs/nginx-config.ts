/** Reads log formats and access logs out of nginx's configuration. */
import type { Escaping, LogFormat } from './format.ts'
import { nginxFormat } from './nginx-format.ts'

/** One log that a server writes. */
export interface WrittenLog {
  readonly path: string
  readonly format: LogFormat
}

/** The words of each simple directive; braces and comments left out. */
function directives(text: string): readonly (readonly string[])[] {
  const found: string[][] = []
  let words: string[] = []
  const token =
    /\s+|#[^\n]*|([;{}])|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|((?:[^\s;{}\\"']|\$\{|\\[\s\S])(?:[^\s;{}\\]|\\[\s\S]|\$\{\w+\})*)/gy
  for (const match of text.matchAll(token)) {
    const [, mark, double, singleQuoted, bare] = match
    const word = double ?? singleQuoted ?? bare
    if (word !== undefined) words.push(unquoted(word))
    else if (mark !== undefined) {
      if (words.length > 0) found.push(words)
      words = []
    }
  }
  return found
}

/** As ngx_conf_read_token does: a backslash goes before quotes, itself, t, r and n. */
function unquoted(word: string): string {
  const letters: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' }
  return word.replace(/\\(["'\\trn])/g, (_, letter: string) => letters[letter] ?? letter)
}

/** Every `log_format` by its name, with `combined`, which nginx has by itself. */
export function nginxFormats(text: string): ReadonlyMap<string, LogFormat> {
  const formats = new Map<string, LogFormat>()
  for (const [directive, name, ...rest] of directives(text)) {
    if (directive !== 'log_format' || name === undefined) continue
    const chosen = /^escape=(default|json|none)$/.exec(rest[0] ?? '')?.[1]
    const escaping: Escaping = chosen === 'json' || chosen === 'none' ? chosen : 'hex'
    const parts = chosen === undefined ? rest : rest.slice(1)
    formats.set(name, nginxFormat(parts.join(''), escaping, name))
  }
  return formats
}

const combinedText =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'

/** Every `access_log` that is a file, with its format; `prefix` is what relative paths begin at. */
export function nginxLogs(text: string, prefix: string): readonly WrittenLog[] {
  const formats = new Map([['combined', nginxFormat(combinedText, 'hex', 'combined')], ...nginxFormats(text)])
  return directives(text).flatMap(([directive, path, name]) => {
    if (
      directive !== 'access_log' ||
      path === undefined ||
      path === 'off' ||
      /^(syslog|memory):/.test(path)
    ) {
      return []
    }
    const format = formats.get(name === undefined || name.includes('=') ? 'combined' : name)
    // A path with variables stands for many files.
    const pattern = path.replaceAll(/\$\{?\w+\}?/g, '*')
    return format ? [{ path: pattern.startsWith('/') ? pattern : `${prefix}/${pattern}`, format }] : []
  })
}
