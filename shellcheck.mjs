/** What shellcheck says of the shell in src: all that it warns of, and words without quotes, which a blank or a `*` in a value would make several. */
import { readFileSync } from 'node:fs'

export const shellcheckFlags = ['--shell=sh', '--severity=info', '--format=json']

/** `$1`, `$*` and `$(...)` without quotes. */
const splitting = new Set([2086, 2046, 2048])

/** Meant are `set -- $x`, and lists whose name says what they are a list of; of others a `disable` says the reason. */
const isMeant = (line, word) =>
  /(?:^|[;&|({]|\b(?:do|then|else)\b)\s*set -- [^;&|]*$/.test(line.slice(0, line.indexOf(word))) ||
  /^\$\{?ops_(?:\w*_)?(?:words|names|files|places|members)(?!\w)/.test(word)

const isFaultOfFile = ({ level }) => level === 'error' || level === 'warning'

/** `[ A -ef B ]`: in POSIX since 2024, and in dash, bash and busybox. */
const sameFile = 3013

/** What is no POSIX sh, and what cannot be read; a word in place of a hole is no cause of either. */
const isFaultOfTemplate = ({ level, code }) =>
  (code < 2000 && level === 'error') || (code >= 3000 && code < 4000 && code !== sameFile)

/** Of what shellcheck printed as JSON a line for each finding that counts; `textOf` gives the text of a file. */
export function shellFindings(json, textOf = file => readFileSync(file, 'utf8'), isFault = isFaultOfFile) {
  return JSON.parse(json).flatMap(({ file, line, column, endColumn, level, code, message }) => {
    const whole = textOf(file).split('\n')[line - 1] ?? ''
    const counts = splitting.has(code)
      ? !isMeant(whole, whole.slice(column - 1, endColumn - 1))
      : isFault({ level, code })
    return counts ? [`${file}:${line}:${column}: ${message} SC${code}: ${whole.trim()}`] : []
  })
}

/** Lines that silence it about words without quotes and do not say why. */
export const unexplained = text => text.match(/^.*disable=SC(?:2086|2046|2048)(?! # ).*$/gm) ?? []

/** The texts behind sh`` of a source, each on the lines where it stands there: a hole is one quoted word, whatever stands in it. */
export function shellTemplates(source) {
  return [...source.matchAll(/(?<![\w`'"./]|^ *(?:\/?\*|\/\/).*)sh`/gm)].map(({ index }) => {
    let text = linesOf(source.slice(0, index))
    let depth = 0
    for (let at = index + 3; at < source.length; at++) {
      const here = source.slice(at, at + (source[at] === '\\' || source.startsWith('${', at) ? 2 : 1))
      at += here.length - 1
      if (depth > 0) {
        text += linesOf(here)
        if (here.endsWith('{')) depth++
        if (here === '}' && --depth === 0) text += "'hole'"
      } else if (here === '`') return text
      else if (here === '${') depth = 1
      else text += here.replace(/^\\/, '')
    }
    return text
  })
}

const linesOf = text => text.replaceAll(/[^\n]/g, '')

/** What stands in these texts of templates, each told as a line of `file`. */
export const templateFindings = (json, textOf) => shellFindings(json, textOf, isFaultOfTemplate)
