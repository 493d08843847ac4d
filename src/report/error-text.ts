/** An error as a colleague would tell it: what happened, where, what it said, what is true now, what to do. */
import { counted } from '../base/counted.ts'
import type { ErrorData } from '../base/errors.ts'
import { printable, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { place, stepName } from './words.ts'

const saidLines = 20

/** One error as lines without an end of line. */
export function errorText(error: ErrorData, style: Style): string {
  // A step may be named by its whole command, and that stands in the title too.
  const name = error.step === undefined ? undefined : printableLine(error.step)
  const title = printable(
    name === undefined ? error.title : error.title.replace(error.step ?? '', stepName(name)),
  ).trimEnd()
  // Titles often name the host or step themselves: twice is one too many. A step's name may hold that of the host.
  const shown = name === undefined ? undefined : stepName(name)
  const beside = shown === undefined ? title : title.replaceAll(shown, '')
  const about = [
    ...(error.host !== undefined && !namesHost(beside, error.host) ? [stepName(error.host)] : []),
    ...(shown !== undefined && !title.includes(shown) ? [shown] : []),
  ].join(': ')
  const head = `${style.red(style.bold(`error[${error.code}]`))} ${about && `${style.bold(about)}: `}${title}`
  const rows: [string, string][] = []
  if (error.where) rows.push(['at', place(error.where)])
  if (error.detail) rows.push(['', printable(error.detail).trimEnd()])
  if (error.command) rows.push(['ran', printable(error.command).trimEnd()])
  if (error.said) rows.push(['said', lastLines(printable(error.said).trimEnd(), saidLines)])
  // An input error touched nothing by nature: saying so each time is noise.
  if (error.changed && error.code !== 'input') rows.push(['changed', changedText(error)])
  if (error.next) rows.push(['next', printable(error.next).trimEnd()])
  const width = Math.max(0, ...rows.map(([label]) => label.length))
  const body = rows.map(([label, text]) => {
    const [first = '', ...more] = text.split('\n')
    const lead = label === '' ? '' : `${style.dim(label.padEnd(width))}  `
    const gap = label === '' ? '' : ' '.repeat(width + 2)
    return [`  ${lead}${first}`, ...more.map(line => `  ${gap}${line}`)].join('\n')
  })
  return [head, ...body].join('\n')
}

/** Whether a text names a host, and not only something longer that its name is a part of. */
function namesHost(text: string, host: string): boolean {
  const name = stepName(host).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\w.@/:-])${name}(?![\\w@/-]|\\.\\w)`).test(text)
}

/** Many errors; what is to be done about several that stand together is said below the last of them. */
export function errorsText(errors: readonly ErrorData[], style: Style): string {
  return errors
    .map((error, at) => {
      const { next, ...rest } = error
      const isSaidLater = next !== undefined && errors[at + 1]?.next === next
      return errorText(isSaidLater ? rest : error, style)
    })
    .join('\n\n')
}

/** True for a key that nobody has accepted yet; a changed or revoked one is told on its own. */
export function isUnknownHostKey(error: ErrorData): boolean {
  return error.code === 'host-key' && error.title.endsWith('is not known')
}

/** Hosts whose keys are not known yet, in one table: a person checks them all in one go. */
export function hostKeysText(errors: readonly ErrorData[], style: Style): string {
  const [first] = errors
  if (first === undefined || errors.length === 1) return first ? errorText(first, style) : ''
  const rows = errors.map(error => {
    const key = /the (\S+) key (SHA256:\S+?)[,.]?(?=\s|$)/.exec(error.detail ?? '')
    const [type, print] = key ? [key[1] ?? '', key[2] ?? ''] : ['', error.detail ?? error.title]
    return { host: printableLine(error.host ?? '?'), type: printableLine(type), print: printableLine(print) }
  })
  const hostWidth = Math.max(...rows.map(row => row.host.length))
  const typeWidth = Math.max(...rows.map(row => row.type.length))
  const nexts = [...new Set(errors.flatMap(error => (error.next ? [printable(error.next)] : [])))]
  return [
    `${style.red(style.bold('error[host-key]'))} the keys of ${errors.length} hosts are not known; nothing was sent to them`,
    ...rows.map(
      ({ host, type, print }) =>
        `  ${style.bold(host.padEnd(hostWidth))}  ${type.padEnd(typeWidth)}  ${print}`,
    ),
    ...nexts.map(next => `  ${style.dim('next')}  ${next}`),
  ].join('\n')
}

/** What is true of the host now, in words. */
export function changedText({ changed, step, host }: ErrorData): string {
  // Steps before it may well have changed the host: this one speaks for itself alone.
  if (changed === 'no') {
    if (step !== undefined) return 'no, as far as this step goes'
    return host === undefined ? 'no: all is as it was' : 'no: the host is as it was'
  }
  if (changed !== 'yes') return 'unknown: look at the host'
  return host === undefined ? 'yes: something differs from before' : 'yes: the host differs from before'
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n')
  if (lines.length <= count) return text
  return [`… ${counted(lines.length - count, 'line')} before`, ...lines.slice(-count)].join('\n')
}
