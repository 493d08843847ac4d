/** A database server and the way to it: one login on its host, and as many sessions through it as a job needs. */
import { errorDataOf, OpsError } from '../base/errors.ts'
import { once } from '../base/once.ts'
import { connect } from '../transport/connect.ts'
import { openDriver } from './driver.ts'
import type { ServerPlace } from './server-place.ts'
import { openSessions, type ServerSessions } from './server-sessions.ts'
import { goneBeforeLogin, openStream } from './server-stream.ts'
import { Session } from './session.ts'

/** Where Debian, Red Hat and the sources put the socket. */
const usualSockets = ['/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock']
const hint =
  'Start the server, or say where it is: `socket = PATH` or `address = HOST:PORT` in [db NAME] of ops.ini, or mysql://USER@HOST:PORT/?via=SSHHOST.'
const defaultTimeoutMs = 15_000

/** A server that can be reached, with its sessions. */
export interface Server extends ServerSessions<Session> {
  /** How many all of its sessions have sent. */
  statements(): number
  /** Logs in to the replicas that the user named for it. Undefined: it was not asked for them. */
  openReplicas?(): Promise<readonly Server[]>
}

/**
 * Logs in to the host and opens a first session, so that what is wrong is known before anything begins. `prepare` is what
 * each session begins with.
 */
export async function openServer(
  place: ServerPlace,
  prepare: (session: Session) => Promise<Session> = session => session.pin(),
): Promise<Server> {
  const transport = await connect(place.through)
  // However many sessions there are.
  const passwordOf = once(place.password ?? (async () => undefined))
  let found: string | undefined
  const all: Session[] = []
  const session = async (): Promise<Session> => {
    const { stream, at } = await openStream(
      transport,
      place,
      found === undefined ? usualSockets : [found],
      hint,
    )
    found = at
    const password = await passwordOf()
    const user = place.user ?? transport.user
    try {
      const driver = await openDriver({
        stream,
        user,
        password: password?.reveal(),
        isSocket: found !== undefined,
        ...(place.tls && { tls: { ...place.tls, servername: servernameOf(place) } }),
        timeoutMs: place.timeoutMs ?? defaultTimeoutMs,
      })
      const opened = new Session(place.name, driver)
      all.push(opened)
      return await prepare(opened)
    } catch (thrown) {
      stream.destroy()
      throw loginError(thrown, place, user)
    }
  }
  const sessions = await openSessions(place.name, transport, session)
  return { ...sessions, statements: () => all.reduce((sum, each) => sum + each.statements, 0) }
}

function loginError(thrown: unknown, { name, tls, password }: ServerPlace, user: string): OpsError {
  if (thrown instanceof OpsError) return thrown
  const gone = goneBeforeLogin(thrown, name, user)
  if (gone) return gone
  const { code, errno, sqlMessage } = thrown as { code?: string; errno?: number; sqlMessage?: string }
  const said = sqlMessage ?? errorDataOf(thrown).title
  if (
    tls &&
    (code === 'HANDSHAKE_NO_SSL_SUPPORT' || code === 'HANDSHAKE_SSL_ERROR' || sqlMessage === undefined)
  ) {
    return new OpsError(
      {
        code: code === 'HANDSHAKE_NO_SSL_SUPPORT' ? 'unreachable' : 'host-key',
        title: `${name}: no connection with TLS: ${said}`,
        changed: 'no',
        next: 'No password was sent. Name its authority with `ca = FILE`, reach it through SSH (`host = NAME`), or write `tls = off` where the network may read along.',
      },
      { cause: thrown },
    )
  }
  const denied = sqlMessage !== undefined && [1044, 1045, 1698, 1130].includes(errno ?? 0)
  const isUnknownWay = /unknown plugin|cleartext|clear_password/i.test(said)
  const barred = nextOf[errno ?? 0]
  return new OpsError(
    {
      code: denied || isUnknownWay || barred !== undefined ? 'authentication' : 'unreachable',
      title: `${name}: the server does not let ${user} in: ${said}`,
      changed: 'no',
      ...(denied && {
        next: password
          ? 'Check user and password in ops.ini, and from where the account may come.'
          : 'Name an account with `user = NAME` and `password = @FILE` in [db NAME] of ops.ini, or log in to the host as a user that the server lets in by its socket (root@HOST).',
      }),
      ...(isUnknownWay && {
        next: 'The account logs in by a method that ops does not know. Name one that logs in with a password.',
      }),
      ...(barred !== undefined && { next: barred }),
    },
    { cause: thrown },
  )
}

/** What to do where the server knows the account and lets it in no more (MySQL, "Server Error Message Reference"). */
const nextOf: Readonly<Record<number, string>> = {
  1524: 'The account logs in by a method that the server does not have any more. Set its password anew by one that it has: ALTER USER ... IDENTIFIED WITH caching_sha2_password BY ...',
  1820: 'Its password has expired. Set a new one as another account: ALTER USER ... IDENTIFIED BY ...; then correct `password` in ops.ini.',
  1862: 'Set a new password as another account: ALTER USER ... IDENTIFIED BY ...; then correct `password` in ops.ini.',
  3118: 'Let it in again as another account: ALTER USER ... ACCOUNT UNLOCK.',
  3955: 'Wait until the server lets it in again, or let it in as another account: ALTER USER ... ACCOUNT UNLOCK.',
  4151: 'Let it in again as another account: ALTER USER ... ACCOUNT UNLOCK.',
}

/** What its certificate must be for. */
export function servernameOf({ at, through }: Pick<ServerPlace, 'at' | 'through'>): string {
  return at && 'host' in at ? at.host : through.destination
}
