/** Shell that looks at a project of docker compose. */
import { libraryOf } from '../../shell/library.ts'
import composeLookText from './compose-look.sh'

/**
 * `ops_compose_look up|absent PATH NAME FILES CONTENT ENV PULL ONCE`: FILES and ONCE are names with a blank between; CONTENT and ENV begin with
 * `=`, and are empty where the recipe does not give them. Prints why nothing can be told (`refused=`, `program=`, `engine=`, `lacks=`), or
 * `name=`, `service=NAME STATE` for each that is not as it should be, `orphan=NAME`, `containers=none`, `place=` where a folder elsewhere has that project,
 * `unset=` variables, `gone=` images that the host has not, `newer=` images that their registry has newer. Nothing is pulled.
 */
export const composeLookLibrary = libraryOf('compose-look', composeLookText)
