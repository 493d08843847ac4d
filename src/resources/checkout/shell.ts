/** Shell that looks at a working copy of git and brings it to a branch, tag or commit. */
import { libraryOf } from '../../shell/library.ts'
import checkoutEditText from './checkout-edit.sh'
import checkoutLookText from './checkout-look.sh'

/**
 * `ops_checkout_look URL PATH branch|tag|commit REF KEY SUBMODULES` (the last two may be empty) prints
 * `state=present|absent|filled|occupied|refused`, the last with `why=`; of one that is there `url=`, `commit=`, `branch=`, `wanted=` (the
 * commit of REF; `none`, `unknown`), `local=none|changes|commits` and, where asked, `submodules=current|stale`.
 */
export const checkoutLookLibrary = libraryOf('checkout-look', checkoutLookText)

/** `ops_checkout` with the same words. A new one is cloned beside its place and gets its name when it is whole. */
export const checkoutEditLibrary = libraryOf('checkout-edit', checkoutEditText, 'apply')
