/** Memory of one chunk of rows, used again and again: V8 collects large pieces late. */

/** A chunk is full then. */
export const mostBytes = 2 * 1024 * 1024
export const mostRows = 25_000
/** Where it becomes INSERTs, whose size does not depend on it: memory is let go of between chunks. */
export const insertedBytes = 512 * 1024
/** Where it rests between chunks: some milliseconds of the server. */
export const shortBytes = 128 * 1024

export interface Room {
  readonly bytes: Buffer
  /** Of doubles: lines may be more than 32 bits count. */
  readonly rows: Float64Array
  readonly ends: Int32Array
}

/** With some room for the last row. */
export function newRoom(): Room {
  return {
    bytes: Buffer.allocUnsafeSlow(mostBytes + 64 * 1024),
    rows: new Float64Array(mostRows),
    ends: new Int32Array(mostRows),
  }
}
