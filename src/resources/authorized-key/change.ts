/** Shell that puts a public key among those that may log in as a user, or takes it away. */
import { libraryOf } from '../../shell/library.ts'
import keyChangeText from './key-change.sh'

/** `ops_key USER present|absent KEY LINE exclusive|'' named|''`: with the look, directory and write libraries. */
export const keyChangeLibrary = libraryOf('key-change', keyChangeText, 'apply')
