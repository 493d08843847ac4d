/** How a file begins, to tell what ops wrote from what is somebody else's. */
import { closeSync, openSync, readSync } from 'node:fs'

const firstBytes = 64

/** A plan that `ops plan -o` wrote. */
export const planBeginning = /^\s*\{\s*"format":/

/** Undefined where it cannot be read. */
export function beginningOf(file: string): string | undefined {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(firstBytes)
      return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, firstBytes, 0))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}
