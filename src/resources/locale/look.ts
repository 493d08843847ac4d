/** Shell that looks at the locales of a host. */
import { libraryOf } from '../../shell/library.ts'
import localeLookText from './locale-look.sh'

/**
 * `ops_locale_look NAME...` prints `lang=` what new logins get (`none`), `missing=` those names that are not generated (`none`), and
 * whether there is a `generator=yes|no`.
 */
export const localeLookLibrary = libraryOf('locale-look', localeLookText)
