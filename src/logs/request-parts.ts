/** Takes a request line apart: method, target and protocol, or nothing where it is none. */

export interface RequestParts {
  methodEnd: number
  targetStart: number
  targetEnd: number
  protocolStart: number
}

const space = 0x20
const isMethod = new Uint8Array(256)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-') isMethod[letter.charCodeAt(0)] = 1

/**
 * Finds the parts of `bytes[from..to)`. What is between the first space and the version is the target, spaces too; no
 * version is HTTP/0.9. False for what no method begins: TLS on a port of HTTP, an empty request, binary rubbish.
 */
export function splitRequest(bytes: Buffer, from: number, to: number, parts: RequestParts): boolean {
  let at = from
  while (at < to && isMethod[bytes[at] as number] === 1) at++
  if (at === from || at >= to || bytes[at] !== space) return false
  parts.methodEnd = at
  parts.targetStart = at + 1
  parts.targetEnd = to
  parts.protocolStart = to
  let version = to
  while (version > at + 1 && bytes[version - 1] !== space) {
    version--
    // No version is longer.
    if (to - version > 12) return true
  }
  if (version > at + 1 && isVersion(bytes, version, to)) {
    parts.targetEnd = version - 1
    parts.protocolStart = version
  }
  return true
}

/** `HTTP/1.1`, `HTTP/2.0`, `HTTP/3` and what a client made up in their likeness. */
function isVersion(bytes: Buffer, from: number, to: number): boolean {
  if (to - from < 6) return false
  const isHttp =
    bytes[from] === 0x48 &&
    bytes[from + 1] === 0x54 &&
    bytes[from + 2] === 0x54 &&
    bytes[from + 3] === 0x50 &&
    bytes[from + 4] === 0x2f
  if (!isHttp) return false
  for (let at = from + 5; at < to; at++) {
    const byte = bytes[at] as number
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2e) return false
  }
  return true
}
