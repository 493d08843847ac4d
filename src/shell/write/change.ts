/** Shell that changes mode and owner, removes, makes links, and puts back what a run has changed. */
import { libraryOf } from '../library.ts'
import changeText from './change.sh'

/** Part of the write library: all that is not new content. */
export const changeFunctions = libraryOf('change', changeText, 'apply')
