/** What the bench asks of each tool that it compares. */
import { execFileSync } from 'node:child_process'

/** The host as a contender reaches it: through the slow link. */
export interface Reached {
  /** The host's name in `sshConfig`. */
  readonly name: string
  readonly sshConfig: string
  /** An empty folder for this contender and this host. */
  readonly folder: string
}

/** A program to run and to measure. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Contender {
  readonly name: string
  /** One line on how it was set up, for the table. */
  readonly about: string
  /** Why it cannot take part here; undefined when it can. */
  missing(): string | undefined
  /** For the table; asked only where nothing is missing. */
  version(): string
  /** Paths of this machine that the host sees, such as a resident binary. */
  readonly binds?: readonly string[]
  /** Brings the host to the wanted state; run once on a fresh host, and again where nothing is left to do. */
  command(host: Reached): Command
  /** What it runs where nothing is left to do, if that is another command. */
  lookCommand?(host: Reached): Command
}

/** What a program says first, on whichever of its outputs. */
export function firstLineOf([program = '', ...args]: readonly string[]): string {
  const said = execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' })
  return said.split('\n')[0]?.trim() ?? ''
}
