/** Shell that fetches one file and puts it in its place. */
import { libraryOf } from '../../shell/library.ts'
import downloadChangeText from './download-change.sh'

/** `ops_download URL SHA256 PATH OPTION...`, with the options of `ops_write`. */
export const downloadChangeLibrary = libraryOf('download-change', downloadChangeText, 'apply')
