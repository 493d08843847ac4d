/** Writes a tar archive of plain files, the same bytes each time (POSIX 1003.1, ustar). */

export interface TarFile {
  /** Relative, of ASCII; folders are made by it. */
  readonly path: string
  readonly bytes: Buffer
}

const block = 512

/** Owned by root, readable by all, without a time. */
export function tarOf(files: readonly TarFile[]): Buffer {
  const pieces = files.flatMap(({ path, bytes }) => [
    header(path, bytes.length),
    bytes,
    Buffer.alloc((block - (bytes.length % block)) % block),
  ])
  return Buffer.concat([...pieces, Buffer.alloc(2 * block)])
}

function header(path: string, size: number): Buffer {
  const { prefix, name } = split(path)
  const head = Buffer.alloc(block)
  head.write(name, 0, 100, 'latin1')
  head.write('0000644\0', 100, 'latin1')
  head.write('0000000\0', 108, 'latin1')
  head.write('0000000\0', 116, 'latin1')
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  head.write('00000000000\0', 136, 'latin1')
  head.write('        ', 148, 'latin1')
  head.write('0', 156, 'latin1')
  head.write('ustar\x0000', 257, 'latin1')
  head.write(prefix, 345, 155, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}

/** A long path stands in two fields. */
function split(path: string): { readonly prefix: string; readonly name: string } {
  if (path.length <= 100) return { prefix: '', name: path }
  const at = path.indexOf('/', path.length - 101)
  if (at < 0 || at > 155) throw new RangeError(`${path} is too long a name for a tar archive`)
  return { prefix: path.slice(0, at), name: path.slice(at + 1) }
}
