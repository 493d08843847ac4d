/** What params alone tell of the end of a step, so that two steps that want opposite things are known before any host is asked. */
import type { Claim } from './claims.ts'

/** One thing of the host and what it is once the step is done. */
export interface Promised {
  readonly of: Claim
  /** `absent`, or what is there: a `file` and a `directory` shut each other out, `there` is either, else a value. */
  readonly is: string
  /** How `is` reads for a person, where it must not be shown itself. */
  readonly words?: string
}

/** What a step does to the text of one file. */
export interface TextEdit {
  readonly path: string
  /** The whole text that it leaves there. */
  readonly whole?: string
  /** The line that it leaves there, in each spelling that it may get. */
  readonly leaves?: readonly string[]
  /** Whether it would replace or remove such a line, which another step leaves there. */
  takes?(line: string): boolean
  /** False where it would surely change this text. */
  accepts?(text: string): boolean
}
