/** Says what went wrong between git and the host, from what git printed. */
import { type Changed, type ErrorCode, OpsError } from '../base/errors.ts'

interface Cause {
  readonly sign: RegExp
  readonly code?: ErrorCode
  readonly title: string
  readonly next: string
}

/** The first sign that fits names the cause; ops itself was logged in by then. */
const causes: readonly Cause[] = [
  {
    sign: /bad line length character|bad pack header|unexpected disconnect while reading sideband/,
    title: 'the login shell of that user prints text of its own, which git takes for its protocol',
    next: 'On the host, let .bashrc and the like print only for people: `case $- in *i*) echo ... ;; esac`.',
  },
  {
    sign: /Host key verification failed/,
    code: 'host-key',
    title: 'ssh, as git runs it, does not know the key of the host',
    next: 'Log in once with `ssh` to the same address, then run again.',
  },
  {
    sign: /Permission denied \((publickey|password|keyboard|gssapi|hostbased)/,
    code: 'authentication',
    title: 'ssh, as git runs it, could not log in',
    next: 'ops could: load the key into ssh-agent, or name it in the ssh config, so that plain git finds it too.',
  },
  {
    sign: /dubious ownership/,
    title: 'git on the host does not trust the repository, as it belongs to somebody else',
    next: 'Give it to the user that logs in, or let that user trust it: `git config --global --add safe.directory PATH` on the host.',
  },
  {
    sign: /git-(receive|upload)-pack: (command )?not found|Unknown command/,
    title: 'git is not found by the login shell of that user',
    next: 'Install git on the host, or put it on the PATH of shells that are not interactive.',
  },
  {
    sign: /shallow update not allowed/,
    title: 'this project is a shallow clone, which the host does not take',
    next: 'Fetch the whole history first: `git fetch --unshallow`.',
  },
  {
    sign: /non-fast-forward|fetch first|stale info/,
    code: 'moved',
    title: 'somebody pushed to the host meanwhile',
    next: 'Bring it in with `git pull`, then run again: ops never forces a push.',
  },
  {
    sign: /No space left on device|Disk quota exceeded/,
    title: 'the disk of the host is full',
    next: 'Make room there, then run again: it goes on where it stopped.',
  },
  {
    sign: /insufficient permission|unable to (create|write|open)|Permission denied/,
    title: 'the user that logs in may not write to the repository',
    next: 'Give the repository to that user on the host, then run again.',
  },
  {
    sign: /pre-receive hook declined|hook declined/,
    title: 'a hook on the host refused the push',
    next: 'See what it said; then run again.',
  },
  {
    sign: /git-lfs/,
    title: 'the pre-push hook of Git LFS failed',
    next: 'A plain SSH host keeps no LFS contents: push the pointers alone with GIT_LFS_SKIP_PUSH=1 in the environment, or use an LFS server.',
  },
  {
    sign: /Could not resolve|Connection (refused|timed out|reset|closed)|No route to host|Timeout, server/,
    code: 'unreachable',
    title: 'the connection that git made to the host failed',
    next: 'Run again: it goes on where it stopped.',
  },
]

/** `doing` says what git was at: `push to ssh://...`. */
export function gitError(host: string, doing: string, said: string, changed: Changed): OpsError {
  const cause = causes.find(({ sign }) => sign.test(said))
  return new OpsError({
    code: cause?.code ?? 'failed',
    title: `${doing} failed${cause ? `: ${cause.title}` : ''}`,
    host,
    said,
    changed,
    next: cause?.next ?? 'Fix what git says, then run again: it goes on where it stopped.',
  })
}
