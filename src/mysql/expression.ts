/** Expressions as servers print them, in one spelling: two servers of one table must come to the same. Pure. */
import { closing, isMark, parts, type Token, tokensOf } from './sql-tokens.ts'

const sameWords: Readonly<Record<string, string>> = {
  lower: 'lcase',
  upper: 'ucase',
  substring: 'substr',
  now: 'current_timestamp',
  true: '1',
  false: '0',
}
const sameMarks: Readonly<Record<string, string>> = { '!=': '<>', '||': 'or', '&&': 'and', '%': 'mod' }
/** A bracket behind one of these groups, and belongs to no function. */
const operators = new Set(
  'and or xor not in mod div like regexp rlike between is when then else case interval as by'.split(' '),
)

/** Tokens with single spaces and without brackets around the whole; inside, brackets stay as the server has them. */
export function expressionText(tokens: readonly Token[]): string {
  return textOf(spelled(unwrapped(tokens)))
}

/** Of two texts of `expressionText`. Another flavor of servers sets other brackets: MySQL all of them, MariaDB those that are needed. */
export function sameExpression(one: string, other: string, isOtherFlavor: boolean): boolean {
  const key = (text: string): string => {
    const tokens = tokensOf(text)
    const kept = isOtherFlavor ? withoutGroups(tokens) : tokens
    return JSON.stringify(
      kept.map(({ kind, text: said }) => [kind === 'string', kind === 'string' ? said : said.toLowerCase()]),
    )
  }
  return key(one) === key(other)
}

function withoutGroups(tokens: readonly Token[]): readonly Token[] {
  const dropped = new Set<number>()
  for (const [index, token] of tokens.entries()) {
    if (!isMark(token, '(') || isCall(tokens[index - 1])) continue
    dropped.add(index)
    dropped.add(closing(tokens, index))
  }
  return tokens.filter((_token, index) => !dropped.has(index))
}

const isCall = (before: Token | undefined): boolean => before?.kind === 'word' && !operators.has(before.text)

function unwrapped(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens
  while (inner.length > 1 && isMark(inner[0], '(') && closing(inner, 0) === inner.length - 1)
    inner = inner.slice(1, -1)
  return inner
}

function spelled(tokens: readonly Token[]): readonly Token[] {
  const found: Token[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const next = tokens[index + 1]
    const mark = token.kind === 'mark' ? sameMarks[token.text] : undefined
    // MySQL 8 writes before each string which character set it has.
    if (token.kind === 'word' && token.text.startsWith('_') && next?.kind === 'string') continue
    // MySQL writes isnull(a) for a is null.
    if (token.kind === 'word' && token.text === 'isnull' && isMark(next, '(')) {
      const end = closing(tokens, index + 1)
      found.push(...spelled(unwrapped(tokens.slice(index + 1, end + 1))))
      for (const text of ['is', 'null']) found.push({ kind: 'word', text, at: token.at })
      index = end
      continue
    }
    // And MySQL 8 regexp_like(a, 'b') for a regexp 'b'.
    if (token.kind === 'word' && token.text === 'regexp_like' && isMark(next, '(')) {
      const end = closing(tokens, index + 1)
      const [text = [], pattern = [], ...more] = parts(tokens.slice(index + 2, end))
      if (more.length === 0) {
        found.push(...spelled(text), { kind: 'word', text: 'regexp', at: token.at }, ...spelled(pattern))
        index = end
        continue
      }
    }
    if (mark !== undefined) found.push({ kind: 'word', text: mark, at: token.at })
    else if (token.kind === 'word') found.push({ ...token, text: sameWords[token.text] ?? token.text })
    else found.push(token)
    // current_timestamp() is current_timestamp.
    const isNow = found.at(-1)?.kind === 'word' && found.at(-1)?.text === 'current_timestamp'
    if (isNow && isMark(next, '(') && isMark(tokens[index + 2], ')')) index += 2
  }
  return found
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => {
      const before = tokens[index - 1]
      const isTight =
        before === undefined ||
        isMark(before, '(') ||
        isMark(token, ')') ||
        isMark(token, ',') ||
        (isMark(token, '(') && isCall(before))
      return `${isTight ? '' : ' '}${written(token)}`
    })
    .join('')
}

function written({ kind, text }: Token): string {
  if (kind === 'name') return /^[a-z_$][\w$]*$/i.test(text) ? text : `\`${text.replaceAll('`', '``')}\``
  return kind === 'string' ? quotedText(text) : text
}

/** As a literal of SQL on one line. */
export function quotedText(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    "'": "''",
    '\0': '\\0',
    '\n': '\\n',
    '\r': '\\r',
  }
  return `'${[...text].map(each => marks[each] ?? each).join('')}'`
}
