/** Whether a line is a public key of OpenSSH, whole. */

/** What is wrong with it; undefined where it is one. Its text is a length and the type again, then the key (RFC 4253, 6.6). */
export function publicKeyProblem(line: string): string | undefined {
  if (/PRIVATE KEY/.test(line)) return 'is a private key: give the line of the `.pub` file beside it'
  const [, type, text = ''] =
    /^((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]|$)/.exec(line) ?? []
  if (type === undefined)
    return 'is not a public key: that is a line such as `ssh-ed25519 AAAA... name`; options go into `options`'
  const bytes = Buffer.from(text, 'base64')
  if (text.length % 4 !== 0 || bytes.length < 4) return 'is cut short'
  let at = 0
  const parts: Buffer[] = []
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(at)
    if (at + 4 + length > bytes.length) return 'is cut short'
    parts.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  if (at !== bytes.length || parts.length < 2) return 'is cut short'
  return parts[0]?.toString('latin1') === type ? undefined : `says ${type}, and holds a key of another type`
}
