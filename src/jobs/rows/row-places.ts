/** Where the WebAssembly of rows has things in its memory, what it is asked for and what it answers. */

export const places = {
  /** Numbers of four bytes: what is to be read from here on, and to where; where lines go; how many rows, at most and done. */
  at: 0,
  end: 4,
  out: 8,
  most: 12,
  rows: 16,
  /** Where the last row begins and ends. */
  last: 20,
  lastEnd: 24,
  /** No row begins behind this. */
  limit: 28,
  /** How many messages wait for others of their size: a number for each size, the first at `waiting + 4`. */
  waiting: 32,
  sum: 128,
  /** The letter behind a backslash for a byte; then one more than the byte that a letter stands for; 0 for none. */
  letters: 256,
  meant: 512,
  constants: 768,
  rounds: 1024,
  schedule: 2048,
  slots: 4096,
  row: 40 * 1024,
  input: 42 * 1024,
} as const

/** A message is at most so many blocks of 64 bytes: of longer rows it says nothing. */
export const mostBlocks = 16
export const blockBytes = 64
/** With the mark at its end and its length, a row fills its blocks. */
export const mostRowBytes = mostBlocks * blockBytes - 9

/** Four messages of this many blocks stand one behind another; it may write a little beyond the last one. */
export const slotsOf = (blocks: number): number =>
  places.slots + 2 * blockBytes * blocks * (blocks - 1) + blockBytes * (blocks - 1)

export const modes = { packets: 0, lines: 1 } as const
/** What it answers: all that is whole was read; what follows is not for it; so many rows as were allowed. */
export const answers = { done: 0, other: 1, enough: 2 } as const
