/** What the documentation is generated from, beside what verbs, recipes and resources say of themselves. */
import type { ErrorCode } from '../base/errors.ts'
import { dbVerbs } from './db/sub-verbs.ts'
import { exitCodes } from './exit-code.ts'
import { jobVerbs } from './job/sub-verbs.ts'
import { verbs as allVerbs } from './verbs.ts'

/** Words below a verb that tell of their own flags, beside those of `db` and `job`. */
const ownParts: Readonly<Record<string, readonly DocumentedVerb[]>> = {
  logs: [
    { name: 'csv', summary: 'Access logs as CSV.' },
    { name: 'sql', summary: 'Access logs asked in SQL, here or on a cluster.' },
    { name: 'push', summary: 'Access logs brought to where a cluster reads them.' },
  ],
  socks: [{ name: 'exec', summary: 'One command through a tunnel of its own.' }],
}

/** What has a help of its own; a name is what stands after `ops`. */
export interface DocumentedVerb {
  readonly name: string
  readonly summary: string
}

/** All that has a help of its own. */
export const verbs: readonly DocumentedVerb[] = allVerbs.flatMap(({ name, summary }) => {
  const below = name === 'db' ? dbVerbs : name === 'job' ? jobVerbs : (ownParts[name] ?? [])
  return [{ name, summary }, ...below.map(part => ({ name: `${name} ${part.name}`, summary: part.summary }))]
})

/** One kind of error: what it means, what it mostly comes from, and the way out. */
export interface ErrorKind {
  readonly exitCode: number
  readonly means: string
  readonly causes: string
  readonly next: string
}

const words: Readonly<Record<ErrorCode, Omit<ErrorKind, 'exitCode'>>> = {
  input: {
    means: 'What was asked for cannot be done as it was written. No host was changed.',
    causes:
      'A misspelt flag, recipe or host; a param of the wrong type; a recipe with a type error; steps that contradict each other.',
    next: 'All that is wrong is told at once, each with its place: put it right and run again.',
  },
  unreachable: {
    means: 'No connection came about. The host is as it was.',
    causes: 'A wrong address or port, a host that is down, a firewall, a jump host that does not lead on.',
    next: 'Try `ssh HOST` with the same ssh config; `--timeout` bounds the wait; `-v` tells which backend was taken, and why.',
  },
  authentication: {
    means: 'The host answered and let nobody in, or sudo wanted a password. Nothing was changed.',
    causes:
      'No key that it accepts, an agent that does not run, a private key that others may read, sudo with a password.',
    next: 'Try `ssh HOST`; name a key with `--identity`; `--ask-become-pass` asks for the sudo password, `--no-become` does without.',
  },
  'host-key': {
    means: 'The key of the host is not known, or is another one than before. Nothing was sent to it.',
    causes: 'A first login, a host that was installed anew, or somebody in between.',
    next: 'Compare the fingerprint by another way. `--accept-new` records keys that are not known yet; a changed one is never accepted: remove the old line from known_hosts once you know why.',
  },
  lost: {
    means: 'The connection ended in the middle of a run: what the host did last is not known here.',
    causes: 'A network that went away, a host that went down, a controller that slept.',
    next: 'The host stops after its running step and frees its lock by itself. Run again: what is done is found done; `ops show RUN HOST` asks the host what it has written down.',
  },
  locked: {
    means: 'Another run holds the host; its holder is named. This run changed nothing there.',
    causes: 'A colleague or a timer applies at the same time.',
    next: 'Wait with `--wait`, or run again later.',
  },
  failed: {
    means: 'A step, or the look at one, went wrong on the host. Steps after it were not touched.',
    causes:
      'What the command said stands with the error: a package that is not there, a full disk, a service that does not start.',
    next: 'Mend the cause, run again; steps that are done cost nothing. `ops undo RUN` takes back what the run did.',
  },
  'not-converged': {
    means: 'A step ended well, and a look afterwards shows that it is not as wanted.',
    causes:
      'A command whose `unless` does not see what it did, a service that starts and dies, a program that rewrites a file.',
    next: 'Compare what the error shows as wanted and as found.',
  },
  undone: {
    means: 'A later step of the same run has undone an earlier one: both are named.',
    causes: 'Two steps that want different things of one place in a way that only the host shows.',
    next: 'Leave one of them out, or say by `buildsOn` that one is built on the other.',
  },
  unstable: {
    means: 'The look at a step gave another answer each time, with nobody changing anything.',
    causes: 'A command whose check prints a time, a counter or a process id.',
    next: 'Let the check print only what the decision needs.',
  },
  moved: {
    means:
      'Somebody else changed what the plan was made from. Their edit was not overwritten; that host stopped there.',
    causes:
      'A person or a program edited the same thing between plan and act; after `ops undo`, something that cannot or must not be taken back.',
    next: 'Look at what is there now and plan again.',
  },
  reverted: {
    means: 'A change was taken back, by the run or by the host itself.',
    causes: 'A configuration that its service refuses; a change after which nobody could log in any more.',
    next: 'What the program said stands with the error: mend it and apply again.',
  },
  interrupted: {
    means: 'The operator stopped the run, or a question was left unanswered.',
    causes: 'Ctrl-C, a terminal that was closed, SIGTERM.',
    next: 'Each host ended after its running step. Run again: it goes on from there.',
  },
}

/** Every kind there is. */
export const errorKinds: Readonly<Record<string, ErrorKind>> = Object.fromEntries(
  Object.entries(words).map(([code, kind]) => [code, { ...kind, exitCode: exitCodes[code as ErrorCode] }]),
)
