/** What disks say of themselves: SMART, with the bits of smartctl's exit code read. */
import type { Finding } from '../../engine/resource.ts'
import { libraryOf } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf } from './look.ts'
import smartText from './smart.sh'

/** Prints `smart DEVICE CODE` of each disk that answers. smartctl is used where it is, never installed. */
const smartLibrary = libraryOf('filesystem-smart', smartText)

/** The look. Bits of the exit code: smartctl(8), EXIT STATUS. */
export const smartLook: FilesystemLook = {
  doc: 'no disk that answers SMART is failing',
  library: [filesystemLookLibrary, smartLibrary],
  probe: () => sh`ops_told ops_smart_look`,
  findings: records =>
    recordsOf(records, 'smart').flatMap(([device = '', code]) => smartFindings(device, Number(code))),
}

const verdicts: readonly { readonly bit: number; readonly what: string; readonly next: string }[] = [
  { bit: 3, what: 'says that it is FAILING', next: 'copy what it holds now, then replace it' },
  {
    bit: 4,
    what: 'has attributes at or below their threshold that announce a failure',
    next: 'copy what it holds, then replace it',
  },
  {
    bit: 5,
    what: 'had attributes at or below their threshold in the past',
    next: '`smartctl -A` shows which: watch them, and plan for its replacement',
  },
  {
    bit: 6,
    what: 'has errors in its log',
    next: '`smartctl -l error` shows them: check cables, then run `smartctl -t long`',
  },
  {
    bit: 7,
    what: 'has failed self-tests in its log',
    next: '`smartctl -l selftest` shows them: copy what it holds, then replace it',
  },
]

/** What one exit code of smartctl says of a disk; bits 0 to 2 are about asking it. */
export function smartFindings(device: string, code: number): readonly Finding[] {
  return verdicts
    .filter(({ bit }) => (code & (1 << bit)) !== 0)
    .map(({ what, next }) => finding(`the disk ${device} ${what} (SMART)`, undefined, next))
}
