/** Public keys of OpenPGP, out of their ASCII armor (RFC 9580, 6.2). */

const block =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\n(?:[^\n]*\S[^\n]*\n)*[ \t]*\n([A-Za-z0-9+/=\n]*?)(?:^=[A-Za-z0-9+/]{4}[ \t]*\n)?^-----END PGP PUBLIC KEY BLOCK-----[ \t]*$/gm

/** The packets of all blocks, one after the other, as a keyring file holds them; undefined where there are none. */
export function bareKeys(text: string): Buffer | undefined {
  const blocks = [...text.replaceAll('\r', '').matchAll(block)].map(([, body = '']) =>
    Buffer.from(body.replaceAll('\n', ''), 'base64'),
  )
  return blocks.length === 0 || blocks.some(({ length }) => length === 0) ? undefined : Buffer.concat(blocks)
}
