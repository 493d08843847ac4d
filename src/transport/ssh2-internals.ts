/**
 * The only file, beside ssh2-early-session.ts, that reaches into private parts of ssh2 (its version is pinned; the
 * tests fail where they differ). What it saves: one round trip each for asking whether a key is welcome, for the service
 * request and for `exec`.
 */
import type { Channel, Client } from 'ssh2'
import type { Identity } from './identity-file.ts'

export interface Protocol {
  authPK(user: string, key: unknown, algorithm?: string, sign?: Sign): void
  service(name: string): void
  ping(): void
  session(channel: number, window: number, packetSize: number): void
  exec(channel: number, command: string, wantReply: boolean): void
  directTcpip(channel: number, window: number, packetSize: number, route: object): void
  openssh_directStreamLocal(
    channel: number,
    window: number,
    packetSize: number,
    route: { readonly socketPath: string },
  ): void
  channelWindowAdjust(channel: number, bytes: number): void
  readonly _decipher?: object
  readonly _handlers: {
    SERVICE_ACCEPT(protocol: Protocol, name: string): void
    USERAUTH_FAILURE(protocol: Protocol, methods: readonly string[] | null, partial: boolean): void
    GLOBAL_REQUEST(protocol: Protocol, name: string, wantReply: boolean, data: unknown): void
    CHANNEL_OPEN_CONFIRMATION(protocol: Protocol, info: ChannelConfirmation): void
    CHANNEL_OPEN_FAILURE(protocol: Protocol, channel: number, reason: number, description: string): void
    CHANNEL_WINDOW_ADJUST(protocol: Protocol, channel: number, bytes: number): void
  }
}

/** What a server says of a channel that it has opened: `recipient` is our number for it, `sender` its own. */
export interface ChannelConfirmation {
  readonly recipient: number
  readonly sender: number
  /** Bytes that may be sent before it allows more. */
  readonly window: number
  readonly packetSize: number
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void

export interface Internals {
  readonly _protocol: Protocol
  readonly _chanMgr: { add(value: unknown): number; remove(id: number): void; get(id: number): unknown }
  /** The server's software, as `OpenSSH_9.2p1`; known with its first line. */
  readonly _remoteVer: string | undefined
  readonly _callbacks: ((refused: unknown) => void)[]
}

export interface ChannelInternals {
  readonly _callbacks: ((refused: unknown) => void)[]
  /** `window` is what we may still send. */
  readonly outgoing: { readonly id: number; window: number; readonly state: string }
  subtype: string
}

export const windowBytes = 2 * 1024 * 1024
export const packetBytes = 32 * 1024

/** Key objects that ssh2 hands around, and the identity that signs for each. */
const signers = new WeakMap<object, Identity>()

/** Makes a key object that ssh2 takes for a private one, while the identity does the signing. */
export function keyFor(parsedPublicKey: object, identity: Identity): object {
  const key = Object.create(parsedPublicKey, { isPrivateKey: { value: () => true } }) as object
  signers.set(key, identity)
  return key
}

/**
 * Signs at once instead of asking first, never with SHA-1, and asks for the service and the login in one go.
 * `onSigned` is called right after a login with a key was asked for.
 */
export function shortenLogin(
  client: Client,
  onSignFailure: (label: string, error: Error) => void,
  onSigned: () => void,
): void {
  const protocol = (client as unknown as Internals)._protocol
  const authPK = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, offered, sign) => {
    const identity = signers.get(key as object)
    if (!identity) return authPK(user, key, offered, sign)
    const isRsa = identity.keyType === 'ssh-rsa'
    const algorithm = isRsa ? (offered?.startsWith('rsa-sha2-') ? offered : 'rsa-sha2-512') : identity.keyType
    if (!sign && identity.probeFirst) return authPK(user, key, algorithm)
    authPK(user, key, algorithm, (data, done) => {
      const failed = (error: unknown) => {
        onSignFailure(identity.label, error instanceof Error ? error : new Error(String(error)))
        protocol._handlers.USERAUTH_FAILURE(protocol, null, false)
      }
      Promise.resolve()
        .then(() => identity.sign(data, algorithm))
        .then(done)
        .then(onSigned)
        .catch(failed)
    })
  }
  const service = protocol.service.bind(protocol)
  const accept = protocol._handlers.SERVICE_ACCEPT
  protocol._handlers.SERVICE_ACCEPT = () => undefined
  protocol.service = name => {
    service(name)
    accept(protocol, name)
  }
}

/** Leaves out the proofs of host keys that this login did not use: they cost both ends a signature each. */
export function skipHostKeyProofs(client: Client): void {
  const { _handlers } = (client as unknown as Internals)._protocol
  const request = _handlers.GLOBAL_REQUEST
  _handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com' || wantReply) request(protocol, name, wantReply, data)
  }
}

/** Asks for any sign of life; `answered` is called with it, or when the connection is gone. */
export function ping(client: Client, answered: () => void = () => undefined): void {
  const internals = client as unknown as Internals
  internals._callbacks.push(answered)
  internals._protocol.ping()
}

