/** What a step asks of a unit of systemd. */
import { z } from 'zod'

export const params = z
  .strictObject({
    unit: z
      .string()
      .max(255)
      .regex(/^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/, 'a unit name has letters, digits and : _ . @ - only')
      .refine(unit => !/@(\.[a-z]+)?$/.test(unit), 'name an instance of the template: unit@name')
      .transform(unit => unit.replace(/\.service$/, ''))
      .describe(
        'Name of the unit; `.service` may be left out, other types are named in full (`apt-daily.timer`).',
      ),
    running: z.boolean().optional().describe('Whether it is to run now. Left out: either is fine.'),
    enabled: z
      .boolean()
      .optional()
      .describe(
        'Whether it is to start at boot, by the links that its [Install] asks for. A unit without [Install] counts as enabled where another one pulls it in.',
      ),
    follows: z
      .array(
        z
          .string()
          .startsWith('/', 'a full path')
          .regex(/^[^\p{Cc}\\]+$/u, 'a path without control characters and backslashes')
          .transform(path => path.replace(/(.)\/+$/, '$1')),
      )
      .default([])
      .describe(
        'Files and folders that the running service must have loaded: it is restarted or reloaded when it has not.',
      ),
    onChange: z
      .enum(['restart', 'reload'])
      .default('restart')
      .describe('What makes it load what it follows.'),
    check: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Shell whose exit code says whether the whole configuration is good, run before a start, restart or reload. nginx, ssh, mariadb, mysql, apache2, php-fpm, haproxy, bind9, rsyslog and unbound have one built in.',
      ),
    listens: z
      .array(
        z
          .string()
          .regex(
            /^(\d{1,5}|(\d{1,3}\.){3}\d{1,3}:\d{1,5}|\/[^\s\p{Cc}]+)$/u,
            'a TCP port, IPV4:PORT or the path of a socket',
          ),
      )
      .default([])
      .describe(
        'Where it must listen before it counts as started: a TCP port, IPV4:PORT or the path of a socket.',
      ),
    proof: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Shell that must succeed before it counts as started or reloaded, such as a real request; asked again until then.',
      ),
    settleSeconds: z
      .number()
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('How long it may take to settle after a start or reload.'),
  })
  .refine(value => value.running !== undefined || value.enabled !== undefined || value.follows.length > 0, {
    message: 'say at least one of `running`, `enabled` and `follows`',
  })
  .refine(value => value.running !== false || value.follows.length === 0, {
    message: 'a service that is not to run follows nothing: leave out `follows`',
  })

export type Params = z.output<typeof params>
