/** An HTTP proxy in front of an S3 server that breaks the answers it is told to break; all else goes through untouched. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

/** What becomes of one exchange; `upstream` does it for real and gives the whole answer. */
export interface Exchange {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly incoming: IncomingMessage
  readonly response: ServerResponse
  upstream(): Promise<Answered>
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export type Fault = (exchange: Exchange) => Promise<void> | void

interface Rule {
  readonly matches: (method: string, path: string) => boolean
  readonly faults: Fault[]
}

export interface FaultProxy {
  readonly url: URL
  /** The next exchanges of that kind meet these faults, one each; later ones go through. */
  inject(method: string, path: RegExp, ...faults: readonly Fault[]): void
  /** What came, as `METHOD PATH`, since the last call. */
  seen(): readonly string[]
  /** Nothing is broken any more. */
  calm(): void
}

/** Starts the proxy before the tests of this suite. */
export function useFaultProxy(
  target: () => { readonly address: string; readonly port: number },
): () => FaultProxy {
  let server: Server | undefined
  let proxy: FaultProxy | undefined
  beforeAll(async () => {
    const rules: Rule[] = []
    let seen: string[] = []
    const started = createServer((incoming, response) => {
      const { method = '', url: path = '' } = incoming
      seen.push(`${method} ${path}`)
      const rule = rules.find(each => each.faults.length > 0 && each.matches(method, path))
      const fault = rule?.faults.shift() ?? through
      const exchange: Exchange = {
        method,
        path,
        incoming,
        response,
        upstream: () => upstream(incoming, target()),
      }
      Promise.resolve(fault(exchange)).catch(() => response.destroy())
    })
    server = started
    // What the client asks first is asked of nobody: the body is wanted, whatever the fault is.
    await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve))
    proxy = {
      url: new URL(`http://127.0.0.1:${(started.address() as AddressInfo).port}`),
      inject: (method, path, ...faults) =>
        rules.push({
          matches: (gotMethod, gotPath) => gotMethod === method && path.test(gotPath),
          faults: [...faults],
        }),
      seen: () => {
        const before = seen
        seen = []
        return before
      },
      calm: () => {
        rules.length = 0
      },
    }
  })
  afterAll(() => {
    server?.closeAllConnections()
    server?.close()
  })
  return () => {
    if (proxy === undefined) throw new Error('the proxy is there only while tests run')
    return proxy
  }
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Passes the request on, the signed `Host` included, and reads the whole answer. */
async function upstream(
  incoming: IncomingMessage,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<Answered> {
  const body = await whole(incoming)
  const { expect: _, connection: __, ...headers } = incoming.headers
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: address, port, method: incoming.method, path: incoming.url, headers, agent: false },
      answer => {
        whole(answer).then(
          all => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: all }),
          reject,
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

function reply({ response, method }: Exchange, { status, headers, body }: Answered): void {
  const { 'transfer-encoding': _, connection: __, ...kept } = headers
  // The answer to HEAD announces a length that no body has.
  response.writeHead(
    status,
    method === 'HEAD' ? kept : { ...kept, 'content-length': String(body.byteLength) },
  )
  response.end(method === 'HEAD' ? undefined : body)
}

const through: Fault = async exchange => reply(exchange, await exchange.upstream())

/** `more` is further elements, or the message where it is plain text. */
const errorBody = (code: string, more = ''): Buffer =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code>${more.startsWith('<') || more === '' ? `<Message>as the test wants</Message>${more}` : `<Message>${more}</Message>`}</Error>`,
  )

/** Refuses without having done anything. */
export const refuses =
  (status: number, code: string, headers: Readonly<Record<string, string>> = {}, more = ''): Fault =>
  async exchange => {
    exchange.incoming.resume()
    reply(exchange, {
      status,
      headers: { 'content-type': 'application/xml', ...headers },
      body: errorBody(code, more),
    })
  }

/** Does it, and says that it failed. */
export const refusesAfterDoing =
  (status: number, code: string): Fault =>
  async exchange => {
    await exchange.upstream()
    await refuses(status, code)(exchange)
  }

/** The connection breaks as soon as the request has begun: nothing is done. */
export const dropsBefore: Fault = ({ incoming }) => {
  incoming.socket.destroy()
}

/** Does it, and the connection breaks before the answer. */
export const dropsAfter: Fault = async ({ incoming, upstream }) => {
  await upstream()
  incoming.socket.destroy()
}

/** Announces the whole body, and breaks after so many bytes. */
export const cuts =
  (bytes: number): Fault =>
  async exchange => {
    const { status, headers, body } = await exchange.upstream()
    exchange.response.writeHead(status, headers)
    exchange.response.write(body.subarray(0, bytes), () => exchange.incoming.socket.destroy())
  }

/** Sends so many bytes and then nothing more, on a connection that stays. */
export const stallsAfter =
  (bytes: number): Fault =>
  async exchange => {
    const { status, headers, body } = await exchange.upstream()
    exchange.response.writeHead(status, headers)
    exchange.response.write(body.subarray(0, bytes))
  }

/** Never answers. */
export const neverAnswers: Fault = ({ incoming }) => {
  incoming.resume()
}

/** Answers with what the function makes of the true answer. */
export const changes =
  (change: (answer: Answered) => Answered): Fault =>
  async exchange =>
    reply(exchange, change(await exchange.upstream()))

/** A body that is shorter, and announced so: only who knows the size can tell. */
export const shortens = (bytes: number): Fault =>
  changes(answer => ({ ...answer, body: answer.body.subarray(0, bytes) }))

/** A body of the same size with one bit turned. */
export const flips = (at: number): Fault =>
  changes(answer => {
    const body = Buffer.from(answer.body)
    body[at] = (body[at] ?? 0) ^ 1
    return { ...answer, body }
  })

/** An answer without some of its headers. */
export const hides = (...names: readonly string[]): Fault =>
  changes(answer => ({
    ...answer,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !names.includes(name))),
  }))

/** As often as a patient client may try. */
export const always = (fault: Fault): Fault[] => Array.from({ length: 40 }, () => fault)
