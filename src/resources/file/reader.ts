/** Folders whose reader leaves out files without a word: what a file there must be like to count (cron(8), run-parts(8), sudoers(5)). */
import { Secret } from '../../base/secret.ts'
import type { Content } from './content.ts'

interface Placed {
  readonly path: string
  /** What it has in the end; undefined where nobody knows. */
  readonly mode?: string | undefined
  readonly content: Content | undefined
}

/** Lines for the plan, one for each reason that this file would be left out; empty where all is well. */
export function readerNotes({ path, mode, content }: Placed): readonly string[] {
  const [, folder = '', name = ''] =
    /^\/etc\/(cron\.(?:d|hourly|daily|weekly|monthly)|sudoers\.d)\/([^/]+)$/.exec(path) ?? []
  if (folder === 'sudoers.d')
    return /\.|~$/.test(name)
      ? [`sudo reads no file whose name has a dot in it or ends with ~: this one counts for nothing`]
      : []
  if (folder === '') return []
  const named = /^[\w-]+$/.test(name)
    ? []
    : [
        'cron runs no file whose name has other characters than letters, digits, _ and -: this one counts for nothing',
      ]
  if (folder !== 'cron.d') {
    const isRun = mode === undefined || /[1357]/.test(mode.slice(-3))
    return isRun ? named : [...named, `cron runs no file here that may not be executed (mode ${mode})`]
  }
  const text = content?.kind === 'text' && !(content.text instanceof Secret) ? content.text : undefined
  const isWritten = mode !== undefined && /[2367]/.test(mode.slice(-2))
  return [
    ...named,
    ...(isWritten ? [`cron ignores a file here that its group or others may write (mode ${mode})`] : []),
    ...(text === undefined ? [] : crontabNotes(text)),
  ]
}

function crontabNotes(text: string): readonly string[] {
  const cut = text.split('\n').filter(line => /^\s*[^#\s].*(?<!\\)%/.test(line) && !/^\s*\w+\s*=/.test(line))
  return [
    ...(text === '' || text.endsWith('\n')
      ? []
      : ['cron ignores a file whose last line has no line break at its end']),
    ...(cut.length === 0
      ? []
      : [
          'in a crontab a command ends at its first %, and the rest is its input: write \\% where a percent sign is meant',
        ]),
  ]
}
