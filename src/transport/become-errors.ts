/** Says why no shell was had as the wanted user, and what to change on the host. */
import { type ErrorData, OpsError } from '../base/errors.ts'
import type { Become, Ending, Transport } from './transport.ts'

/** How far a try came, and what was printed until it ended. */
export interface ShellFailure {
  readonly stage: 'login shell' | 'sudo -n' | 'sudo -S'
  readonly ending: Ending
  readonly stdout: string
  readonly stderr: string
}

/** Why a password cannot be given to sudo at all; undefined where it can. */
export function badPassword(password: string): string | undefined {
  if (password === '') return 'no password was given'
  if (/[\n\r\0]/.test(password)) return 'a password for sudo cannot hold a line break or a NUL'
  return undefined
}

/** The error for a password that could not be had or used; sudo has not seen one then. */
export function passwordError(transport: Transport, become: Become, thrown: unknown): OpsError {
  if (thrown instanceof OpsError) return thrown
  return new OpsError({
    code: 'authentication',
    title: `cannot become ${become.user}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    host: transport.name,
    changed: 'no',
    next: 'Run again and give the password, or allow the login user to use sudo without one.',
  })
}

/** The error for a shell that did not come about; nothing of the script has been run. */
export function shellError(
  transport: Transport,
  become: Become | undefined,
  failure: ShellFailure,
): OpsError {
  const said = lastLines(failure.stderr) || lastLines(failure.stdout)
  const base = { host: transport.name, ...(said === '' ? {} : { said }) }
  if ('lost' in failure.ending) {
    return new OpsError({
      ...base,
      code: 'lost',
      title: `no shell could be started on the host: ${failure.ending.lost}`,
      changed: 'unknown',
      next: `If this happens again, see what takes so long: \`time ssh HOST true\` as ${transport.user}. The start-up files of the login shell (~/.bashrc) come first, then sudo and PAM.`,
    })
  }
  const wanted = become?.user ?? transport.user
  const about =
    failure.stage === 'login shell' ? loginShell(transport.user) : sudo(transport.user, wanted, said)
  return new OpsError({ ...base, code: 'authentication', changed: 'no', ...about })
}

type About = Pick<ErrorData, 'title' | 'next'>

function loginShell(user: string): About {
  return {
    title: `${user} has no usable login shell`,
    next: `Give ${user} a shell (\`chsh -s /bin/sh ${user}\` as root), lift an account expiry or forced command, or log in as another user.`,
  }
}

function sudo(user: string, wanted: string, said: string): About {
  const found = sudoCases.find(([pattern]) => pattern.test(said))
  if (found) return found[1](user, wanted)
  return {
    title: `${user} cannot become ${wanted}: sudo ended without starting a shell`,
    next: `Check that this works on the host: sudo -n -u ${wanted} /bin/sh -c id`,
  }
}

const rule = (user: string, wanted: string) => `\`${user} ALL=(${wanted}) NOPASSWD: ALL\``

/** The English messages of sudo, env and PAM; tried in order. */
const sudoCases: readonly (readonly [RegExp, (user: string, wanted: string) => About])[] = [
  [
    /must have a tty/,
    user => ({
      title: `sudo demands a terminal of ${user} (requiretty)`,
      next: `Add \`Defaults:${user} !requiretty\` to sudoers with visudo.`,
    }),
  ],
  [
    /not in the sudoers file|is not allowed to (run|execute)|may not run sudo/,
    (user, wanted) => ({
      title: `${user} may not become ${wanted}: the sudo rules of the host do not allow it`,
      next: `Add ${rule(user, wanted)} to sudoers with visudo, or log in as ${wanted}.`,
    }),
  ],
  [
    /sudo\W+(No such file|not found|command not found)/,
    (_user, wanted) => ({
      title: 'there is no sudo on the host',
      next: `Log in as ${wanted}, install sudo, or run without becoming another user (--no-become).`,
    }),
  ],
  [
    /unknown user/,
    (_user, wanted) => ({
      title: `there is no user ${wanted} on the host`,
      next: 'Correct --become-user, or make the user first.',
    }),
  ],
  [
    /incorrect password|Sorry, try again|no password was provided|Authentication failure/,
    user => ({
      title: `the sudo password of ${user} is wrong`,
      next: 'Run again with --ask-become-pass and the right password.',
    }),
  ],
  [
    /expired|account validation failure|account is locked/,
    user => ({
      title: `the account or password of ${user} has expired on the host`,
      next: `Renew it there (\`chage -l ${user}\` shows the dates).`,
    }),
  ],
  [
    /a password is required|terminal is required|askpass/,
    (user, wanted) => ({
      title: `sudo asks ${user} for a password`,
      next: `Run again with --ask-become-pass, or add ${rule(user, wanted)} to sudoers with visudo.`,
    }),
  ],
  [
    /no new privileges|effective uid is not 0|must be owned by uid 0/,
    (_user, wanted) => ({
      title: 'sudo cannot raise privileges on the host',
      next: `Log in as ${wanted}; containers and nosuid file systems keep sudo from working.`,
    }),
  ],
]

/** Without the prompts of our own by which a password is asked for. */
function lastLines(text: string): string {
  return text
    .replaceAll(/ops-[0-9a-f]{24}:/g, '')
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => line !== '')
    .slice(-5)
    .join('\n')
}
