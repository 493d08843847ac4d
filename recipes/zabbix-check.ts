/** A query of a database as an item of a Zabbix agent that answers 1 or 0, with nothing of ops on the host. */
import { command, directory, file, oneSelect, recipe, secret, service, z } from 'ops-recipes'

const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'has letters, digits and _ . - only')
const checks = '/etc/zabbix/ops-checks'

export default recipe({
  summary: 'A query as an item of the Zabbix agent that answers 1 or 0.',
  description: `The item \`--key\` is 1 when the query has at least one row, else 0, and nothing else: also 0 when the server is stopped, refuses the
login or takes longer than 2.4 s, so that an agent with its usual timeout of 3 s always gets an answer. It calls the host's own
\`mariadb\` or \`mysql\` with a file of options that root and zabbix alone can read; the query runs in a read-only transaction.

Before the agent gets to know the item, the check is fired as user zabbix, and an error of its (a wrong password, a table that is not
there) ends the run with what the server said; so does a later \`ops check\`. Without \`--password\` the account logs in by the server's socket:
\`CREATE USER zabbix@localhost IDENTIFIED VIA unix_socket; GRANT SELECT ON app.imports TO zabbix@localhost\` on MariaDB.`,
  examples: [
    {
      title: "Was yesterday's import there?",
      params: {
        key: 'import.yesterday',
        query: 'SELECT 1 FROM app.imports WHERE day = CURDATE() - INTERVAL 1 DAY',
      },
    },
    {
      title: 'With an account that has a password, and an agent of zabbix.com',
      params: {
        key: 'jobs.failed',
        query: "SELECT 1 FROM app.jobs WHERE state = 'failed'",
        user: 'monitor',
        password: '@monitor.password',
        include: '/etc/zabbix/zabbix_agentd.d',
      },
    },
  ],
  params: {
    key: word.describe('The key of the item.'),
    query: z
      .string()
      .superRefine((text, context) => {
        const found = oneSelect(text)
        if ('problem' in found) context.addIssue(found.problem)
      })
      .describe('One SELECT.'),
    user: z
      .string()
      .regex(/^[^"\\\p{Cc}]{1,80}$/u, 'has no quotes, backslashes and control characters')
      .default('zabbix')
      .describe('The account of the database.'),
    password: secret().optional().describe('Its password; left out: it logs in by the socket.'),
    socket: z
      .string()
      .regex(/^\/[^"\\\p{Cc}]*$/u, 'must be a whole path without quotes')
      .optional()
      .describe("The server's socket, where it is not the usual one."),
    agent: word.default('zabbix-agent').describe('The unit of the agent.'),
    include: z
      .string()
      .startsWith('/')
      .default('/etc/zabbix/zabbix_agentd.conf.d')
      .describe('The folder that the agent includes.'),
  },
  steps: ({ params: { key, query, user, password, socket, agent, include } }) => {
    const path = `${checks}/${key}`
    const select = oneSelect(query)
    const text = 'select' in select ? select.select : ''
    const fired = `runuser -u zabbix -- sh ${path} proof </dev/null`
    const ours = { owner: 'root', group: 'zabbix' }
    return [
      directory({ path: checks, mode: '0750', ...ours }),
      file({ path: `${path}.sql`, content: sqlOf(text), mode: '0640', ...ours }),
      file({
        path: `${path}.cnf`,
        template: 'zabbix-check.cnf',
        vars: { user, password: password ?? null, socket: socket ?? null },
        mode: '0640',
        ...ours,
      }),
      file({ path, content: scriptOf(path), mode: '0750', ...ours }),
      command({ run: fired, unless: fired }),
      file({ path: `${include}/ops-${key}.conf`, content: `UserParameter=${key},${path}\n`, mode: '0644' }),
      service({ unit: agent, running: true, enabled: true, follows: [include] }),
    ]
  },
})

/** Only MariaDB reads the first line; the newline ends a comment of the query. */
function sqlOf(select: string): string {
  return `/*M!100101 SET max_statement_time = 3 */;
SET NAMES utf8mb4, sql_mode = '', lock_wait_timeout = 2;
START TRANSACTION READ ONLY;
SELECT EXISTS (
${select}
);
`
}

function scriptOf(path: string): string {
  return `#!/bin/sh
# Written by ops: 1 when the query in ${path}.sql has a row, else 0. With the word proof, errors are told.
client=mysql
command -v mariadb >/dev/null 2>&1 && client=mariadb
ask() { timeout -s KILL 2.4 "$client" --defaults-file=${path}.cnf --connect-timeout=2 --batch --skip-column-names <${path}.sql; }
if [ "$1" = proof ]; then said=$(ask) || exit 1
case $said in 0 | 1) echo "$said"; exit 0 ;; *) printf 'no answer but: %s\\n' "$said" >&2; exit 1 ;; esac
fi
said=$(ask 2>/dev/null)
if [ "$said" = 1 ]; then echo 1; else echo 0; fi
`
}
