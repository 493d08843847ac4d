/**
 * The only file that knows pg and pg-copy-streams (their versions are pinned). Values come and go as the server's own text:
 * pg would make dates and numbers of them.
 */
import { once } from 'node:events'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { Client, QueryAnswer } from 'pg'
import { neededPackage } from '../base/needed-package.ts'

/** What a login needs. The stream is connected already, wherever it leads. */
export interface PostgresLogin {
  readonly stream: Duplex
  readonly user: string
  /** Asked for only where the server wants one. */
  readonly password: () => Promise<string>
  readonly database: string
  /** Undefined: no TLS. `servername` is what the certificate must be for. */
  readonly tls?: { readonly ca?: string; readonly verify: boolean; readonly servername: string }
  readonly timeoutMs: number
}

export interface PostgresAnswer {
  readonly names: readonly string[]
  /** Of the last statement that brought rows. */
  readonly rows: readonly (readonly (string | null)[])[]
  readonly affected: number
}

/** Rows on their way into a table, as the text that COPY reads. */
export interface CopyIn {
  /** Resolves when more may be given. */
  write(lines: Buffer): Promise<void>
  /** How many rows came in. */
  end(): Promise<number>
  /** Makes the server take back what came. */
  fail(): Promise<void>
}

/** One connection: one statement at a time. */
export interface PostgresDriver {
  /** Several statements are allowed where no value is given for `$1`, `$2`... */
  query(text: string, values?: readonly (string | null)[]): Promise<PostgresAnswer>
  copyIn(text: string): CopyIn
  readonly processId: number
  /** The reason once the connection is gone. */
  readonly lost: string | undefined
  end(): Promise<void>
  destroy(): void
}

const asText = { getTypeParser: () => (text: string) => text }

/** Logs in. Rejects with the driver's error: `postgresError` makes an OpsError of it. */
export async function openPostgresDriver(login: PostgresLogin): Promise<PostgresDriver> {
  const purpose = 'speak to PostgreSQL'
  const { Client } = (await neededPackage('pg', purpose, () => import('pg'))).default
  await neededPackage('pg-copy-streams', purpose, () => import('pg-copy-streams'))
  const { stream, user, password, database, tls, timeoutMs } = login
  const client = new Client({
    stream: () => asSocket(stream),
    // pg would look these up in the environment.
    host: tls?.servername ?? 'localhost',
    port: 5432,
    user,
    password,
    database,
    ssl: tls ? tlsOptions(tls) : false,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'ops',
    options: '',
    client_encoding: 'UTF8',
    types: asText,
  })
  const driver = new PgDriver(client, stream)
  await client.connect()
  return driver
}

function tlsOptions({ ca, verify, servername }: NonNullable<PostgresLogin['tls']>): object {
  return {
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: verify,
    ...(isIP(servername) === 0 && { servername }),
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      verify ? checkServerIdentity(servername, certificate) : undefined,
  }
}

/** pg opens its socket itself: this one is open, and says so when it is told to connect. */
function asSocket(stream: Duplex): Duplex {
  const own = {
    connect: () => {
      process.nextTick(() => stream.emit('connect'))
      return stream
    },
    ...Object.fromEntries(
      ['setNoDelay', 'setKeepAlive', 'ref', 'unref']
        .filter(each => !(each in stream))
        .map(each => [each, () => stream]),
    ),
  }
  return Object.assign(stream, own)
}

class PgDriver implements PostgresDriver {
  #lost: string | undefined
  readonly #client: Client
  readonly #stream: Duplex
  readonly #abandon = new Set<(error: Error) => void>()

  constructor(client: Client, stream: Duplex) {
    this.#client = client
    this.#stream = stream
    client.on('error', (error: Error) => this.#lose(error.message))
    client.on('end', () => this.#lose('the server closed the connection'))
    stream.once('close', () => this.#lose('the server closed the connection'))
    // It says nothing more. A forwarded stream does not close by that: pg, which waits for it, would wait for ever.
    stream.once('end', () => setImmediate(() => this.destroy('the server closed the connection')))
  }

  get lost(): string | undefined {
    return this.#lost
  }

  get processId(): number {
    return this.#client.processID ?? 0
  }

  #lose(reason: string): void {
    this.#lost ??= reason
    for (const abandon of [...this.#abandon]) abandon(new Error(this.#lost))
  }

  /** The answer, or the news that the connection is gone, whichever comes first. */
  #whileConnected<T>(work: Promise<T>): Promise<T> {
    if (this.#lost !== undefined) {
      work.catch(() => undefined)
      return Promise.reject(new Error(this.#lost))
    }
    return new Promise<T>((resolve, reject) => {
      this.#abandon.add(reject)
      work.then(resolve, reject).finally(() => this.#abandon.delete(reject))
    })
  }

  async query(text: string, values?: readonly (string | null)[]): Promise<PostgresAnswer> {
    const config = { text, rowMode: 'array', types: asText, ...(values && { values: [...values] }) }
    const answer = await this.#whileConnected(this.#client.query(config))
    const all: QueryAnswer[] = Array.isArray(answer) ? answer : [answer]
    const last = all.findLast(each => each.fields.length > 0) ?? all.at(-1)
    return {
      names: last?.fields.map(each => each.name) ?? [],
      rows: last?.rows ?? [],
      affected: last?.rowCount ?? 0,
    }
  }

  copyIn(text: string): CopyIn {
    let failed: Error | undefined
    const opened = import('pg-copy-streams').then(({ from }) => {
      const stream = this.#client.query(from(text))
      stream.on('error', error => {
        failed ??= error
      })
      return stream
    })
    const going = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await this.#whileConnected(work)
      } catch (thrown) {
        throw failed ?? thrown
      }
    }
    return {
      write: async lines => {
        const stream = await opened
        if (failed) throw failed
        if (!stream.write(lines)) await going(once(stream, 'drain'))
      },
      end: async () => {
        const stream = await opened
        if (failed) throw failed
        const finished = once(stream, 'finish')
        stream.end()
        await going(finished)
        return stream.rowCount
      },
      fail: async () => {
        const stream = await opened
        if (failed || stream.destroyed) return
        const closed = once(stream, 'close')
        stream.destroy(new Error('stopped by ops'))
        await going(closed).catch(() => undefined)
      },
    }
  }

  async end(): Promise<void> {
    if (this.#lost === undefined) {
      let timer: NodeJS.Timeout | undefined
      const impatience = new Promise<void>(resolve => {
        timer = setTimeout(resolve, 1_000)
      })
      await Promise.race([this.#client.end().catch(() => undefined), impatience])
      clearTimeout(timer)
    }
    this.destroy()
  }

  destroy(reason = 'closed'): void {
    this.#lose(reason)
    this.#stream.destroy()
  }
}
