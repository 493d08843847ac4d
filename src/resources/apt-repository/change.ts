/** Shell that puts a repository of packages into the sources of apt, and takes it out. */
import { libraryOf } from '../../shell/library.ts'
import repositoryChangeText from './repository-change.sh'

/**
 * `ops_repository NAME KEY FINGERPRINTS SOURCES`: KEY is a URL, armored text, or empty where the keyring stays as it is. What apt
 * cannot use is put back. `ops_repository_absent NAME`.
 */
export const repositoryChangeLibrary = libraryOf('repository-change', repositoryChangeText, 'apply')
