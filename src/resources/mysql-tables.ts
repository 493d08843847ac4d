/** Tables of MySQL or MariaDB that its own check finds broken. */
import { z } from 'zod'
import type { Finding } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { library } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { filesystemLookLibrary, finding, readRecords, recordsOf } from './filesystems/look.ts'

const params = z.strictObject({
  databases: z
    .array(z.string().regex(/^[^\p{Cc}/\\.-][^\p{Cc}/\\.]*$/u, 'must be the name of a database'))
    .default([])
    .describe('Only these; left out: all.'),
})

/** `ops_mysql_tables [DATABASE ...]` prints `table NAME SAID` of each that is not in order, `silent SAID`, or `missing`. */
const mysqlTablesLibrary = library('mysql-tables')`
  ops_mysql_tables() {
    for ops_checker in mariadb-check mysqlcheck ''; do
      if [ -z "$ops_checker" ] || command -v "$ops_checker" >/dev/null; then break; fi
    done
    [ -n "$ops_checker" ] || { printf 'missing\n'; return 0; }
    if [ $# = 0 ]; then set -- --all-databases; else set -- --databases -- "$@"; fi
    { ops_told=$(ops_alive "$ops_checker" --protocol=socket --check "$@" </dev/null 2>&1) || :; } 7>&2
    printf '%s\n' "$ops_told" | awk '
      { gsub(/\t/, " ") }
      /^[^ ]+ +OK$/ || /^$/ { table = ""; next }
      /^([Ee]rror|[Ww]arning|[Nn]ote|[Ss]tatus|[Ii]nfo) *: / {
        text = $0; sub(/^[A-Za-z]+ *: /, "", text)
        if (table == "") next
        if (/^[Ww]arning/ && !(table in hint)) hint[table] = text
        if (/^[Ee]rror/ && !(table in said)) { said[table] = table in hint ? hint[table] : text; list[++n] = table }
        next
      }
      /: Got error: / || /^(mysqlcheck|mariadb-check): / { sub(/^[a-z-]+: /, ""); print "silent\t" $0; next }
      { table = $1 }
      END { for (i = 1; i <= n; i++) print "table\t" list[i] "\t" said[list[i]] }'
    return 0
  }
`

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
  library: [filesystemLookLibrary, mysqlTablesLibrary],
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