/**
 * Opens a session and asks for `command` without waiting for the answer to that: input may follow at once.
 * Rejects when the server refuses the session; `onRefused` is told when it refuses the command.
 */
export function openSession(client: Client, command: string, onRefused: () => void): Promise<Channel> {
  const internals = client as unknown as Internals
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: Channel) => {
      if (error) return reject(error)
      const session = channel as unknown as ChannelInternals
      session._callbacks.push(refused => {
        if (refused) onRefused()
      })
      session.subtype = 'exec'
      internals._protocol.exec(session.outgoing.id, command, true)
      resolve(channel)
    }
    const id = internals._chanMgr.add(Object.assign(opened, { type: 'session' }))
    if (id === -1) return reject(new Error('no free channel'))
    internals._protocol.session(id, windowBytes, packetBytes)
  })
}

/**
 * Whether what was received is decrypted into memory of its own, so that nothing keeps the bytes that were read. Before
 * the keys are there, and with the optional native add-on of ssh2, packets are slices of them.
 */
export function decryptsToCopies(client: Client): boolean {
  const { _decipher } = (client as unknown as Internals)._protocol
  return ['AESGCMDecipherNative', 'GenericDecipherNative'].includes(_decipher?.constructor.name ?? '')
}

/** Where a forwarded stream leads to, as seen from the far end. */
export type ForwardTo =
  | { readonly host: string; readonly port: number }
  | {
      readonly socketPath: string
    }

/** Opens a stream to an address or a unix socket of the far end, which may send `window` bytes at first. */
export function openDirect(client: Client, to: ForwardTo, window: number): Promise<Channel> {
  const internals = client as unknown as Internals
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: Channel) => (error ? reject(error) : resolve(channel))
    const type = 'socketPath' in to ? 'direct-streamlocal@openssh.com' : 'direct-tcpip'
    const id = internals._chanMgr.add(Object.assign(opened, { type }))
    if (id === -1) return reject(new Error('no free channel'))
    if ('socketPath' in to) internals._protocol.openssh_directStreamLocal(id, window, packetBytes, to)
    else {
      const route = { srcIP: '127.0.0.1', srcPort: 0, dstIP: to.host, dstPort: to.port }
      internals._protocol.directTcpip(id, window, packetBytes, route)
    }
  })
}

/**
 * Says something back, which allows nothing more, whenever the far end has allowed a stream to send more and nothing is on
 * its way there. sshd holds a small packet back until the one before is acknowledged (Nagle; it ceases with the first program
 * that it starts), and the kernel here acknowledges after 40 ms unless something is sent. So the answer to whatever was
 * large enough for such an allowance would come 40 ms late.
 */
export function acknowledgeAtOnce(client: Client, link: { readonly writableLength: number }): void {
  const { _protocol, _chanMgr } = client as unknown as Internals
  const { CHANNEL_WINDOW_ADJUST: allowMore } = _protocol._handlers
  _protocol._handlers.CHANNEL_WINDOW_ADJUST = (protocol, recipient, bytes) => {
    allowMore(protocol, recipient, bytes)
    const { outgoing } = (_chanMgr.get(recipient) ?? {}) as Partial<ChannelInternals>
    const isOpen = outgoing?.state === 'open' || outgoing?.state === 'eof'
    if (bytes > 0 && isOpen && link.writableLength === 0) protocol.channelWindowAdjust(outgoing.id, 0)
  }
}

/** How much the far end may send before the reader has taken it. */
export interface ReceiveWindow {
  /** What it was opened with. */
  readonly firstBytes: number
  /** Asked whenever about half of it was taken: what it is from now on. */
  next(isKeepingUp: boolean): number
}

/** Takes over from ssh2, which lets 4 MiB of each stream pile up: allows more only for what the reader has taken. */
export function setReceiveWindow(channel: Channel, window: ReceiveWindow): void {
  const { incoming, outgoing, _client } = channel as unknown as {
    readonly incoming: object
    readonly outgoing: { readonly id: number; readonly state: string }
    readonly _client: Internals
  }
  // ssh2 counts this down and acts on what is left: so nothing ever goes.
  Object.defineProperty(incoming, 'window', { get: () => Number.MAX_SAFE_INTEGER, set: () => undefined })
  let bytes = window.firstBytes
  let allowed = bytes
  let received = 0
  const grant = (): void => {
    const taken = received - channel.readableLength
    if (taken + bytes - allowed < bytes / 2 || outgoing.state === 'closed') return
    bytes = window.next(channel.readableLength === 0)
    const more = taken + bytes - allowed
    if (more <= 0) return
    allowed += more
    _client._protocol.channelWindowAdjust(outgoing.id, more)
  }
  const push = channel.push.bind(channel)
  channel.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    received += chunk?.length ?? 0
    const hasRoom = push(chunk, encoding)
    grant()
    return hasRoom
  }
  const read = channel.read.bind(channel)
  channel.read = (size?: number) => {
    const chunk: unknown = read(size)
    grant()
    return chunk
  }
}
