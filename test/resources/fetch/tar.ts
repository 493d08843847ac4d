/** Writes tar files byte by byte, as no well-meaning program would. */

export interface Member {
  readonly name: string
  /** `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder, `6` a pipe (ustar). */
  readonly kind?: '0' | '1' | '2' | '5' | '6'
  readonly to?: string
  readonly text?: string
  readonly mode?: number
}

/** A ustar archive with these members, in this order. */
export function tarOf(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(member => [headerOf(member), padded(Buffer.from(member.text ?? ''))])
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function headerOf({ name, kind = '0', to = '', text = '', mode = 0o644 }: Member): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`
  header.write(name, 0)
  header.write(octal(mode, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(Buffer.byteLength(text), 12), 124)
  header.write(octal(1_700_000_000, 12), 136)
  header.write(' '.repeat(8), 148)
  header.write(kind, 156)
  header.write(to, 157)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
