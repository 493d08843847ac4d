/**
 * What proves that rows are the same on two sides: 128 bits of SHA-256 over a row's bytes, with the length before each
 * cell, NULL apart and the key inside. A chunk is its count and the XOR of its rows' hashes, so that order plays no part.
 */
import { hash } from 'node:crypto'
import type { WireRow } from './wire-row.ts'

/** Of one row, and of a set of them. */
export const hashBytes = 16

/** The hash of one row, as text of 16 characters that are a byte each: made, kept and looked up faster than a buffer. */
export function rowHash(row: WireRow): string {
  return hash('sha256', row, 'binary').slice(0, hashBytes)
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
  add(row: WireRow): string {
    const each = rowHash(row)
    this.addHash(each)
    return each
  }

  addHash(each: string): void {
    const xor = this.#xor
    for (let index = 0; index < hashBytes; index++) xor[index] = (xor[index] ?? 0) ^ each.charCodeAt(index)
    this.#rows += 1
  }

  /** So many rows at once, as the XOR of their hashes. */
  addSum(rows: number, sum: Uint8Array): void {
    const xor = this.#xor
    for (let index = 0; index < hashBytes; index++) xor[index] = (xor[index] ?? 0) ^ (sum[index] ?? 0)
    this.#rows += rows
  }

  digest(): RowsDigest {
    return { rows: this.#rows, hash: this.#xor.toString('hex') }
  }
}

/** Whether two sets of rows are the same, as far as 128 bits can tell. */
export function sameRows(one: RowsDigest, other: RowsDigest): boolean {
  return one.rows === other.rows && one.hash === other.hash
}
