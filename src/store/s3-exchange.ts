/** One request to an S3 server and the beginning of its answer: bytes flow, deadlines hold, nothing is tried twice. */

import { createHash } from 'node:crypto'
import {
  type ClientRequest,
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { changedMeanwhile } from './content.ts'
import type { Content } from './store.ts'
import { StoreError } from './store-error.ts'

/** A signed request. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Content
  readonly signal?: AbortSignal | undefined
}

export interface Wire {
  readonly agent: HttpAgent | HttpsAgent
  /** No byte in either direction for so long: the connection is given up. */
  readonly idleMs: number
  /** A server that cannot be reached within this is given up. */
  readonly connectMs: number
}

/** From this size on the server is asked before the body is sent: a refusal then costs no upload. */
const askFirstBytes = 1024 * 1024
/** Servers that do not know the question are sent the body anyway. */
const askedMs = 2000

/** Resolves with the head of the answer; its body is still to be read, or destroyed. @throws StoreError `lost`, `wrong`, `denied`. */
export function exchange(
  { method, url, headers, body, signal }: Exchange,
  wire: Wire,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const asks = (body?.sizeBytes ?? 0) >= askFirstBytes
  const size: Record<string, string> =
    body === undefined
      ? method === 'POST' || method === 'PUT'
        ? { 'content-length': '0' }
        : {}
      : { 'content-length': String(body.sizeBytes) }
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: wire.agent,
      headers: { ...headers, ...size, ...(asks ? { expect: '100-continue' } : {}) },
      timeout: wire.idleMs,
      ...(signal === undefined ? {} : { signal }),
    })
    // What was answered decides, whatever becomes of the rest of the request.
    let answer: IncomingMessage | undefined
    const end = (error: unknown) => {
      if (answer !== undefined) return
      sent.destroy()
      reject(error)
    }
    const fail = (error: unknown) => end(lost(url, method, error))
    sent.on('timeout', () => {
      if (answer === undefined) fail(new Error(`nothing came or went for ${wire.idleMs / 1000} s`))
    })
    sent.on('error', fail)
    sent.once('socket', socket => {
      if (!socket.connecting) return
      const timer = setTimeout(
        () =>
          fail(Object.assign(new Error(`none within ${wire.connectMs / 1000} s`), { syscall: 'connect' })),
        wire.connectMs,
      )
      socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
    })
    sent.on('response', received => {
      if ((received.statusCode ?? 0) < 300 && !sent.writableEnded) return end(tooEarly(url))
      answer = received
      resolve(received)
    })
    if (body === undefined) sent.end()
    else
      (asks ? agreed(sent) : Promise.resolve())
        .then(() => (answer === undefined ? pour(body, sent, () => answer !== undefined) : undefined))
        .then(() => {
          // A connection with half a request on it is of no use to anybody.
          if (!sent.writableEnded)
            answer?.once('end', () => sent.destroy()).once('close', () => sent.destroy())
        })
        // An error of the source is not one of the connection.
        .catch(end)
  })
}

const tooEarly = (url: URL): StoreError =>
  new StoreError('wrong', {
    title: `${url.host} confirmed an object before all of it had been sent`,
    changed: 'unknown',
    next: 'Look at what answers there: a proxy, a login page, or a server that is no S3.',
  })

/** Resolves when the server wants the body, has answered already, or does not know the question. */
function agreed(sent: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, askedMs)
    const go = () => {
      clearTimeout(timer)
      resolve()
    }
    sent.once('continue', go).once('response', go).once('close', go)
    sent.flushHeaders()
  })
}

/**
 * Sends a body, and checks it on the way: the last piece goes out only when size and hash are right, so that other bytes
 * than those that were named never make a whole request.
 */
async function pour(body: Content, sent: ClientRequest, isOver: () => boolean): Promise<void> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let held: Uint8Array | undefined
  for await (const piece of body.open()) {
    if (isOver()) return
    hash.update(piece)
    sizeBytes += piece.byteLength
    if (sizeBytes > body.sizeBytes) break
    if (held !== undefined && !sent.write(held)) await drained(sent)
    held = piece
  }
  const sha256 = hash.digest('hex')
  if (sizeBytes !== body.sizeBytes || sha256 !== body.sha256) {
    const came = sizeBytes > body.sizeBytes ? 'more' : `${sizeBytes} bytes with sha256 ${sha256}`
    throw changedMeanwhile(body, came)
  }
  if (held === undefined) sent.end()
  else sent.end(held)
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      sent.off('drain', go).off('close', go).off('response', go)
      resolve()
    }
    sent.on('drain', go).on('close', go).on('response', go)
    if (sent.destroyed) go()
  })
}

/**
 * The body of an answer as a stream of its own: it fails (`lost`) where it is cut or stalls. A reader that pauses is no stall.
 * Where `sizeBytes` is known, fewer bytes are an error too.
 */
export function bodyOf(answer: IncomingMessage, url: URL, sizeBytes: number | undefined): Readable {
  const { socket } = answer
  socket.on('timeout', onTimeout)
  function onTimeout() {
    if (answer.readableLength > 0) return
    answer.destroy(new Error('the answer stalled'))
  }
  async function* pieces(): AsyncGenerator<Buffer> {
    let count = 0
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        count += piece.byteLength
        yield piece
      }
    } catch (error) {
      throw lost(url, 'GET', error)
    } finally {
      socket.off('timeout', onTimeout)
      if (!answer.complete) answer.destroy()
    }
    if (sizeBytes !== undefined && count < sizeBytes)
      throw lost(url, 'GET', new Error(`${count} of ${sizeBytes} bytes came`))
  }
  const body = Readable.from(pieces(), { objectMode: false })
  // One that is given up before its first byte never comes to the end of `pieces`.
  return body.once('close', () => {
    if (!answer.complete) answer.destroy()
  })
}

const largestText = 8 * 1024 * 1024

/** A whole small body as text. */
export async function textOf(answer: IncomingMessage, url: URL): Promise<string> {
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for await (const piece of bodyOf(answer, url, undefined) as AsyncIterable<Buffer>) {
    sizeBytes += piece.byteLength
    if (sizeBytes > largestText) throw lost(url, 'GET', new Error('the answer has no end'))
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
const certificate = /^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|EPROTO)/

/** A connection that ended before the answer was whole. */
function lost(url: URL, method: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = (cause as { code?: unknown })?.code
  const reason = typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause)
  const server = url.host
  if (certificate.test(reason))
    return new StoreError(
      'denied',
      {
        title: `${server} did not prove who it is`,
        detail: `TLS: ${reason}.`,
        changed: 'no',
        next: 'Name the authority that signed its certificate: `ca = FILE` in [s3] of ops.ini.',
      },
      { cause },
    )
  const isRead = method === 'GET' || method === 'HEAD'
  const never = neverSent.has(reason) || (cause as { syscall?: unknown })?.syscall === 'connect'
  return new StoreError(
    'lost',
    {
      ...(never ? { code: 'unreachable' } : {}),
      title: never ? `no connection to ${server}` : `the connection to ${server} was lost`,
      detail: `${method}: ${reason}.`,
      changed: isRead || never ? 'no' : 'unknown',
      next: never
        ? 'Check the endpoint and the network, then run again.'
        : 'Run again: what is there already is compared, not stored twice.',
    },
    { cause },
  )
}
