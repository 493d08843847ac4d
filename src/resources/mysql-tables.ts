/** Tables of MySQL or MariaDB that its own check finds broken. */
import { z } from 'zod'
import type { Finding } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { filesystemLookLibrary, finding, readRecords, recordsOf } from './filesystems/look.ts'
import { mysqlTablesLookLibrary } from './mysql-tables/look.ts'

const params = z.strictObject({
  databases: z
    .array(z.string().regex(/^[^\p{Cc}/\\.-][^\p{Cc}/\\.]*$/u, 'must be the name of a database'))
    .default([])
    .describe('Only these; left out: all.'),
})

/** `mysqlTables {databases?}`. */
export const mysqlTables = resource({
  type: 'mysqlTables',
  doc: 'The tables of MySQL or MariaDB are in order, by its own check through the local socket.',
  params,
  examples: [
    { title: 'All', params: {} },
    { title: 'One database', params: { databases: ['shop'] } },
  ],
  identity: ({ databases }) => (databases.length === 0 ? 'all' : databases.join(' ')),
  library: [filesystemLookLibrary, mysqlTablesLookLibrary],
  probe: ({ databases }) => sh`ops_mysql_tables ${databases}`,
  parse: observation => ({ findings: findingsOf(observation).length }),
  desired: () => ({ findings: 0 }),
  findings: observation => findingsOf(observation),
  reads: () => ['any:*'],
  owns: () => [],
})

function findingsOf(observation: string): readonly Finding[] {
  const records = readRecords(observation)
  return [
    ...recordsOf(records, 'missing').map(() =>
      finding(
        'the tables cannot be checked: neither mariadb-check nor mysqlcheck is there',
        undefined,
        'is there a database on this host? Then install its client (package mariadb-client or mysql-client); otherwise leave --mysql out',
      ),
    ),
    ...recordsOf(records, 'silent').map(([said]) =>
      finding(
        `the database cannot be asked: ${said}`,
        undefined,
        'is it running, and may this user log in through the socket? `systemctl status mariadb mysql` says more',
      ),
    ),
    ...recordsOf(records, 'table').map(([table, said]) =>
      finding(
        `the table ${table} is broken: ${said}`,
        undefined,
        'copy the data folder first; then `REPAIR TABLE` (MyISAM, Aria), or restore it from a dump (InnoDB)',
      ),
    ),
  ]
}
