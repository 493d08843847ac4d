import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mysqlLookLibrary } from '../../../src/resources/mysql/look.ts'
import { sh } from '../../../src/shell/sh.ts'
import { Place, shells } from '../shells.ts'

/** As the packages bring them; comments left out. `@` is the folder that stands for `/etc`. */
const layouts = {
  "Debian's MariaDB": {
    '@/mysql/my.cnf':
      '[client-server]\nsocket = /run/mysqld/mysqld.sock\n\n!includedir @/mysql/conf.d/\n!includedir @/mysql/mariadb.conf.d/\n',
    '@/mysql/conf.d/mysql.cnf': '[mysql]\n',
    '@/mysql/mariadb.conf.d/50-server.cnf':
      '[server]\n[mysqld]\npid-file                = /run/mysqld/mysqld.pid\nbind-address            = 127.0.0.1\n[embedded]\n[mariadb]\n[mariadb-10.11]\n',
    '@/mysql/mariadb.conf.d/60-galera.cnf': '[galera]\n#bind-address = 0.0.0.0\n',
  },
  // mysql-server-8.0 of Ubuntu 22.04, and the same in Debian's mysql-8.0.
  "Ubuntu's MySQL": {
    '@/mysql/my.cnf': '!includedir @/mysql/conf.d/\n!includedir @/mysql/mysql.conf.d/\n',
    '@/mysql/conf.d/mysqldump.cnf': '[mysqldump]\nquick\nquote-names\nmax_allowed_packet\t= 16M\n',
    '@/mysql/mysql.conf.d/mysql.cnf': '[mysql]\n',
    '@/mysql/mysql.conf.d/mysqld.cnf':
      '[mysqld]\nuser\t\t= mysql\nbind-address\t\t= 127.0.0.1\nmysqlx-bind-address\t= 127.0.0.1\nkey_buffer_size\t\t= 16M\nlog_error = /var/log/mysql/error.log\n',
  },
  'one file': { '@/my.cnf': '[mysqld]\nbind-address=127.0.0.1 # only here\n[client]\nport=3310\n' },
} as const

const places: Place[] = []
afterAll(() => {
  for (const place of places) place.remove()
})

/** What the reader says of these files; paths come back with `@`. */
function reads(
  shell: (typeof shells)[number],
  files: Readonly<Record<string, string>>,
  { keys = ['bind-address', 'port', 'skip-networking'], also = [] as string[], writable = '' } = {},
): string[] {
  const place = new Place(shell)
  places.push(place)
  const real = (text: string) => text.replaceAll('@', place.files)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(real(name)), { recursive: true })
    writeFileSync(real(name), real(text), { mode: 0o644 })
  }
  if (writable !== '') place.execute(sh`chmod o+w ${real(writable)}`)
  const input = [
    'd zz-ops',
    ...keys.map(key => `k ${key}`),
    ...['mysqld', 'server', 'mariadb', 'client-server', 'galera'].map(group => `g ${group}`),
    'v ^(mysqld|mariadb|mariadbd)-',
    ...['my.cnf', 'mysql/my.cnf'].map(name => `f ${place.path(name)}`),
    `h ${place.path('home/.my.cnf')}`,
    ...also.map(line => real(line)),
  ]
  writeFileSync(
    place.path('mariadbd'),
    "#!/bin/sh\necho 'mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)'\n",
    { mode: 0o755 },
  )
  const environment = { PATH: `${place.files}:${place.environment.PATH ?? process.env.PATH}` }
  const done = place.execute(sh`printf '%s\n' ${input} | LC_ALL=C awk "$ops_sql_reading"`, {
    libraries: mysqlLookLibrary.text,
    environment,
  })
  expect(done.stderr).toBe('')
  return done.stdout.replaceAll(place.files, '@').trimEnd().split('\n')
}

const mariadb = layouts["Debian's MariaDB"]
const dropIn = '@/mysql/mariadb.conf.d/zz-ops.cnf'

