/** Shell that looks at a repository of packages, and at keys. */
import { libraryOf } from '../../shell/library.ts'
import openpgpText from './openpgp.sh'
import repositoryLookText from './repository-look.sh'

/**
 * Needs no gpg. `ops_pgp_bare FILE` prints the packets of a key file, out of their armor where they are in one; `ops_pgp_keys FILE`
 * the fingerprints of all primary keys among packets (RFC 9580, 5.5.4.2), a line each in the order of the alphabet.
 */
export const openpgpLibrary = libraryOf('openpgp', openpgpText)

/**
 * `ops_repository_look NAME SHA256 [URL SUITE ...]` prints `apt=yes|no`, `readable=`, of the keyring `ring=` its hash and `keys=` its
 * fingerprints, of the sources file `content=` its hash, whether apt has fetched its `lists=` (asked where the hash is SHA256), and
 * `twin=FILE:LINE` where another file names the same repository.
 */
export const repositoryLookLibrary = libraryOf('repository-look', repositoryLookText)
