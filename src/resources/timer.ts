/** Work that a host does by the clock. */
import { z } from 'zod'
import { composed } from '../engine/composed.ts'
import { accountName, oneLine } from './paths/params.ts'
import { service } from './service.ts'
import { unit } from './unit.ts'

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, - and _')
    .describe('Of the units, without `.timer`.'),
  run: oneLine.min(1).describe('The command, as shell text of /bin/sh.'),
  at: oneLine.min(1).describe('When, as systemd.time(7) writes it: `daily`, `Mon..Fri 03:00`.'),
  user: accountName.default('root').describe('Who runs it.'),
  catchUp: z.boolean().default(true).describe('Run at once when the host was down at the time.'),
})

/** `timer {name, run, at, user?, catchUp?}`. */
export const timer = composed({
  type: 'timer',
  doc: 'A command that systemd runs by the clock: a service, its timer, and the timer started and enabled.',
  undone: 'Its units are put back as they were, or stopped and removed where there were none.',
  params,
  examples: [
    { title: 'A report each morning', params: { name: 'report', run: '/usr/local/bin/report', at: '06:30' } },
    {
      title: 'As another user, and only while the host is up',
      params: {
        name: 'sweep',
        run: 'find /srv/tmp -mtime +7 -delete',
        at: 'hourly',
        user: 'www-data',
        catchUp: false,
      },
    },
  ],
  steps: ({ name, run, at, user, catchUp }) => [
    // First, so that a time that is none leaves all as it was.
    unit({
      name: `${name}.timer`,
      content: `[Timer]\nOnCalendar=${literal(at)}\nPersistent=${catchUp}\n\n[Install]\nWantedBy=timers.target\n`,
    }),
    // Not a file alone: systemd goes on with the command that it has loaded.
    unit({
      name: `${name}.service`,
      content: `[Unit]\nDescription=${literal(run)}\n\n[Service]\nType=oneshot\nUser=${user}\nExecStart=/bin/sh -c ${word(run)}\n`,
    }),
    service({
      unit: `${name}.timer`,
      running: true,
      enabled: true,
      follows: [`/etc/systemd/system/${name}.timer`],
    }),
  ],
})

/** systemd.unit(5): a percent sign begins a specifier. */
function literal(text: string): string {
  return text.replaceAll('%', '%%')
}

/** One word of a command line of systemd.service(5), in which neither quotes nor variables are read. */
function word(text: string): string {
  return `"${literal(text).replaceAll(/["\\]/g, '\\$&').replaceAll('$', '$$$$')}"`
}
