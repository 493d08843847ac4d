/** All shell of a resource that has its own functions in one `.sh` file. */
import { libraryOf, type ShellLibrary } from '../../shell/library.ts'
import { wayLibrary } from '../../shell/write/way.ts'
import { writeLibrary } from '../../shell/write-library.ts'
import { lookLibrary } from './look.ts'

/** The `library` of a resource: the functions of its file, and all that they may call to look at paths and to write. */
export function ownShell(type: string, text: string): readonly ShellLibrary[] {
  return [wayLibrary, lookLibrary, libraryOf(type, text), writeLibrary]
}
