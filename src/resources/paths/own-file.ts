/** A small file that is one step's alone, for all to read: what a probe tells of it, how it should be, and why it cannot be so. */

/** What `ops_tell_own FILE` prints, for `printed(...)`. */
export const ownFileKeys = ['kind', 'why?', 'to?', 'mode?', 'owner?', 'group?', 'line'] as const

type Attribute = 'mode' | 'owner' | 'group'

type Printed = { readonly kind?: string } & { readonly [Each in Attribute]?: string }

/** What was printed, in the words of a plan: `file` is `present`, `absent`, or what is there instead. */
export function ownFileFound<Found extends Printed>(found: Found) {
  const { kind = '', mode, owner, group, ...rest } = found
  return {
    ...rest,
    file: kind === 'file' ? 'present' : kind,
    'mode and owner': mode === undefined ? '' : `${mode} ${owner}:${group}`,
  }
}

/** How it should be: there with this line, or where that is undefined not there. */
export const ownFile = (line: string | undefined) =>
  line === undefined ? { file: 'absent' } : { file: 'present', 'mode and owner': '644 root:root', line }

/** What stands in its way. */
export function ownFileImpossible(path: string, found: { readonly file?: unknown; readonly why?: unknown }) {
  if (found.file === 'refused') return String(found.why)
  return found.file === 'present' || found.file === 'absent'
    ? undefined
    : `${path} is a ${found.file}, not a file`
}
