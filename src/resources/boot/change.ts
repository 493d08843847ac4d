/** How what holds now and at boot is set: what runs first, and then its file. */
import { libraryOf } from '../../shell/library.ts'
import changeText from './boot-change.sh'

/** `ops_boot_hold FILE LINE VALUE WAS SETTER...` */
export const bootChangeLibrary = libraryOf('boot-change', changeText, 'apply')
