/** Shell that brings copies back: what is missing by whole batches, what differs file by file, nothing else. */
import { libraryOf } from '../../shell/library.ts'
import bringText from './bring.sh'

/**
 * `ops_bring FROM PATH GENERATION INTO OVERWRITE`, with the write library. All that is made is made in a stage beside its place,
 * which is ours alone, and compared with the copy there by hash, mode and owner; then it gets its name. What differs in a file
 * that is there is kept as any other file that a run replaces. A kill at any moment leaves whole files, old or new.
 */
export const restoreLibrary = libraryOf('restore', bringText, 'apply')
