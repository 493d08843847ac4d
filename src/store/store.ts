/**
 * A store: named objects, each written once and whole, in a folder or in S3. What every store promises is written here,
 * and held by one suite that all of them pass (`test/store/conformance.ts`).
 */
import type { Readable } from 'node:stream'

/**
 * What is to be stored. Size and hash are known before the first byte goes out: they are signed, and they are what the
 * object is compared with afterwards. `contentOf` makes one of bytes, `fileContent` of a file, `spooled` of a stream.
 */
export interface Content {
  readonly sizeBytes: number
  /** SHA-256 of all bytes, in lower case hex. */
  readonly sha256: string
  /** The bytes from the first one on. Called once for each attempt: every call begins anew. */
  open(): AsyncIterable<Uint8Array>
}

/** The encryption at rest that a store is asked for: `AES256`, or a key of the key service (the bucket's own without `keyId`). */
export type Encryption =
  | { readonly algorithm: 'AES256' }
  | { readonly algorithm: 'aws:kms' | 'aws:kms:dsse'; readonly keyId?: string }

/** What a store says of an object; nothing of it was checked against the bytes. */
export interface Head {
  readonly key: string
  readonly sizeBytes: number
  /** Changes with the object's bytes. Opaque: it is a hash in some stores only. */
  readonly etag: string
  readonly modifiedAt: Date
  /** The hash that whoever stored it gave with it. Undefined where the store keeps none (a folder) or none was given. */
  readonly claimedSha256?: string
  /** In a bucket with versions. */
  readonly versionId?: string
  /** The encryption at rest as the store names it. Undefined: it named none. */
  readonly encryption?: Encryption
}

/** What the store confirmed when it took an object. Not a proof: `prove` reads it back. */
export interface Stored {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
  readonly versionId?: string
  readonly encryption?: Encryption
  /**
   * - `stored`: by this call.
   * - `was-there`: an object with just these bytes was there already: of an earlier run, or of an attempt of this call
   *   whose answer was lost. It was read back whole and compared.
   */
  readonly outcome: 'stored' | 'was-there'
}

/** An object that is being read. Whoever asked for it reads `body` to its end or destroys it. */
export interface Opened extends Head {
  readonly body: Readable
}

/** An object in a list. */
export interface Listed {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedAt: Date
}

/** What a job wants of a store, for `look` to judge by. */
export interface Needs {
  /** How long objects must stay, in days. */
  readonly keepDays: number | 'for ever'
}

/**
 * One thing that was seen, or could not be seen, of a store before it is used.
 * - `good`: as it should be
 * - `note`: to be told in the plan
 * - `unseen`: could not be read: `sentence` says why. Never taken for good
 * - `refuse`: the job must not use this store so; `next` is the way out
 */
export interface Finding {
  readonly about:
    | 'place'
    | 'encryption'
    | 'versions'
    | 'lock'
    | 'lifecycle'
    | 'public'
    | 'conditional-writes'
    | 'links'
    | 'space'
  readonly verdict: 'good' | 'note' | 'unseen' | 'refuse'
  readonly sentence: string
  /** It only informs: nobody has to do anything about it. */
  readonly isRemark?: true
  readonly next?: string
}

export interface CallOptions {
  /** Ends the call; what was under way is then unknown, as after a lost connection. */
  readonly signal?: AbortSignal
}

export interface PutOptions extends CallOptions {
  /** An object of that name is replaced. Without it, none ever is: it is compared, and refused where it differs. */
  readonly replace?: boolean
}

export interface GetOptions extends CallOptions {
  /** Begins at this byte: to go on where an earlier stream was cut. */
  readonly fromByte?: number
  /** Refuses (kind `taken`) unless the object still has this etag. */
  readonly etag?: string
}

/**
 * Keys are checked by `checkKey`: segments of letters, digits and `._=~-` with `/` between them (`keySegment` makes one of
 * any text). They are relative to the store's URL. All methods may be called at the same time, and each may be called
 * again after it failed.
 *
 * Errors are `StoreError`s: an `OpsError` with a `kind`, what is true now (`changed`) and what to do next. No secret is
 * in any of them.
 */
export interface Store {
  /** `s3://BUCKET/PREFIX` or the folder's path: for people and receipts, without any secret. */
  readonly url: string

  /**
   * Keeps so many bytes of a store that may become full for what is to be put later; the promise is a function that lets
   * go of them. Nothing of it has a name: it goes with this process. Left out by a store that does not become full.
   */
  keepRoom?(sizeBytes: number): Promise<() => Promise<void>>

  /** What every `put` asks for, so that none can forget it. */
  readonly encryption?: Encryption

  /**
   * Looks at the place before anything depends on it, and changes nothing there: whether it is there and ours to use,
   * encryption, versions, lock, and rules that would take objects away before `needs.keepDays`. What could not be read is
   * a finding too.
   * @throws where nothing at all can be said: no such bucket, no connection, wrong credentials.
   */
  look(needs: Needs, options?: CallOptions): Promise<readonly Finding[]>

  /**
   * Stores an object whole, or not at all: nobody ever sees part of it. Resolves when the store has confirmed it, and
   * confirmed the encryption that it was asked for.
   * - Bytes that differ from `content.sha256` or `sizeBytes` are never stored (kind `wrong`, changed no).
   * - An object that is there stays (kind `taken`), unless `replace` or its bytes are these (`was-there`).
   * - A store that does not confirm the encryption: kind `unencrypted`. The object is there then (changed yes).
   * - Where an answer was lost: kind `lost`, changed unknown. To put it again is always right.
   */
  put(key: string, content: Content, options?: PutOptions): Promise<Stored>

  /**
   * Opens an object for reading. The stream fails (kind `lost`) where fewer bytes come than the store announced, or none
   * for the idle deadline; what it cannot notice is a store that announces the wrong size or sends wrong bytes: `checked`
   * and `prove` do. Memory stays bounded: a reader that pauses pauses the store.
   * @throws kind `absent` where there is no such object.
   */
  get(key: string, options?: GetOptions): Promise<Opened>

  /** What the store says of one object. Undefined: the store says that there is none. */
  head(key: string, options?: CallOptions): Promise<Head | undefined>

  /**
   * All objects whose key begins with `prefix` ('' for all; it may end within a segment), page after page, however many
   * there are. Things whose names are no keys are left out: they are not ours. In no order that may be depended on. An object that comes or goes meanwhile may be in it or not.
   */
  list(prefix: string, options?: CallOptions): AsyncIterable<Listed>

  /** Takes an object away; well done also where there is none. In a bucket with versions the older ones stay. */
  delete(key: string, options?: CallOptions): Promise<void>

  /** Lets connections go. Nothing may be called afterwards. */
  close(): Promise<void>
}
