/** Shell that finds, replaces, adds and removes whole lines. */

import { libraryOf } from '../../shell/library.ts'
import lineEditText from './line-edit.sh'
import lineLookText from './line-look.sh'

/** `ops_line_look PATH present|absent LINE MATCH` prints `line=present|absent|other` and, for other, `found=`. */
export const lineLookLibrary = libraryOf('line-look', `ops_return='\r' ops_bom='\uFEFF'\n${lineLookText}`)

/** `ops_line PATH present|absent LINE MATCH`. */
export const lineEditLibrary = libraryOf('line-edit', lineEditText, 'apply')
