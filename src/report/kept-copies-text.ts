/** The copies that a host keeps, as a person reads them. */
import { counted } from '../base/counted.ts'
import type { KeptCopy } from '../run/kept-copies.ts'
import { printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'

/** One block for one host. */
export function keptCopiesText(
  {
    host,
    path,
    copies,
  }: { readonly host: string; readonly path?: string; readonly copies: readonly KeptCopy[] },
  style: Style,
): string {
  const name = style.bold(printableLine(host))
  if (copies.length === 0)
    return `${name}: nothing is kept${path === undefined ? '' : ` of ${printableLine(path)}`}`
  const rows = copies.map(copy => [
    `  ${copy.at.replace('T', ' ').replace('Z', '')}`,
    style.dim(copy.run),
    `${copy.sizeBytes} B`,
    `${copy.mode} ${printableLine(copy.owner)}:${printableLine(copy.group)}`,
    style.bold(printableLine(copy.path)),
  ])
  const newest = copies[0]
  return [
    `${name}: ${counted(copies.length, 'copy', 'copies')} of files as they were before a run changed them (times are UTC)`,
    table([['  before', 'run', 'size', 'mode', 'file'], ...rows]),
    style.dim(
      `  put one back: ops kept ${printableLine(host)} restore ${printableLine(newest?.path ?? 'FILE')}`,
    ),
  ].join('\n')
}
