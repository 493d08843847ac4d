/** Signed calls to one bucket: finds its region, follows this machine's wrong clock, renews the login. Nothing else is tried twice. */
import { Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { AwsV4Signer } from 'aws4fetch'
import { CredentialKeeper, type CredentialSource } from './credentials.ts'
import { type BucketPlace, isAwsHost, urlOf } from './s3-address.ts'
import { header, type Refusal, refusalOf, refusedError } from './s3-answer.ts'
import { bodyOf, exchange, textOf, type Wire } from './s3-exchange.ts'
import type { Content } from './store.ts'
import { StoreError } from './store-error.ts'

export interface S3ClientOptions extends BucketPlace {
  readonly credentials: CredentialSource
  /** PEM of every authority to trust, where those of Node are not all. */
  readonly ca?: readonly string[]
  readonly idleMs?: number
}

/** One call. `path` is the whole object name with the store's prefix, '' for the bucket itself. */
export interface Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Content
  readonly signal?: AbortSignal | undefined
  /** What the login needs for it. */
  readonly action: string
}

export interface Answer {
  readonly url: URL
  readonly message: IncomingMessage
}

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const usualIdleMs = 60_000
const connectMs = 10_000
const mostConnections = 32
const mostCorrections = 4
const checksumHeaders = /^x-amz-(?:sdk-)?checksum-/
/** Servers that copy S3 refuse headers that they do not know, each in its own words. */
const lacksChecksums = ({ status, code, message }: Refusal): boolean =>
  /checksum/i.test(message) &&
  (status === 501 || /^(?:NotImplemented|Unsupported\w*|Invalid(?:Argument|Header))$/.test(code))
/** A clock that is less wrong is taken by every server. */
const tolerableSkewMs = 60_000

export class S3Client {
  readonly #place: S3ClientOptions
  readonly #wire: Wire
  readonly #keeper: CredentialKeeper
  readonly #signingKeys = new Map<string, ArrayBuffer>()
  #region: string
  #host: string | undefined
  #skewMs = 0
  #takesChecksums = true

  constructor(options: S3ClientOptions) {
    this.#place = options
    this.#region = options.region
    this.#keeper = new CredentialKeeper(options.credentials)
    const isTls = (options.endpoint?.protocol ?? 'https:') === 'https:'
    const kept = { keepAlive: true, maxSockets: mostConnections }
    const agent = isTls
      ? new HttpsAgent({ ...kept, ...(options.ca === undefined ? {} : { ca: [...options.ca] }) })
      : new HttpAgent(kept)
    this.#wire = { agent, connectMs, idleMs: options.idleMs ?? usualIdleMs }
  }

  /** How far this machine's clock was found to be behind the server's; 0 while nobody complained. */
  get skewMs(): number {
    return this.#skewMs
  }

  /** False: this server refuses the headers `x-amz-checksum-...`, so they are left out. The body's hash is signed anyway. */
  get takesChecksums(): boolean {
    return this.#takesChecksums
  }

  get region(): string {
    return this.#region
  }

  close(): void {
    this.#wire.agent.destroy()
  }

  /** The answer to a call that the server did (2xx); its body is still to be read. @throws StoreError. */
  async send(call: Call): Promise<Answer> {
    for (let corrections = 0; ; corrections++) {
      const answer = await this.#once(call)
      const status = answer.message.statusCode ?? 0
      if (status >= 200 && status < 300) return answer
      const refusal = await this.#refusal(call, answer)
      const isCorrected = corrections < mostCorrections && this.#correct(refusal, answer)
      if (!isCorrected) throw await this.#error(refusal, call)
    }
  }

