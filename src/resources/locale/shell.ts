/** Shell that looks at the locales of a host, generates some, and names the one for all. */
import { libraryOf } from '../../shell/library.ts'
import localeText from './locale.sh'
import localeEditText from './locale-edit.sh'

/**
 * `ops_locale_look NAME...` prints `lang=` what new logins get (`none`), `missing=` those names that are not generated (`none`), and
 * whether there is a `generator=yes|no`.
 */
export const localeLookLibrary = libraryOf('locale-look', localeText)

/** `ops_locale LANG NAME...`, as Debian and its relatives have it: /etc/locale.gen, locale-gen, /etc/default/locale. */
export const localeEditLibrary = libraryOf('locale-edit', localeEditText, 'apply')
