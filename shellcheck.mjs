/** What shellcheck says of the shell in src: all that it warns of, and words without quotes, which a blank or a `*` in a value would make several. */
import { readFileSync } from 'node:fs'

export const shellcheckFlags = ['--shell=sh', '--severity=info', '--format=json']

/** `$1`, `$*` and `$(...)` without quotes. */
const splitting = new Set([2086, 2046, 2048])

/** Meant are `set -- $x`, and lists whose name says what they are a list of; of others a `disable` says the reason. */
const isMeant = (line, word) =>
  /(?:^|[;&|({]|\b(?:do|then|else)\b)\s*set -- [^;&|]*$/.test(line.slice(0, line.indexOf(word))) ||
  /^\$\{?ops_(?:\w*_)?(?:words|names|files|places|members)(?!\w)/.test(word)

/** Of what shellcheck printed as JSON a line for each finding that counts; `textOf` gives the text of a file. */
export function shellFindings(json, textOf = file => readFileSync(file, 'utf8')) {
  return JSON.parse(json).flatMap(({ file, line, column, endColumn, level, code, message }) => {
    const whole = textOf(file).split('\n')[line - 1] ?? ''
    const counts = splitting.has(code)
      ? !isMeant(whole, whole.slice(column - 1, endColumn - 1))
      : level === 'error' || level === 'warning'
    return counts ? [`${file}:${line}:${column}: ${message} SC${code}: ${whole.trim()}`] : []
  })
}

/** Lines that silence it about words without quotes and do not say why. */
export const unexplained = text => text.match(/^.*disable=SC(?:2086|2046|2048)(?! # ).*$/gm) ?? []
