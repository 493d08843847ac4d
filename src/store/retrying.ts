/** Makes any store patient: what may go well the next time is tried again, and an answer that was lost is found out. */
import { Readable } from 'node:stream'
import { holds, type Proof } from './prove.ts'
import { type RetryPolicy, usualRetries, waitBefore, withRetries } from './retries.ts'
import type {
  CallOptions,
  Content,
  Encryption,
  Finding,
  GetOptions,
  Head,
  Listed,
  Needs,
  Opened,
  PutOptions,
  Store,
  Stored,
} from './store.ts'
import { isStoreError, StoreError } from './store-error.ts'

const triesOfLook = 4

class RetryingStore implements Store {
  readonly url: string
  readonly encryption?: Encryption
  readonly keepRoom?: NonNullable<Store['keepRoom']>
  readonly #inner: Store
  readonly #policy: RetryPolicy

  constructor(inner: Store, policy: RetryPolicy) {
    this.url = inner.url
    if (inner.encryption !== undefined) this.encryption = inner.encryption
    if (inner.keepRoom) this.keepRoom = inner.keepRoom.bind(inner)
    this.#inner = inner
    this.#policy = policy
  }

  look(needs: Needs, options: CallOptions = {}): Promise<readonly Finding[]> {
    // Somebody waits for a plan, and a wrong address does not mend itself.
    const policy = { ...this.#policy, tries: Math.min(this.#policy.tries, triesOfLook) }
    return withRetries(() => this.#inner.look(needs, options), policy, options.signal)
  }

  async put(key: string, content: Content, options: PutOptions = {}): Promise<Stored> {
    const { replace = false, signal } = options
    for (let next = 2; ; next++) {
      try {
        return await this.#inner.put(key, content, options)
      } catch (error) {
        if (isStoreError(error, 'taken') && !replace) return await this.#compare(key, content, error, signal)
        if (!isStoreError(error, 'busy', 'lost') || next > this.#policy.tries || signal?.aborted) throw error
        // Nothing is asked here of what became of a lost attempt: the next one meets it as `taken`, and compares.
        await waitBefore(next, this.#policy, { retryAfterMs: error.retryAfterMs, signal })
      }
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<Opened> {
    const open = (more: GetOptions) =>
      withRetries(() => this.#inner.get(key, { ...options, ...more }), this.#policy, options.signal)
    const opened = await open({})
    let current = opened
    const reopen = async (fromByte: number) => {
      current = await open({ fromByte, etag: opened.etag })
      return current
    }
    const pieces = goingOn(opened, options.fromByte ?? 0, reopen, this.#policy.tries)
    const body = Readable.from(pieces, { objectMode: false })
    // One that is given up before its first byte never comes to the end of `goingOn`.
    return { ...opened, body: body.once('close', () => current.body.destroy()) }
  }

  head(key: string, options: CallOptions = {}): Promise<Head | undefined> {
    return withRetries(() => this.#inner.head(key, options), this.#policy, options.signal)
  }

  list(prefix: string, options: CallOptions = {}): AsyncIterable<Listed> {
    return this.#inner.list(prefix, options)
  }

  delete(key: string, options: CallOptions = {}): Promise<void> {
    return withRetries(() => this.#inner.delete(key, options), this.#policy, options.signal)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  /** What is there is read whole: just these bytes are as good as stored. @throws `taken` where it is something else. */
  async #compare(
    key: string,
    content: Content,
    taken: StoreError,
    signal: AbortSignal | undefined,
  ): Promise<Stored> {
    const proof: Proof | undefined = await holds(this, key, content, signal === undefined ? {} : { signal })
    if (proof === undefined) throw otherBytes(taken)
    const { sizeBytes, etag, versionId, encryption } = proof
    return {
      key,
      sizeBytes,
      etag,
      outcome: 'was-there',
      ...(versionId === undefined ? {} : { versionId }),
      ...(encryption === undefined ? {} : { encryption }),
    }
  }
}

/** A store that tries again. `list` is patient by itself: its pages cannot be begun anew from outside. */
export function retrying(store: Store, policy: RetryPolicy = usualRetries): Store {
  return new RetryingStore(store, policy)
}

/** The bytes of an object; where its stream is lost, a new one goes on at the same byte of the same object. */
async function* goingOn(
  first: Opened,
  fromByte: number,
  reopen: (fromByte: number) => Promise<Opened>,
  tries: number,
): AsyncGenerator<Buffer> {
  let opened = first
  let position = fromByte
  for (let fruitless = 1; ; ) {
    const before = position
    try {
      for await (const piece of opened.body as AsyncIterable<Buffer>) {
        position += piece.byteLength
        yield piece
      }
      return
    } catch (error) {
      fruitless = position > before ? 1 : fruitless + 1
      if (!isStoreError(error, 'lost', 'busy') || fruitless > tries) throw error
      opened = await reopen(position)
    }
  }
}

const otherBytes = (taken: StoreError): StoreError =>
  new StoreError(
    'taken',
    {
      ...taken.data,
      title: taken.data.title.replace(/ is there already.*$/, ' is there already, with other bytes'),
      changed: 'no',
      next: 'Another job writes there, or an earlier run had other data: give each its own prefix, or look at what is there first.',
    },
    { cause: taken },
  )
