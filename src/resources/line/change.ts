/** Shell that replaces, adds and removes whole lines. */
import { libraryOf } from '../../shell/library.ts'
import lineChangeText from './line-change.sh'

/** `ops_line PATH present|absent LINE MATCH`. */
export const lineChangeLibrary = libraryOf('line-change', lineChangeText, 'apply')
