/** Runs a command when a check says that it is needed. */
import { z } from 'zod'
import { mask } from '../base/secret.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, type ShellPart, sh, shellOf } from '../shell/sh.ts'
import { commandLookLibrary } from './command/look.ts'

/** Text, or the pieces of sh`...` with the secrets in it. */
type Words = string | readonly ShellPart[]

const isShell = (value: unknown): value is Shell =>
  typeof value === 'object' && value !== null && 'shell' in value && typeof value.shell === 'string'

const words = z
  .union([z.string().min(1), z.custom<Shell>(isShell, 'must be shell text, or sh`...`')])
  .transform((given): Words => (typeof given === 'string' ? given : (given.parts ?? given.shell)))

const params = z.strictObject({
  run: words.describe(
    'Shell for /bin/sh, as text or as sh`...`, which quotes what stands in it and hides secrets; runs when the check says that it is needed. Where it could cut our own access, the option `access` of the step says what to put back.',
  ),
  unless: words
    .optional()
    .describe(
      'Shell whose exit code 0 means that nothing is to do, and 1 that it is; any other means that this is not known, and it runs as well.',
    ),
  creates: z
    .string()
    .startsWith('/')
    .optional()
    .describe('A path whose existence means that nothing is to do.'),
})

/** More of what a check complains of helps nobody. */
const shownLines = 5

const textOf = (given: Words): string => shellOf(typeof given === 'string' ? [given] : given).shell

const shown = (given: Words): string =>
  typeof given === 'string' ? given : given.map(part => (typeof part === 'string' ? part : mask)).join('')

function check(creates: string | undefined, unless: Words | undefined): Shell {
  if (creates !== undefined) return sh`ops_command_made ${creates}`
  return raw('the recipe author wrote this check as shell', textOf(unless ?? 'false'))
}

/** Behind what a secret may stand without being seen by other users of the host: a builtin that prints, or a variable. */
const isHidden = (before: string): boolean =>
  /(?:\b(?:printf|echo)\b[^;&|\n]*|(?:^|[;&|({\n])\s*(?:export\s+)?(?:\w+=\S*\s+)*\w+=)$/.test(before)

const tellsSecret = (given: Words): boolean =>
  typeof given !== 'string' &&
  given.some((part, at) => typeof part !== 'string' && !isHidden(shown(given.slice(0, at))))

/** `command {run, unless | creates}`. */
export const command = resource({
  type: 'command',
  doc: 'Runs a command when a check says that it is needed.',
  undone: 'Nothing, and the plan says so: nobody knows what a command did.',
  params: params.refine(value => (value.unless === undefined) !== (value.creates === undefined), {
    message: 'give either `unless` or `creates`: without a check there is nothing to observe',
  }),
  examples: [
    {
      title: 'Make a key once',
      params: {
        run: 'umask 077 && openssl rand -hex 32 >/etc/app.key.new && mv /etc/app.key.new /etc/app.key',
        creates: '/etc/app.key',
      },
    },
    {
      title: 'Set the time zone',
      params: {
        run: 'timedatectl set-timezone UTC',
        unless: 'timedatectl show -p Timezone | grep -qx Timezone=UTC',
      },
    },
  ],
  identity: ({ run }) => shown(run),
  library: [commandLookLibrary],
  // What the check says on stderr goes the way of all complaints, and is shown where it says no.
  probe: ({ unless, creates }) =>
    sh`ops_ended=0; ( ${check(creates, unless)}
) >/dev/null || ops_ended=$?; case $ops_ended in 0) echo done=yes;; 1) echo done=no;; *) echo "done=unknown, as its check ended with exit code $ops_ended";; esac`,
  parse: observation => ({ done: /^done=(.*)$/m.exec(observation)?.[1] ?? 'no' }),
  desired: () => ({ done: 'yes' }),
  notes: (_detail, { run, unless }, said = '') => {
    const lines = said.split('\n').filter(line => line.trim() !== '')
    const isTold = tellsSecret(run) || (unless !== undefined && tellsSecret(unless))
    return [
      ...lines.slice(-shownLines).map(line => `its check says: ${line.slice(0, 300)}`),
      ...(isTold
        ? [
            'a secret is an argument of a program there, which every user of the host can read while it runs: let printf hand it over by a pipe',
          ]
        : []),
    ]
  },
  reads: () => ['any:*'],
  wayBack: () => ({ cannot: 'nobody knows what a command did' }),
  owns: () => [],
  affects: () => ['any:*'],
  apply: (_change, { run }) => [raw('the recipe author wrote this command as shell', textOf(run))],
})