describe.each(shells)('option files, read with $name', shell => {
  test.each([
    ["Debian's MariaDB", '@/mysql/mariadb.conf.d/50-server.cnf:4', dropIn],
    ["Ubuntu's MySQL", '@/mysql/mysql.conf.d/mysqld.cnf:3', '@/mysql/mysql.conf.d/zz-ops.cnf'],
    ['one file', '@/my.cnf:2', '@/my.cnf'],
  ] as const)('%s: what decides, and where a setting has to go to win', (layout, place, drop) => {
    const said = reads(shell, layouts[layout])
    expect(said).toContain('L is.bind-address=127.0.0.1')
    expect(said).toContain(`D is bind-address ${place} 127.0.0.1`)
    expect(said).toContain(`D drop ${drop}`)
    expect(said).toContain(`T bind-address mysqld ${drop}`)
    expect(said.filter(line => line.startsWith('L over.'))).toEqual([])
    // The section of the client does not count.
    expect(said.filter(line => line.startsWith('L is.port'))).toEqual([])
  })

  test.each([
    [
      'a file that sorts later',
      { '@/mysql/mariadb.conf.d/zzz.cnf': '[mysqld]\nbind_address = ::1\n' },
      '::1',
    ],
    [
      'a line after the folders in my.cnf',
      { '@/mysql/my.cnf': `${mariadb['@/mysql/my.cnf']}[mariadb]\nloose-bind-address='10.0.0.1'\n` },
      '10.0.0.1',
    ],
    [
      "the home of the server's user",
      { '@/home/.my.cnf': '[server]\nbind-address=0.0.0.0#all\n' },
      '0.0.0.0',
    ],
  ])('%s wins over the drop-in, and is named', (_what, files, value) => {
    const said = reads(shell, { ...mariadb, [dropIn]: '[mysqld]\nbind-address = 10.9.9.9\n', ...files })
    const [over] = Object.keys(files)
    expect(said).toContain(`L is.bind-address=${value}`)
    expect(said).toContain(`L over.bind-address=${over}`)
    expect(said.find(line => line.startsWith('W bind-address '))).toMatch(
      new RegExp(`^W bind-address \\w+ ${over?.replaceAll('.', '\\.')}$`),
    )
  })

  test('the command line of the running server wins over all files', () => {
    const also = ['a /usr/sbin/mariadbd', 'a --basedir=/usr', 'a --bind-address=127.0.0.3']
    expect(reads(shell, mariadb, { also })).toContain('L over.bind-address=its command line')
    const alone = reads(shell, mariadb, { also: ['a mysqld', 'a --defaults-file=@/my.cnf'] })
    expect(alone.filter(line => line.startsWith('L '))).toEqual([])
    expect(reads(shell, mariadb, { also: ['a mysqld', 'a --no-defaults'] })).toContain('D drop /etc/my.cnf')
  })

  test('what the server does not read does not count', () => {
    const files = {
      ...mariadb,
      '@/mysql/mariadb.conf.d/zzz.cnf.dpkg-old': '[mysqld]\nbind-address=1.1.1.1\n',
      '@/mysql/mariadb.conf.d/zz-open.cnf': '[mysqld]\nbind-address=2.2.2.2\n',
      '@/mysql/mariadb.conf.d/zz-old.cnf':
        '[mariadb-10.5]\nbind-address=3.3.3.3\n[mysql]\nbind-address=4.4.4.4\n#bind-address=5\n;bind-address=6\n',
    }
    const writable = '@/mysql/mariadb.conf.d/zz-open.cnf'
    expect(reads(shell, files, { writable })).toContain('L is.bind-address=127.0.0.1')
  })

  test('settings of this version, bare and negated ones, CRLF, quotes and comments are understood', () => {
    const text = [
      '[mariadb-10.11]\r',
      '  port = 3308\r',
      'skip-networking',
      'max_connections = "500"',
      'disable-log-bin',
      'enable-general-log',
      'init-connect = \'SET x = "#1"\' # why',
      '!include @/mysql/more.inc',
    ].join('\n')
    const said = reads(
      shell,
      { ...mariadb, '@/mysql/conf.d/a b.cnf': text, '@/mysql/more.inc': '[mysqld]\nport=3309\n' },
      { keys: ['port', 'skip-networking', 'max-connections', 'log-bin', 'general-log', 'init-connect'] },
    )
    expect(said.filter(line => line.startsWith('L '))).toEqual([
      'L is.port=3309',
      'L is.skip-networking=ON',
      'L is.max-connections=500',
      'L is.log-bin=OFF',
      'L is.general-log=ON',
      'L is.init-connect=SET x = "#1"',
    ])
  })

  test('files that include one another come to an end', () => {
    const said = reads(shell, { '@/my.cnf': '[mysqld]\nport=1\n!include @/my.cnf\n' })
    expect(said).toContain('L is.port=1')
  })
})
