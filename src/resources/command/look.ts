/** Shell that asks whether a path is there. */
import { libraryOf } from '../../shell/library.ts'
import commandLookText from './command-look.sh'

/** `ops_command_made PATH` ends with 0 where it is there, 1 where it is not, and 2 where nobody may tell. */
export const commandLookLibrary = libraryOf('command-look', commandLookText)