  /** A refusal of HEAD has no body, so no reason but its status: the same is asked by GET then, for one byte. */
  async #refusal(call: Call, { message, url }: Answer): Promise<Refusal> {
    const read = async (answer: Answer) =>
      refusalOf(
        answer.message.statusCode ?? 0,
        answer.message.headers,
        await textOf(answer.message, answer.url).catch(() => ''),
      )
    const refusal = await read({ message, url })
    if (call.method !== 'HEAD' || refusal.status === 404 || refusal.status >= 500) return refusal
    const again = await this.#once({
      ...call,
      method: 'GET',
      headers: { ...call.headers, range: 'bytes=0-0' },
    })
    if ((again.message.statusCode ?? 0) >= 400) return read(again)
    again.message.destroy()
    return refusal
  }

  /** Like `send`, with the whole body as text: for XML. */
  async sendForText(call: Call): Promise<{ readonly text: string; readonly answer: Answer }> {
    const answer = await this.send(call)
    return { answer, text: await textOf(answer.message, answer.url) }
  }

  /** Like `send`, for answers whose body says nothing: the connection is free again afterwards. */
  async sendForHead(call: Call): Promise<Answer> {
    const answer = await this.send(call)
    if (call.method === 'HEAD') answer.message.resume()
    else await textOf(answer.message, answer.url)
    return answer
  }

  async #once({ method, path, query = {}, headers = {}, body, signal }: Call): Promise<Answer> {
    const nowMs = Date.now() + this.#skewMs
    const login = await this.#keeper.get(nowMs)
    const url = urlOf({ ...this.#place, region: this.#region }, path, query)
    if (this.#host !== undefined) url.host = this.#host
    const taken = Object.entries(headers).filter(
      ([name]) => this.#takesChecksums || !checksumHeaders.test(name),
    )
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers: {
        'accept-encoding': 'identity',
        ...Object.fromEntries(taken),
        'x-amz-content-sha256': body?.sha256 ?? emptySha256,
      },
      accessKeyId: login.accessKeyId,
      secretAccessKey: login.secretAccessKey.reveal(),
      ...(login.sessionToken === undefined ? {} : { sessionToken: login.sessionToken.reveal() }),
      service: 's3',
      region: this.#region,
      datetime: new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      cache: this.#signingKeys,
    })
    const signed = await signer.sign()
    const message = await exchange(
      {
        method,
        url,
        headers: Object.fromEntries(signed.headers),
        signal,
        ...(body === undefined ? {} : { body }),
      },
      this.#wire,
    )
    return { url, message }
  }

  /** Whether the next try will differ in what the server complained of. */
  #correct(refusal: Refusal, { url, message }: Answer): boolean {
    const { status, code, region } = refusal
    if (code === 'RequestTimeTooSkewed') return this.#followClock(header(message.headers, 'date'))
    if (this.#takesChecksums && lacksChecksums(refusal)) {
      this.#takesChecksums = false
      return true
    }
    if (code === 'ExpiredToken' || code === 'TokenRefreshRequired') {
      this.#keeper.forget()
      return true
    }
    const isElsewhere = status === 301 || status === 307 || status === 400 || status === 403
    if (isElsewhere && region !== undefined && region !== this.#region) {
      this.#region = region
      return true
    }
    const location = status === 307 || status === 301 ? header(message.headers, 'location') : undefined
    const target =
      location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
    if (target === undefined || target.protocol !== 'https:' || target.host === url.host) return false
    if (this.#place.endpoint !== undefined || !isAwsHost(target.hostname)) return false
    this.#host = target.host
    return true
  }

  #followClock(date: string | undefined): boolean {
    const serverMs = Date.parse(date ?? '')
    if (Number.isNaN(serverMs)) return false
    const skewMs = serverMs - Date.now()
    const isNews = Math.abs(skewMs - this.#skewMs) > tolerableSkewMs
    if (isNews) this.#skewMs = skewMs
    return isNews
  }

  async #error(refusal: Refusal, { path, method, action }: Call): Promise<StoreError> {
    const { bucket, endpoint } = this.#place
    const login = await this.#keeper.get(Date.now() + this.#skewMs).then(
      ({ from }) => `credentials from ${from}`,
      () => 'no credentials',
    )
    const changes = method !== 'GET' && method !== 'HEAD'
    if (refusal.status >= 300 && refusal.status < 400)
      return new StoreError('denied', {
        title: `the server redirects to another address for s3://${bucket}`,
        detail: `HTTP ${refusal.status} ${refusal.code}. Data is not sent to a host that nobody named.`,
        changed: 'no',
        next: `Write the right \`${endpoint === undefined ? 'region' : 'endpoint'}\` into [s3] of ops.ini.`,
      })
    return refusedError(refusal, {
      name: `s3://${bucket}${path === '' ? '' : `/${path}`}`,
      bucket,
      changes,
      action,
      login,
    })
  }
}

/** The body of an answer as a stream that fails where it is cut. */
export const streamOf = ({ message, url }: Answer, sizeBytes: number) => bodyOf(message, url, sizeBytes)
