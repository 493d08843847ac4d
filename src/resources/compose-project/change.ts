/** Shell that brings a project of docker compose up, and takes it down. */
import { libraryOf } from '../../shell/library.ts'
import composeChangeText from './compose-change.sh'

/**
 * `ops_compose_up PATH NAME FILES PULL ONCE ORPHANS SECONDS WAS`: as the look has it; ORPHANS `remove` takes them away, WAS is the project
 * (may be empty) whose files are put back where it ran before and does not come up. `ops_compose_folder PATH` makes what is missing of it;
 * `ops_compose_down PATH NAME` keeps its volumes.
 */
export const composeChangeLibrary = libraryOf('compose-change', composeChangeText, 'apply')
