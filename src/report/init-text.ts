/** What `ops init` has written, and what to try next. */
import { printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'

export interface InitRow {
  readonly path: string
  readonly purpose: string
  readonly written: boolean
}

/** `folder` is relative to where the person stands; empty for that place itself. */
export function initText(folder: string, files: readonly InitRow[], style: Style): string {
  const rows = files.map(({ path, purpose, written }) => [
    written ? style.green('written') : style.dim('kept'),
    style.bold(printableLine(path)),
    written ? purpose : 'was there already',
  ])
  return [
    table([['', '', ''], ...rows]).trimStart(),
    '',
    'Next:',
    ...(folder === '' ? [] : [`  cd ${printableLine(folder)}`]),
    '  ops plan hello local       what it would do to this machine',
    '  ops apply hello HOST       do it to a server of yours: a name of the ssh config, or user@host',
  ].join('\n')
}
