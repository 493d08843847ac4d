/** The shell functions that every trip is made of: environment, frames, looks. POSIX sh for dash, bash and busybox. */

import { randomBytes } from 'node:crypto'
import asUserShell from './as-user.sh'
import frameText from './frame.sh'
import { bareShell } from './library.ts'
import lookText from './look.sh'
import { quote } from './quote.ts'

/** Seconds without a heartbeat after which the host takes the controller for dead. */
export const silenceSeconds = 10

/** `ops_frame KIND WORD...` begins a frame. */
export const frameFunction = bareShell(frameText)

/** Frames one look: `ops_look ID 'probe text'`. Output and exit code go to stdout, details and complaints to stderr. */
export const lookFunctions = `${frameFunction}${bareShell(lookText)}`

/** Runs a step's text as another user, its script on stdin: `ops_as USER 'text'`. Says so when there is no such user. */
export const asUserFunction = bareShell(asUserShell)

/**
 * The names of one run. `secret` marks frames and never leaves the shell's own variables, so that no content of a
 * file can forge a frame; `id` is public: it names temporary files and separates `probeMany` answers.
 */
export interface RunNames {
  readonly id: string
  readonly secret: string
}

/** Fresh random names for a run. */
export function newRunNames(): RunNames {
  return { id: randomBytes(8).toString('hex'), secret: randomBytes(16).toString('hex') }
}

/** What stands alone on a line after each answer of a `probeMany`. */
export const markOf = (names: RunNames): string => `%${names.id}`

/**
 * What a login or `/etc/environment` may have set, and what would make programs read their options, or write their answers, in
 * another way: POSIXLY_CORRECT ends the options of every GNU program at the first operand.
 */
const changesPrograms = [
  'ENV BASH_ENV CDPATH POSIXLY_CORRECT POSIX_ME_HARDER',
  'GREP_OPTIONS GREP_COLOR GREP_COLORS TAR_OPTIONS GZIP BZIP BZIP2 XZ_OPT XZ_DEFAULTS AWKPATH',
  'BLOCK_SIZE BLOCKSIZE DF_BLOCK_SIZE DU_BLOCK_SIZE LS_BLOCK_SIZE QUOTING_STYLE TIME_STYLE LS_COLORS LS_OPTIONS',
  'SYSTEMD_PAGER SYSTEMD_LESS SYSTEMD_COLORS SYSTEMD_LOG_LEVEL SYSTEMD_LOG_TARGET PERL5OPT PERL5LIB',
].join(' ')

/**
 * What every trip begins with: a known environment, the names of the run. Below sshd a `bash -c` of a step would read
 * ~/.bashrc, unless it takes itself for a shell inside another (bash(1), invocation): hence SHLVL.
 */
export function environment(names: RunNames, wantsDetail: boolean): string {
  return `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C LANG=C SHLVL=1
export PATH LC_ALL LANG SHLVL
umask 022
unset ${changesPrograms} OPS_DIR OPS_STAGE
cd / || exit 1
ops_secret=${names.secret} OPS_NONCE=${names.id} OPS_MARK=${markOf(names)} OPS_DETAIL=${wantsDetail ? 'yes' : ''}
`
}

/** Wraps a whole trip in a function that is called on its last line: a script cut half-way runs nothing. */
export function wrapTrip(body: string): string {
  return `ops_trip() {\n${body}\n}\nops_trip\n`
}

/** The text for a step of another user: it brings its own functions, as nothing of the parent shell is there. */
export function asUserText(user: string, names: RunNames, functions: string, text: string): string {
  const whole = `ops_user_step() {
OPS_NONCE=${names.id}
unset ${changesPrograms} OPS_DIR OPS_STAGE
HOME=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6); export HOME; cd "$HOME" 2>/dev/null || cd /
ops_wants_detail() { false; }
ops_detail() { :; }
${functions}
${text}
}
ops_user_step </dev/null`
  return `ops_as ${quote(user)} ${quote(whole)}`
}
