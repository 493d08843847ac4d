/** Runs a command when a check says that it is needed. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'

const params = z.strictObject({
  run: z
    .string()
    .min(1)
    .describe(
      'Shell text for /bin/sh; runs when the check says that it is needed. Where it could cut our own access, the option `access` of the step says what to put back.',
    ),
  unless: z.string().min(1).optional().describe('Shell text whose exit code 0 means that nothing is to do.'),
  creates: z
    .string()
    .startsWith('/')
    .optional()
    .describe('A path whose existence means that nothing is to do.'),
})

/** More of what a check complains of helps nobody. */
const shownLines = 5

function check(creates: string | undefined, unless: string | undefined): Shell {
  if (creates !== undefined) return sh`[ -e ${creates} ]`
  return raw('the recipe author wrote this check as shell', unless ?? 'false')
}

/** `command {run, unless | creates}`. */
export const command = resource({
  type: 'command',
  doc: 'Runs a command when a check says that it is needed.',
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
  identity: ({ run }) => run,
  // What the check says on stderr goes the way of all complaints, and is shown where it says no.
  probe: ({ unless, creates }) =>
    sh`if ( ${check(creates, unless)}
) >/dev/null; then echo done=yes; else echo done=no; fi`,
  parse: observation => ({ done: /^done=(yes|no)$/m.exec(observation)?.[1] ?? 'no' }),
  desired: () => ({ done: 'yes' }),
  notes: (_detail, { unless }, said = '') => {
    const lines = unless === undefined ? [] : said.split('\n').filter(line => line.trim() !== '')
    return lines.slice(-shownLines).map(line => `its check says: ${line.slice(0, 300)}`)
  },
  reads: () => ['any:*'],
  wayBack: () => ({ cannot: 'nobody knows what a command did' }),
  owns: () => [],
  affects: () => ['any:*'],
  apply: (_change, { run }) => [raw('the recipe author wrote this command as shell', run)],
})
