/** Shell that looks at a working copy of git. */
import { libraryOf } from '../../shell/library.ts'
import checkoutLookText from './checkout-look.sh'

/**
 * `ops_checkout_look URL PATH branch|tag|commit REF KEY SUBMODULES` (the last two may be empty) prints
 * `state=present|absent|filled|occupied|refused`, the last with `why=`; of one that is there `url=`, `commit=`, `branch=`, `wanted=` (the
 * commit of REF; `none`, `unknown`), `local=none|changes|commits` and, where asked, `submodules=current|stale`. The detail is
 * the files that are not as committed; of what is absent, a missing directory above it.
 */
export const checkoutLookLibrary = libraryOf('checkout-look', checkoutLookText)
