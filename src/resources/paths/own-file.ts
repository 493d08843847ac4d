/** A small file that is one step's alone, for all to read: what a probe tells of it, how it should be, and why it cannot be so. */

/** What `ops_tell_own FILE` prints, for `printed(...)`. */
export const ownFileKeys = ['kind', 'why?', 'to?', 'mode?', 'owner?', 'group?', 'line'] as const

type Attribute = 'mode' | 'owner' | 'group'

/** What was printed, with mode and owners as one key. */
export function ownFileFound<Found extends { readonly [Each in Attribute]?: string }>(found: Found) {
  const { mode, owner, group, ...rest } = found
  return { ...rest, dress: mode === undefined ? '' : `${mode} ${owner}:${group}` }
}

/** How it should be: there with this line, or where that is undefined not there. */
export const ownFile = (line: string | undefined) =>
  line === undefined ? { kind: 'absent' } : { kind: 'file', dress: '644 root:root', line }

/** What stands in its way. */
export function ownFileImpossible(path: string, found: { readonly kind?: unknown; readonly why?: unknown }) {
  if (found.kind === 'refused') return String(found.why)
  return found.kind === 'file' || found.kind === 'absent'
    ? undefined
    : `${path} is a ${found.kind}, not a file`
}
