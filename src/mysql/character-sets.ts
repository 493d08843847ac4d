/** Which character sets and collations SHOW CREATE TABLE names, and which of them hold text as the same bytes. Pure. */

/** Of a column or a table; `collation` is undefined where it is the usual one of its character set. */
export interface TextKind {
  readonly characterSet: string
  readonly collation: string | undefined
}

/** What is named in one line of a column. */
const inColumn =
  /^ *`((?:[^`]|``)+)` \w+(?:\((?:'(?:[^']|'')*'|[^')])*\))?(?: \/\*.*?\*\/)?(?: CHARACTER SET (\w+))?(?: COLLATE (\w+))?/
/** The options of a table stand behind its last parenthesis at the beginning of a line, before anything in quotes. */
const inOptions = /^\)[^'"]*?DEFAULT CHARSET=(\w+)(?: COLLATE=(\w+))?/

const textTypes = /^ *`(?:[^`]|``)+` (?:(?:var)?char|(?:tiny|medium|long)?text|enum|set)\b/

/** What columns of text have that name nothing else. */
export function usualKind(createTable: string): TextKind | undefined {
  const found = createTable.split('\n').map(line => inOptions.exec(line))
  const [, characterSet, collation] = found.findLast(each => each !== null) ?? []
  return characterSet === undefined ? undefined : { characterSet, collation }
}

/** Of each column of text, by its name; empty where the text cannot be read. */
export function textKinds(createTable: string): ReadonlyMap<string, TextKind> {
  const lines = createTable.split('\n')
  const usual = usualKind(createTable)
  const kinds = new Map<string, TextKind>()
  for (const line of lines) {
    const [, quoted, named, collation] = (textTypes.test(line) && inColumn.exec(line)) || []
    if (quoted === undefined) continue
    const characterSet = named ?? (collation === undefined ? usual?.characterSet : characterSetOf(collation))
    if (characterSet === undefined) continue
    const isUsual = named === undefined && collation === undefined
    kinds.set(quoted.replaceAll('``', '`'), {
      characterSet,
      collation: isUsual ? usual?.collation : collation,
    })
  }
  return kinds
}

/** The names of collations begin with their character set. */
const characterSetOf = (collation: string): string => collation.split('_')[0] ?? collation

/** Each letter of ASCII is another byte or more bytes in them. */
const notAscii = ['ucs2', 'utf16', 'utf16le', 'utf32', 'swe7']
const oneName = (characterSet: string): string => characterSet.replace(/^utf8$/, 'utf8mb3')

/** Whether bytes that are text in the one are the same text in the other, where it takes them. */
export function isSameText(saved: string, there: string): boolean {
  const [one, other] = [oneName(saved), oneName(there)]
  if (one === other) return true
  if (one.startsWith('utf8') && other.startsWith('utf8')) return true
  return one === 'ascii' && !notAscii.includes(other)
}
