/** Keys that stand twice in one object of a JSON document: a text keeps both, and MySQL's JSON one of them, without a word. */

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c]
const [objectBegins, objectEnds, listBegins, listEnds] = [0x7b, 0x7d, 0x5b, 0x5d]

/** The first such key, as it is written; undefined: none. Of text that is no JSON it may say anything. */
export function doubledKey(json: Buffer): string | undefined {
  if (json.indexOf(objectBegins) < 0) return undefined
  /** The keys of each object that is open, and undefined for a list. */
  const open: (Set<string> | undefined)[] = []
  let awaitsKey = false
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case objectBegins:
        open.push(new Set())
        awaitsKey = true
        break
      case listBegins:
        open.push(undefined)
        break
      case objectEnds:
      case listEnds:
        open.pop()
        awaitsKey = false
        break
      case comma:
        awaitsKey = open.at(-1) !== undefined
        break
      case colon:
        awaitsKey = false
        break
      case quote: {
        const end = endOfString(json, at)
        const keys = awaitsKey ? open.at(-1) : undefined
        if (keys !== undefined) {
          const key = keyIn(json.subarray(at, end))
          if (keys.has(key)) return json.toString('utf8', at + 1, end - 1)
          keys.add(key)
        }
        at = end - 1
        break
      }
    }
  }
  return undefined
}

/** Behind its second quote. */
function endOfString(json: Buffer, from: number): number {
  let end = json.indexOf(quote, from + 1)
  while (end > 0 && isEscaped(json, end)) end = json.indexOf(quote, end + 1)
  return end < 0 ? json.length : end + 1
}

function isEscaped(json: Buffer, at: number): boolean {
  let before = at
  while (json[before - 1] === backslash) before -= 1
  return (at - before) % 2 === 1
}

/** One key may be spelled in several ways. */
function keyIn(quoted: Buffer): string {
  if (!quoted.includes(backslash)) return quoted.toString('latin1', 1, quoted.length - 1)
  try {
    return Buffer.from(JSON.parse(quoted.toString('utf8')) as string).toString('latin1')
  } catch {
    return quoted.toString('latin1')
  }
}
