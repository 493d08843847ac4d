/** The first program of a run, started in the same breath as the login by which it is to run. */
import type { Client } from 'ssh2'
import { commandLine } from './command-line.ts'
import { openEarly } from './ssh2-early-session.ts'
import { type ChannelProcess, channelProcess } from './ssh2-process.ts'
import type { FirstProgram } from './transport.ts'

/** A program that was started before it was known whether the host lets us in. */
export interface EarlyProgram {
  readonly command: string
  readonly wrapped: ChannelProcess
  readonly opened: Promise<void>
  readonly isDropped: () => boolean
}

export const refusedProgram = 'the server refused to start a program'

/** Starts `first` while that login is under way; undefined where it is not wanted, or the server is not known to bear it. */
export function beginEarly(
  client: Client,
  first: FirstProgram,
  login: { readonly name: string; readonly user: string },
): EarlyProgram | undefined {
  const argv = first.argv(login)
  if (argv === undefined) return undefined
  const command = commandLine(argv)
  const session = openEarly(client, command, () => wrapped?.lose(refusedProgram))
  const wrapped = session && channelProcess(session.channel)
  if (!session || !wrapped) return undefined
  session.opened.catch((error: Error) => wrapped.lose(error.message))
  first.begin(wrapped.process, login)
  return { ...session, command, wrapped }
}
