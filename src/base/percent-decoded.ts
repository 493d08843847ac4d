/** What %XX in a part of an address stands for; undefined: it stands for no text. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
