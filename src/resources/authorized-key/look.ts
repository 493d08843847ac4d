/** Shell that finds a public key among those that may log in as a user. */
import { libraryOf } from '../../shell/library.ts'
import keyLookText from './key-look.sh'

/**
 * `ops_key_look USER KEY` prints `user=absent`, or `state=present|absent|several|refused`, `options=` of that key, `others=` the
 * number of other keys, `elsewhere=` and `also=` which other file that sshd reads has this key, and which has others (`none`), and `accepted=` why sshd would not let them in: it does not read the file (StrictModes, AuthorizedKeysFile and
 * PubkeyAuthentication, sshd_config(5)), or the account has expired, which only root sees; `yes` where it would.
 * KEY is the type and the base64 text, as they stand in the file. The detail is the home, and a setting of sshd that keeps the user out whatever the key.
 */
export const keyLookLibrary = libraryOf('key-look', keyLookText)
