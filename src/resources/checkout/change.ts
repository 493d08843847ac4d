/** Shell that brings a working copy of git to a branch, tag or commit. */
import { libraryOf } from '../../shell/library.ts'
import checkoutChangeText from './checkout-change.sh'

/** `ops_checkout` with the same words. A new one is cloned beside its place and gets its name when it is whole. */
export const checkoutChangeLibrary = libraryOf('checkout-change', checkoutChangeText, 'apply')
