/** Brings a large payload into a new file on the host, over a channel of its own, counted and hashed on both ends. */
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../base/errors.ts'
import { bareShell } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { openShell } from './become.ts'
import type { Become, Transport } from './transport.ts'
import uploadText from './upload.sh'

/** What to bring where. */
export interface UploadRequest {
  /** A new file, made with mode 0600 in a directory that exists and is 0700. It must not exist yet. */
  readonly path: string
  readonly source: Readable
  readonly sizeBytes: number
  /** The longest wait without progress, in milliseconds; two minutes unless given. */
  readonly silenceMs?: number
}

/** What arrived, as the host counted it. */
export interface UploadResult {
  readonly sha256: string
}

const endGraceMs = 2_000
/** While sending works, the host's answer decides. */
const neverEnds = new Promise<never>(() => undefined)

/**
 * Streams `source` into `path` as the become user; memory stays bounded on both ends. Where it fails or is cut off
 * the host removes the file, for it knows how many bytes are to come.
 * @throws OpsError `failed`, `lost` or `authentication`
 */
export async function upload(
  transport: Transport,
  become: Become | undefined,
  { path, source, sizeBytes, silenceMs = 120_000 }: UploadRequest,
): Promise<UploadResult> {
  const nonce = randomBytes(12).toString('hex')
  const shell = await openShell(transport, become)
  const answers = createInterface({ input: shell.stdout, crlfDelay: Number.POSITIVE_INFINITY })
  const lines = answers[Symbol.asyncIterator]()
  const complaints = collectTail(shell.stderr)
  const silence = setTimeout(() => shell.close(), silenceMs)
  const hash = createHash('sha256')
  let sentBytes = 0
  const failed = (title: string, more: { changed?: 'no' | 'unknown'; code?: 'failed' | 'lost' } = {}) =>
    new OpsError({
      code: more.code ?? 'failed',
      title: `upload to ${path}: ${title}`,
      host: transport.name,
      ...(complaints() === '' ? {} : { said: complaints() }),
      changed: more.changed ?? 'no',
      next: 'Look at the free space and the permissions there, then run the same command again.',
    })
  const answer = async (): Promise<readonly string[]> => {
    for (;;) {
      const line = await lines.next()
      if (line.done) {
        await shell.ready
        const ending = await shell.ended
        if ('lost' in ending) throw failed(ending.lost, { code: 'lost', changed: 'unknown' })
        throw failed('the host could not write the file')
      }
      const at = line.value.indexOf(nonce)
      if (at >= 0) return line.value.slice(at + nonce.length + 1).split(' ')
    }
  }
  try {
    shell.stdin.write(uploadScript(path, sizeBytes, nonce))
    // The shell reads ahead: payload may only follow once it has taken in all of the script.
    await answer()
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        silence.refresh()
        sentBytes += chunk.length
        hash.update(chunk)
        done(sentBytes > sizeBytes ? new Error('the source is longer than it was') : null, chunk)
      },
    })
    const written = pipeline(source, counted, shell.stdin).then(
      () => undefined,
      (error: Error) => error,
    )
    const unsent = written.then(async error => {
      if (!error) return neverEnds
      // A pipe that broke is only the sign: how the channel ended says what happened.
      const ending = await Promise.race([shell.ended, pause(endGraceMs, undefined, { ref: false })])
      if (ending && 'lost' in ending) throw failed(ending.lost, { code: 'lost', changed: 'unknown' })
      throw failed(error.message)
    })
    const [arrived = '', sum = ''] = await Promise.race([answer(), unsent])
    const sendError = await written
    const sha256 = hash.digest('hex')
    if (sendError) throw failed(sendError.message)
    if (Number(arrived) !== sizeBytes || sentBytes !== sizeBytes) {
      throw failed(`${arrived} of ${sizeBytes} bytes arrived`)
    }
    if (sum !== '-' && sum !== sha256) throw failed('the checksum differs from what was sent')
    return { sha256 }
  } finally {
    clearTimeout(silence)
    answers.close()
    source.destroy()
    shell.close()
  }
}

function uploadScript(path: string, sizeBytes: number, nonce: string): string {
  // Everything is in a function that is called on the last line: a script that was cut runs nothing.
  return `${bareShell(uploadText)}${sh`ops_upload ${path} ${sizeBytes} ${nonce}`.shell}\n`
}

function collectTail(stream: Readable): () => string {
  let tail = ''
  stream.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2_000)
  })
  return () => tail.trim()
}
