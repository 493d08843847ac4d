/** Where the right to use a bucket comes from: what AWS's own tools would take, in their order. */
import { Secret } from '../base/secret.ts'

/** A login to S3. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
  /** After this they are refused. */
  readonly expiresAt?: Date
  /** Where they came from, for people: `the environment`, `profile backup in ~/.aws/credentials`. */
  readonly from: string
}

/** Gives credentials, new ones each time that it is asked. */
export type CredentialSource = () => Promise<Credentials>

/** New ones are asked for so long before the old ones end: a long upload must not outlive its signature's login. */
const renewBeforeMs = 5 * 60_000

/** Asks the source when needed: at first, shortly before the end, and when a server has refused them as ended. */
export class CredentialKeeper {
  readonly #source: CredentialSource
  #current: Promise<Credentials> | undefined

  constructor(source: CredentialSource) {
    this.#source = source
  }

  async get(nowMs: number): Promise<Credentials> {
    this.#current ??= this.#source()
    const asked = this.#current
    try {
      const { expiresAt } = await asked
      const isEnding = expiresAt !== undefined && expiresAt.getTime() - nowMs < renewBeforeMs
      if (isEnding && this.#current === asked) this.#current = this.#source()
    } catch (error) {
      // The next call asks again: a file may have been put right.
      if (this.#current === asked) this.#current = undefined
      throw error
    }
    return this.#current ?? asked
  }

  /** These are no longer taken. */
  forget(): void {
    this.#current = undefined
  }
}

/** Credentials as AWS's programs and services spell them. Undefined where the text is something else. */
export function credentialsFromJson(text: string, from: string): Credentials | undefined {
  try {
    const json = JSON.parse(text)
    const id = json.AccessKeyId
    const secret = json.SecretAccessKey
    const token = json.SessionToken ?? json.Token
    if (
      typeof id !== 'string' ||
      typeof secret !== 'string' ||
      (token !== undefined && typeof token !== 'string')
    )
      return undefined
    const end = new Date(json.Expiration)
    return {
      ...credentials(id, secret, token, from),
      ...(Number.isNaN(end.getTime()) ? {} : { expiresAt: end }),
    }
  } catch {
    return undefined
  }
}

/** Credentials whose secrets print as `[secret]`. */
export function credentials(
  id: string,
  secret: string,
  token: string | undefined,
  from: string,
): Credentials {
  return {
    accessKeyId: id,
    secretAccessKey: new Secret(secret),
    ...(token ? { sessionToken: new Secret(token) } : {}),
    from,
  }
}
