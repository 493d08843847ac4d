/** Oracle's MySQL 5.7 and 8.0 on this machine, which `.ci/run` unpacks from two packages of Maven; they listen on a socket alone. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { skippedFor } from '../needs.ts'
import { startedServer } from './started-server.ts'

export type OwnMysqlVersion = '5.7' | '8.0'

const startDeadlineMs = 120_000
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ops-test')
/** What the programs were linked with, beside the C library. */
export const ownMysqlLibraries = ['libaio.so.1', 'libnuma.so.1'].map(
  name => `/usr/lib/x86_64-linux-gnu/${name}`,
)

/** Where one is unpacked: `bin/mysqld` and `share`. */
export const ownMysqlFolder = (version: OwnMysqlVersion): string => join(cache, `mysql-${version}`)

/** Why it cannot be started here; undefined: it can. */
export function whyNoOwnMysql(version: OwnMysqlVersion): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return skippedFor(`MySQL ${version} is there for Linux on x64 alone`)
  if (!existsSync(join(ownMysqlFolder(version), 'bin/mysqld')))
    return skippedFor(`MySQL ${version} is not unpacked (.ci/run does it)`)
  const missing = ownMysqlLibraries.filter(path => !existsSync(path))
  if (missing.length > 0)
    return skippedFor(`MySQL ${version} needs ${missing.join(' and ')} (packages libaio1, libnuma1)`)
  return undefined
}

/** Small, and with nothing that waits for a disk. */
export function ownMysqlOptions(version: OwnMysqlVersion, folder: string): string[] {
  return [
    `--basedir=${folder}`,
    `--lc-messages-dir=${folder}/share`,
    `--character-sets-dir=${folder}/share/charsets`,
    '--innodb-buffer-pool-size=32M',
    '--innodb-log-file-size=8M',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    '--performance-schema=OFF',
    ...(version === '8.0' ? ['--skip-mysqlx', '--skip-log-bin'] : []),
  ]
}

export interface OwnMysql {
  readonly socket: string
  /** Ends it at once. */
  stop(): Promise<void>
}

/** Starts one with an empty database, which root enters without a password. */
export async function startOwnMysql(version: OwnMysqlVersion): Promise<OwnMysql> {
  const home = mkdtempSync(join(tmpdir(), `ops-mysql-${version}-`))
  const [socket, log] = [join(home, 'socket'), join(home, 'log.err')]
  const options = optionsHere(version)
  cpSync(await emptyDatabase(version), join(home, 'data'), { recursive: true })
  const own = [`--datadir=${home}/data`, `--socket=${socket}`, `--pid-file=${home}/pid`, `--log-error=${log}`]
  const program = join(ownMysqlFolder(version), 'bin/mysqld')
  const child: ChildProcess = spawn(program, [...options, ...own, `--tmpdir=${home}`, '--skip-networking'], {
    stdio: 'ignore',
  })
  const stop = await startedServer(child, {
    name: `MySQL ${version}`,
    log,
    folder: home,
    withinMs: startDeadlineMs,
  })
  return { socket, stop }
}

const optionsHere = (version: OwnMysqlVersion): string[] => [
  '--no-defaults',
  ...ownMysqlOptions(version, ownMysqlFolder(version)),
  `--user=${userInfo().username}`,
]

/** A data folder to copy: to make an empty database takes longer than to start it, so it is made once on a machine. */
export async function emptyDatabase(version: OwnMysqlVersion): Promise<string> {
  const made = join(cache, `mysql-${version}-empty`)
  if (existsSync(made)) return made
  const making = mkdtempSync(`${made}-`)
  const program = join(ownMysqlFolder(version), 'bin/mysqld')
  const where = [`--datadir=${join(making, 'data')}`, `--tmpdir=${making}`]
  await promisify(execFile)(program, [...optionsHere(version), ...where, '--initialize-insecure'])
  try {
    renameSync(join(making, 'data'), made)
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(made)) throw error
  }
  rmSync(making, { recursive: true, force: true })
  return made
}
