/** A PostgreSQL server and the way to it: one login on its host, and as many sessions through it as a job needs. */
import { OpsError } from '../base/errors.ts'
import { once } from '../base/once.ts'
import { servernameOf } from '../mysql/server.ts'
import type { ServerPlace } from '../mysql/server-place.ts'
import { openSessions, type ServerSessions } from '../mysql/server-sessions.ts'
import { goneBeforeLogin, openStream } from '../mysql/server-stream.ts'
import { connect } from '../transport/connect.ts'
import { openPostgresDriver } from './driver.ts'
import { sqlState } from './postgres-error.ts'
import { PgSession } from './session.ts'

/** Where a server is and how to log in to it; made of `[db NAME]`, a host name or a `postgres://` address. */
export interface PostgresPlace extends ServerPlace {
  /** Undefined: the one that is named like the account, as everywhere with PostgreSQL. */
  readonly database?: string
}

/** Where Debian, and where the sources put the socket. */
const usualSockets = ['/run/postgresql/.s.PGSQL.5432', '/tmp/.s.PGSQL.5432']
const hint =
  'Start the server, or say where it is: `socket = PATH` or `address = HOST:PORT` in [db NAME] of ops.ini, or postgres://USER@HOST:PORT/DB?via=SSHHOST.'
const defaultTimeoutMs = 15_000

/** A server that can be reached, with its sessions. */
export type PostgresServer = ServerSessions<PgSession>

/** Logs in to the host and opens a first session, so that what is wrong is known before anything begins. */
export async function openPostgres(place: PostgresPlace): Promise<PostgresServer> {
  const transport = await connect(place.through)
  const passwordOf = once(place.password ?? (async () => undefined))
  const user = place.user ?? transport.user
  let found: string | undefined
  const session = async (): Promise<PgSession> => {
    const { stream, at } = await openStream(
      transport,
      place,
      found === undefined ? usualSockets : [found],
      hint,
    )
    found = at
    try {
      const driver = await openPostgresDriver({
        stream,
        user,
        password: async () => {
          const secret = await passwordOf()
          if (secret) return secret.reveal()
          throw new OpsError({
            code: 'authentication',
            title: `${place.name}: the server wants a password of ${user}, and none is named`,
            changed: 'no',
            next: 'Write `password = @FILE`, env:NAME or cmd:COMMAND into [db NAME] of ops.ini.',
          })
        },
        database: place.database ?? user,
        ...(place.tls && { tls: { ...place.tls, servername: servernameOf(place) } }),
        timeoutMs: place.timeoutMs ?? defaultTimeoutMs,
      })
      return await new PgSession(place.name, driver).pin()
    } catch (thrown) {
      stream.destroy()
      throw loginError(thrown, place, user)
    }
  }
  return openSessions(place.name, transport, session)
}

function loginError(thrown: unknown, { name, tls, database }: PostgresPlace, user: string): OpsError {
  if (thrown instanceof OpsError) return thrown
  const state = sqlState(thrown)
  const said = thrown instanceof Error ? thrown.message : String(thrown)
  const hasNoTls = /does not support SSL/i.test(said)
  const gone = hasNoTls ? undefined : goneBeforeLogin(thrown, name, user)
  if (gone) return gone
  if (state === undefined && tls) {
    return new OpsError(
      {
        code: hasNoTls ? 'unreachable' : 'host-key',
        title: `${name}: no connection with TLS: ${said}`,
        changed: 'no',
        next: 'No password was sent. Name its authority with `ca = FILE`, reach it through SSH (`host = NAME`), or write `tls = off` where the network may read along.',
      },
      { cause: thrown },
    )
  }
  const isDenied = state?.startsWith('28') === true || state === '3D000' || state === '42501'
  return new OpsError(
    {
      code: isDenied ? 'authentication' : 'unreachable',
      title: `${name}: the server does not let ${user} in: ${said}`,
      changed: 'no',
      ...(isDenied && {
        next:
          state === '3D000'
            ? `Name the database: \`database = NAME\` in [db NAME] of ops.ini, or postgres://.../NAME${database === undefined ? '' : ` (now ${database})`}.`
            : 'Check user and password in ops.ini, and pg_hba.conf of the server; by its socket it lets in who has an account of the same name.',
      }),
    },
    { cause: thrown },
  )
}
