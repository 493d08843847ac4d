/** Shell that sees what systemd has not read of a unit, and does not say. */
import { libraryOf } from '../../shell/library.ts'
import unreadLookText from './unread-look.sh'

/**
 * `ops_unit_unread ID FRAGMENT DROP-INS TYPES` succeeds where files of a loaded unit lie there that systemd has not read, FRAGMENT and
 * DROP-INS being FragmentPath and DropInPaths of its own; TYPES is its CanFreeze, empty before 246:
 * before 244 it knew no folders for all units of a type.
 *
 * Its NeedDaemonReload passes over every folder that was not there when it last read its files, and over a unit file that was put above
 * the one it has taken (252). No program is started.
 */
export const unreadLookLibrary = libraryOf('unread-look', unreadLookText)
