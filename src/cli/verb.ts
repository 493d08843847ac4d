/** What a verb of the command line is: its words in the help, and the code behind it. */
import type { Screen } from '../report/screen.ts'

export interface VerbContext {
  readonly screen: Screen
}

/** What a file under verbs/ exports. Answers with the exit code; throws OpsError or InputErrors. */
export interface VerbModule {
  run(argv: readonly string[], context: VerbContext): Promise<number>
}

export interface Verb {
  readonly name: string
  /** What follows the name. */
  readonly usage: string
  readonly summary: string
  /** Another verb's line of the help names it. */
  readonly isNamedBeside?: true
  load(): Promise<VerbModule>
}
