/** All shell that a resource may call, and functions of its own in one `.sh` file where its shell is more than a few lines. */
import { libraryOf, type ShellLibrary } from '../../shell/library.ts'
import { wayLibrary } from '../../shell/write/way.ts'
import { writeLibrary } from '../../shell/write-library.ts'
import { lookLibrary } from './look.ts'
import { tellLookLibrary } from './tell-look.ts'

/** The `library` of a resource whose probe tells a few lines and whose change is a few commands. */
export const plainShell: readonly ShellLibrary[] = [wayLibrary, lookLibrary, tellLookLibrary, writeLibrary]

/** The same with the functions of the resource's own file. */
export function ownShell(type: string, text: string): readonly ShellLibrary[] {
  return [...plainShell, libraryOf(type, text)]
}
