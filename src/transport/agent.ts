/** A client of ssh-agent: lists keys and signs (draft-ietf-sshm-ssh-agent), without dropping types it does not know. */
import { createConnection } from 'node:net'
import { keyTypeOf } from './known-hosts.ts'

/** One key that an agent holds. */
export interface AgentKey {
  readonly publicKey: Buffer
  readonly keyType: string
  readonly comment: string
}

const requestIdentities = 11
const identitiesAnswer = 12
const signRequest = 13
const signResponse = 14

/** The keys of the agent behind a socket. Rejects when there is none, or when it answers nonsense. */
export async function listAgentKeys(socketPath: string, timeoutMs: number): Promise<AgentKey[]> {
  const answer = await askAgent(socketPath, Buffer.from([requestIdentities]), timeoutMs)
  if (answer[0] !== identitiesAnswer) throw new Error('the agent does not list its keys')
  const reader = new WireReader(answer, 1)
  const count = reader.number()
  return Array.from({ length: count }, () => {
    const publicKey = reader.bytes()
    return { publicKey, keyType: keyTypeOf(publicKey), comment: reader.bytes().toString() }
  })
}

/**
 * Asks the agent for a signature and returns it without the algorithm's name.
 * May wait for a person (`ssh-add -c`, a token): bounded by two minutes.
 */
export async function signWithAgent(
  socketPath: string,
  publicKey: Buffer,
  data: Buffer,
  algorithm: string,
): Promise<Buffer> {
  const flags = algorithm === 'rsa-sha2-256' ? 2 : algorithm === 'rsa-sha2-512' ? 4 : 0
  const request = Buffer.concat([Buffer.from([signRequest]), wire(publicKey), wire(data), number32(flags)])
  const answer = await askAgent(socketPath, request, 120_000)
  if (answer[0] !== signResponse) throw new Error('the agent refused to sign')
  const signature = new WireReader(new WireReader(answer, 1).bytes(), 0)
  const signedWith = signature.bytes().toString()
  if (signedWith !== algorithm) throw new Error(`the agent signed with ${signedWith} instead of ${algorithm}`)
  return signature.bytes()
}

function askAgent(socketPath: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath)
    const chunks: Buffer[] = []
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error('the agent does not answer')))
    socket.on('error', fail)
    socket.on('close', () => reject(new Error('the agent closed the connection')))
    socket.on('data', chunk => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length < 4 || all.length < 4 + all.readUInt32BE(0)) return
      resolve(all.subarray(4, 4 + all.readUInt32BE(0)))
      socket.destroy()
    })
    socket.write(wire(request))
  })
}

/** Reads the numbers and strings of the SSH wire format (RFC 4251, section 5). */
export class WireReader {
  readonly #buffer: Buffer
  #position: number
  constructor(buffer: Buffer, position: number) {
    this.#buffer = buffer
    this.#position = position
  }
  number(): number {
    const value = this.#buffer.readUInt32BE(this.#position)
    this.#position += 4
    return value
  }
  bytes(): Buffer {
    const length = this.number()
    if (this.#position + length > this.#buffer.length) throw new RangeError('a string runs past the end')
    const value = this.#buffer.subarray(this.#position, this.#position + length)
    this.#position += length
    return value
  }
}

function number32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

function wire(bytes: Buffer): Buffer {
  return Buffer.concat([number32(bytes.length), bytes])
}
