/** Shell that has certbot get, keep and delete certificates. */
import { libraryOf } from '../../shell/library.ts'
import certificateChangeText from './certificate-change.sh'

/**
 * `ops_cert_issue NAME WAY WEBROOT WORD...` gets one, the words being certbot's; `ops_cert_hook NAME HOOK` sets what is run after each renewal,
 * `ops_cert_run_hook NAME HOOK DOMAIN...` runs it where it is owed: certbot runs one that failed at the next renewal only. `ops_cert_timer` has it
 * renewed, `ops_cert_absent NAME` deletes it.
 */
export const certificateChangeLibrary = libraryOf('certificate-change', certificateChangeText, 'apply')
