/** Shell that finds whole lines. */
import { libraryOf } from '../../shell/library.ts'
import lineLookText from './line-look.sh'

/** `ops_line_look PATH present|absent LINE MATCH` prints `line=present|absent|other` and, for other, `found=`. */
export const lineLookLibrary = libraryOf('line-look', `ops_return='\r' ops_bom='\uFEFF'\n${lineLookText}`)
