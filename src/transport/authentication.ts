/** Decides what to offer next during a login, and tells afterwards what was tried. */
import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2'
import { OpsError } from '../base/errors.ts'
import type { Address } from './dial.ts'
import type { Candidate } from './identity-file.ts'
import { keyFor } from './ssh2-internals.ts'
import type { ConnectTarget } from './transport.ts'

/** Filled while logging in; the words of a later error. */
export interface AuthenticationLog {
  readonly tried: string[]
  /** The methods that the server said it takes. */
  accepts: readonly string[] | undefined
  banner: string
}

interface Credentials {
  readonly target: ConnectTarget
  readonly address: Address
  readonly user: string
  readonly candidates: readonly Candidate[]
  readonly askSecret?: (question: string) => Promise<string>
}

type Ssh2 = { readonly utils: { parseKey(data: Buffer): unknown } }

const promptsAllowed = 3

/**
 * Offers keys first, then what a person can type, and `none` last: some servers take only that,
 * and asking it first would cost every login a round trip.
 */
export function authenticator(login: Credentials, log: AuthenticationLog, ssh2: Ssh2): AuthHandlerMiddleware {
  const methods = offers(login, log, ssh2)
  let asked: Promise<unknown> = Promise.resolve()
  return (accepts, _partial, next) => {
    if (accepts) log.accepts = accepts as string[]
    asked = asked
      .then(() => methods.next())
      .then(offer => next(offer.done ? (false as never) : offer.value))
      .catch((error: unknown) => {
        log.tried.push(error instanceof Error ? error.message : String(error))
        next(false as never)
      })
    return undefined as never
  }
}

async function* offers(
  { address, user: username, candidates, askSecret }: Credentials,
  log: AuthenticationLog,
  ssh2: Ssh2,
): AsyncGenerator<AnyAuthMethod> {
  const takes = (method: string) => !log.accepts || log.accepts.includes(method)
  for (const candidate of candidates) {
    if (!takes('publickey')) break
    const identity = await candidate.load()
    if (typeof identity === 'string') {
      log.tried.push(identity)
      continue
    }
    const parsed = ssh2.utils.parseKey(
      Buffer.from(`${identity.keyType} ${identity.publicKey.toString('base64')}`),
    )
    const publicKey = Array.isArray(parsed) ? parsed[0] : parsed
    if (publicKey instanceof Error || typeof publicKey !== 'object' || publicKey === null) {
      log.tried.push(`${identity.label}: its type is not supported`)
      continue
    }
    log.tried.push(identity.label)
    yield { type: 'publickey', username, key: keyFor(publicKey, identity) as never }
  }
  let sentNone = false
  if (log.accepts === undefined) {
    sentNone = true
    log.tried.push('no credentials at all')
    yield { type: 'none', username }
  }
  if (askSecret) {
    if (takes('keyboard-interactive')) {
      log.tried.push('keyboard-interactive')
      yield {
        type: 'keyboard-interactive',
        username,
        prompt: answerPrompts(`${username}@${address.hostname}`, askSecret),
      }
    }
    for (let attempt = 1; attempt <= promptsAllowed && takes('password'); attempt++) {
      const password = await askSecret(`Password of ${username}@${address.hostname}`)
      if (password === '') break
      if (attempt === 1) log.tried.push('password')
      yield { type: 'password', username, password }
    }
  }
  if (!sentNone) yield { type: 'none', username }
}

type Prompts = readonly { readonly prompt: string }[]

function answerPrompts(account: string, askSecret: (question: string) => Promise<string>) {
  return (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: Prompts,
    finish: (answers: string[]) => void,
  ) => {
    const answerAll = async () => {
      const answers: string[] = []
      for (const { prompt } of prompts)
        answers.push(await askSecret(`${account}: ${prompt.replace(/:?\s*$/, '')}`))
      return answers
    }
    answerAll().then(finish, () => finish(prompts.map(() => '')))
  }
}

/** Whether a banner says that the account itself is closed: PAM tells so, and hangs up. */
export function refusesAccount(banner: string): boolean {
  return /expired|account.*(locked|disabled|not available)|not allowed to log ?in|access denied/i.test(banner)
}

/** The error of a login that the server did not accept. */
export function authenticationError(
  login: Pick<Credentials, 'target' | 'address' | 'user' | 'askSecret'>,
  log: AuthenticationLog,
  cause: Error | undefined,
): OpsError {
  const { user, target, address } = login
  const tooMany = /too many authentication failures/i.test(cause?.message ?? '')
  const accepts = log.accepts?.length ? `The server takes: ${log.accepts.join(', ')}.` : ''
  const banner = log.banner.trim()
  return new OpsError(
    {
      code: 'authentication',
      title: `${address.hostname} does not let ${user} in${tooMany ? ': too many keys were offered' : ''}`,
      host: target.name,
      detail: [`Tried: ${log.tried.join('; ') || 'nothing'}.`, accepts].filter(Boolean).join(' '),
      ...(banner === '' ? {} : { said: banner }),
      changed: 'no',
      next: tooMany
        ? 'Name the right key with --identity, or set IdentitiesOnly yes for the host in your ssh config.'
        : `Check that this works: ssh -p ${address.port} ${user}@${address.hostname}. Name a key with --identity, or load it into ssh-agent.`,
    },
    { cause },
  )
}
