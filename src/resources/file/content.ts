/** What a file is to hold: text that travels inside the script, or a local file that is uploaded first. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'

/** Content up to this size travels inside the script. */
export const literalBytes = 256 * 1024

/** A secret stays one, and no hash of it is kept beside it: params end up in saved plans. */
export type Content =
  | { readonly kind: 'text'; readonly text: string | Secret }
  | {
      readonly kind: 'upload'
      readonly localPath: string
      readonly sha256: string
      readonly sizeBytes: number
    }

/** Content from text that a recipe wrote. */
export function contentOfText(text: string | Secret): Content {
  return { kind: 'text', text }
}

/** Text as it goes into the script, and nowhere else when it is a secret. */
export function revealed(text: string | Secret): string {
  return text instanceof Secret ? text.reveal() : text
}

/** Of the bytes that the file will hold, in hex. */
export function contentHash(content: Content): string {
  return content.kind === 'upload'
    ? content.sha256
    : createHash('sha256').update(revealed(content.text)).digest('hex')
}

/** How many bytes the file will hold. */
export function contentSize(content: Content): number {
  return content.kind === 'upload' ? content.sizeBytes : Buffer.byteLength(revealed(content.text))
}

/**
 * Content of a local file: read whole where it is small text, else hashed piece by piece.
 * @throws OpsError `input` when there is no such regular file.
 */
export function contentOfSource(source: string, folder: string): Content {
  const localPath = isAbsolute(source) ? source : join(folder, source)
  const sizeBytes = sizeOfFile(localPath, source)
  if (sizeBytes <= literalBytes) {
    const bytes = readFileSync(localPath)
    const text = bytes.toString('utf8')
    if (!text.includes('\0') && Buffer.from(text).equals(bytes)) return contentOfText(text)
  }
  return { kind: 'upload', localPath, ...hashOfFile(localPath) }
}

function sizeOfFile(localPath: string, source: string): number {
  try {
    const found = statSync(localPath)
    if (found.isFile()) return found.size
    throw inputError(`source ${source}: ${localPath} is not a regular file`)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw inputError(`source ${source}: cannot read ${localPath} (${String(error.code)})`, {
      next: 'Paths of `source` are relative to the folder of the recipe.',
    })
  }
}

function hashOfFile(localPath: string): { sha256: string; sizeBytes: number } {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(1024 * 1024)
  const file = openSync(localPath, 'r')
  let sizeBytes = 0
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read))
      sizeBytes += read
    }
  } finally {
    closeSync(file)
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}
