/** Files of checksums, as sha256sum and the BSDs write them. */

/** The sha256 that the text has for a file of this name; undefined where it has none, or two that differ. */
export function checksumOf(text: string, name: string): string | undefined {
  const found = text.split('\n').flatMap(line => {
    const gnu = /^\\?([0-9A-Fa-f]{64})[ \t]+\*?(.+?)\r?$/.exec(line)
    const bsd = /^SHA256 \((.+)\) = ([0-9A-Fa-f]{64})\r?$/.exec(line)
    const [hash, path] = gnu ? [gnu[1], gnu[2]] : [bsd?.[2], bsd?.[1]]
    return path?.split('/').at(-1) === name && hash !== undefined ? [hash.toLowerCase()] : []
  })
  return new Set(found).size === 1 ? found[0] : undefined
}
