/** Where the right to use a bucket comes from: what AWS's own tools would take, in their order. */
import type { Secret } from '../base/secret.ts'

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
    const kept = await this.#current?.catch(() => undefined)
    if (
      kept !== undefined &&
      (kept.expiresAt === undefined || kept.expiresAt.getTime() - nowMs > renewBeforeMs)
    )
      return kept
    this.#current = this.#source()
    return this.#current
  }

  /** These are no longer taken. */
  forget(): void {
    this.#current = undefined
  }
}
