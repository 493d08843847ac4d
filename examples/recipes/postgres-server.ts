/** A PostgreSQL server with its settings, an application's role and database, and a dump each night. */
import {
  apt,
  assertion,
  directory,
  line,
  postgresDatabase,
  postgresRole,
  postgresSettings,
  recipe,
  secret,
  service,
  timer,
  z,
} from 'ops-recipes'

export default recipe({
  summary:
    'PostgreSQL of Debian with settings, roles, a database, who may come from where, and nightly dumps.',
  description: `Settings that need no start are read again; what needs one brings one restart. Dumps of a week lie in
/var/backups/postgresql, each whole before it has its name: copy them away by guarded-backup or what you have.`,
  examples: [
    {
      title: 'For an application on another machine',
      params: { app: 'shop', password: 'x', network: '10.0.0.0/24', listen: ['localhost', '10.0.0.5'] },
    },
  ],
  params: {
    app: z.string().describe('The name of the application, of its role and of its database.'),
    password: secret().describe('Of the role.'),
    network: z.string().describe('From where the application connects: `10.0.0.0/24`.'),
    listen: z.array(z.string()).default(['localhost']).describe('Addresses to listen on.'),
    memory: z.string().default('256MB').describe('Shared buffers: a quarter of the memory.'),
    connections: z.number().int().default(100).describe('How many clients there may be at once.'),
    major: z.string().default('15').describe('The major version, as Debian has it.'),
  },
  steps: ({ params: { app, password, network, listen, memory, connections, major } }) => {
    const hba = `/etc/postgresql/${major}/main/pg_hba.conf`
    const dumps = '/var/backups/postgresql'
    // PostgreSQL starts all the same where an address that it is told is not this host's.
    const addresses = listen.filter(each => /^[1-9][\d.]+$/.test(each))
    return [
      apt({ packages: ['postgresql'], recommends: false }),
      service({ unit: 'postgresql', running: true, enabled: true }),
      postgresSettings({
        settings: {
          listen_addresses: listen,
          shared_buffers: memory,
          max_connections: connections,
          work_mem: '8MB',
          password_encryption: 'scram-sha-256',
          log_min_duration_statement: '1s',
        },
      }),
      postgresRole({ name: 'readers', login: false }),
      postgresRole({ name: app, password, memberOf: ['readers'] }),
      postgresDatabase({ name: app, owner: app }),
      line({ path: hba, line: `host ${app} ${app} ${network} scram-sha-256`, match: `^host ${app} ${app} ` }),
      service({ unit: `postgresql@${major}-main`, running: true, follows: [hba], onChange: 'reload' }),
      addresses.length > 0 &&
        assertion({
          name: `PostgreSQL listens on ${addresses.join(' and ')}`,
          probe: `for each in ${addresses.join(' ')}; do ss -ltnH "src $each:5432" | sed "s/.*/$each=yes/"; done`,
          expect: Object.fromEntries(addresses.map(each => [each, 'yes'])),
        }),
      directory({ path: dumps, owner: 'postgres', group: 'postgres', mode: '0700' }),
      timer({
        name: 'postgres-dump',
        user: 'postgres',
        at: '02:30',
        run: `set -e; cd ${dumps}; t=$(date +%F); pg_dumpall >.new; gzip -f .new; mv .new.gz $t.sql.gz; find . -name '*.sql.gz' -mtime +7 -delete`,
      }),
    ]
  },
})
