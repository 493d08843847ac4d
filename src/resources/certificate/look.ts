/** Shell that looks at a certificate that certbot keeps. */
import { libraryOf } from '../../shell/library.ts'
import certificateLookText from './certificate-look.sh'

/**
 * `ops_cert_look NAME` prints `program=yes|no`, `certificate=absent|present|broken` or `unknown`, where parts of it are there of which certbot
 * does not know, `renewal=yes|no|none` (the timer), and of one that is there `names=`, `keyType=`, `until=`, `issuer=`, `key=` whether its
 * private key is the one, `valid=yes|soon|no` (`soon`: a sixth of its time is left; certbot renews with a third left), and of its renewal `server=`,
 * `way=`, `webroot=` and `hook=`; `hookRun=done|owed` tells whether that ended well for the certificate that is there, where ops had it issued.
 */
export const certificateLookLibrary = libraryOf('certificate-look', certificateLookText)
