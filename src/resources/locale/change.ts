/** Shell that generates locales, and names the one for all. */
import { libraryOf } from '../../shell/library.ts'
import localeChangeText from './locale-change.sh'

/** `ops_locale LANG NAME...`, as Debian and its relatives have it: /etc/locale.gen, locale-gen, /etc/default/locale. */
export const localeChangeLibrary = libraryOf('locale-change', localeChangeText, 'apply')
