/** SQL that a server has printed, cut into its words, names, strings and marks. Pure. */

export interface Token {
  /** `name` stood in backticks; `bytes` is a string as b'101' or x'6162'. */
  readonly kind: 'word' | 'name' | 'string' | 'bytes' | 'number' | 'mark'
  /** A word in lower case; of a name and a string what they say, without quotes. */
  readonly text: string
  /** Where it begins in the SQL. */
  readonly at: number
}

const pieces = [
  '(?<space>\\s+|/\\*!\\d*|/\\*M!\\d*|\\*/)',
  "(?<bytes>[bxBX]'[0-9a-fA-F]*'|0x[0-9a-fA-F]+)",
  '(?<name>`(?:[^`]|``)*`)',
  "(?<string>'(?:[^'\\\\]|\\\\[\\s\\S]|'')*')",
  '(?<number>\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?(?![\\w$])|\\.\\d+(?:[eE][+-]?\\d+)?)',
  '(?<word>[\\w$\\u0080-\\uffff]+)',
  '(?<mark><=>|<>|!=|<=|>=|<<|>>|\\|\\||&&|->>|->|[\\s\\S])',
]
const pattern = new RegExp(pieces.join('|'), 'gu')
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', b: '\b', Z: '\x1a' }

/** Comments for some versions are read as what they hold. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = []
  for (const { groups = {}, index: at } of sql.matchAll(pattern)) {
    const { bytes, name, string, number, word, mark } = groups
    if (bytes !== undefined) tokens.push({ kind: 'bytes', text: bytes.toLowerCase(), at })
    else if (name !== undefined)
      tokens.push({ kind: 'name', text: name.slice(1, -1).replaceAll('``', '`'), at })
    else if (string !== undefined) tokens.push({ kind: 'string', text: saidBy(string), at })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number.toLowerCase(), at })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word.toLowerCase(), at })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, at })
  }
  return tokens
}

const saidBy = (string: string): string =>
  string
    .slice(1, -1)
    .replaceAll(/\\([\s\S])|''/gu, (_all, escaped?: string) =>
      escaped === undefined ? "'" : (escapes[escaped] ?? escaped),
    )

/** Where the bracket at `open` closes: its index, or the end. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    if (isMark(tokens[index], '(')) depth++
    if (isMark(tokens[index], ')') && --depth === 0) return index
  }
  return tokens.length
}

/** Cut at the commas that stand in no bracket. */
export function parts(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const found: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isMark(token, '(')) depth++
    if (isMark(token, ')')) depth--
    if (depth === 0 && isMark(token, ',')) found.push([])
    else found.at(-1)?.push(token)
  }
  return found
}

export const isMark = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'mark' && token.text === text

/** Whether these words stand there, one after another. */
export const wordsAt = (tokens: readonly Token[], at: number, ...words: readonly string[]): boolean =>
  words.every((word, index) => tokens[at + index]?.kind === 'word' && tokens[at + index]?.text === word)
