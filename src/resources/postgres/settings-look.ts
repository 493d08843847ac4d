/** Shell that looks at the settings of a PostgreSQL server: what its files say, and what it runs with. */
import { libraryOf } from '../../shell/library.ts'
import settingsLookText from './postgres-settings-look.sh'

/**
 * Builds on `postgres-look` and `paths-look`. `ops_pg_settings_look SQL DETAIL NAME WORD...`, a word being `KEY=VALUE` or `KEY`, prints what the SQL
 * tells; `conf=`, `unit=` (`none`), `line=` where the folder of drop-ins is included; of NAME.conf in it `file=` and what
 * `ops_paths` says (`kind=none|lost` where there is no such folder, `folder=` its name then); `refusal=` why the server would not take the values, or
 * lines `made KEY VALUE` with what it makes of them.
 */
export const settingsLookLibrary = libraryOf('postgres-settings-look', settingsLookText)
