/**
 * What proves that rows are the same on two sides: 128 bits of SHA-256 over a row's bytes, with the length before each
 * cell, NULL apart and the key inside. A chunk is its count and the XOR of its rows' hashes, so that order plays no part.
 */
import { createHash } from 'node:crypto'
import type { WireRow } from './wire-row.ts'

const hashBytes = 16

/** The hash of one row. */
export function rowHash(row: WireRow): Buffer {
  return createHash('sha256').update(row).digest().subarray(0, hashBytes)
}

/** Count and hash of a set of rows, as it goes into receipts. */
export interface RowsDigest {
  readonly rows: number
  /** 32 lower case hex digits. */
  readonly hash: string
}

/** Takes rows in any order; `digest` tells what has come so far. */
export class RowsHasher {
  #rows = 0
  readonly #xor = Buffer.alloc(hashBytes)

  /** Answers with the hash of the row. */
  add(row: WireRow): Buffer {
    const hash = rowHash(row)
    this.addHash(hash)
    return hash
  }

  addHash(hash: Uint8Array): void {
    const xor = this.#xor
    for (let index = 0; index < hashBytes; index++) xor[index] = (xor[index] ?? 0) ^ (hash[index] ?? 0)
    this.#rows += 1
  }

  digest(): RowsDigest {
    return { rows: this.#rows, hash: this.#xor.toString('hex') }
  }
}

/** Whether two sets of rows are the same, as far as 128 bits can tell. */
export function sameRows(one: RowsDigest, other: RowsDigest): boolean {
  return one.rows === other.rows && one.hash === other.hash
}
