/** Reads a POSIX extended regular expression well enough to try it on one line before any host is asked. */

export type ExtendedRegExp = RegExp | { readonly problem: string }

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}

/** The same expression as JavaScript writes it, or what is wrong with it. */
export function extendedRegExp(expression: string): ExtendedRegExp {
  try {
    return new RegExp(translate(expression), 'u')
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

function translate(expression: string): string {
  let text = ''
  for (let index = 0; index < expression.length; ) {
    const bracket = expression[index] === '[' ? bracketAt(expression, index) : undefined
    if (bracket) {
      text += bracket.text
      index = bracket.end
    } else if (expression[index] === '\\') {
      text += escaped(expression[index + 1])
      index += 2
    } else {
      const character = expression[index] ?? ''
      text += character === '}' || character === ']' ? closing(expression, index) : character
      index++
    }
  }
  return text
}

/** A closing brace ends an interval; alone, and a closing bracket alone, they stand for themselves. */
function closing(expression: string, index: number): string {
  const isInterval = expression[index] === '}' && /\{\d*,?\d*$/.test(expression.slice(0, index))
  return isInterval ? '}' : `\\${expression[index]}`
}

function escaped(character: string | undefined): string {
  if (character === undefined) throw new Error('ends with a backslash')
  if (character === '<' || character === '>') return '\\b'
  if (/[wWsSbB]/.test(character)) return `\\${character}`
  if (/[A-Za-z0-9]/.test(character)) {
    throw new Error(`\\${character} has no meaning in a POSIX extended regular expression`)
  }
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}

function bracketAt(expression: string, start: number): { text: string; end: number } {
  let index = start + 1
  let text = '['
  if (expression[index] === '^') {
    text += '^'
    index++
  }
  for (let isFirst = true; index < expression.length; isFirst = false) {
    const named = /^\[:(\w+):\]/.exec(expression.slice(index))
    const character = expression[index] ?? ''
    if (named) {
      const range = classes[named[1] ?? '']
      if (range === undefined) throw new Error(`${named[0]} is not a character class`)
      text += range
      index += named[0].length
    } else if (character === ']' && !isFirst) {
      return { text: `${text}]`, end: index + 1 }
    } else {
      text += /[\\\]^[&~|/{}()]/.test(character) ? `\\${character}` : character
      index++
    }
  }
  throw new Error('[ is never closed')
}
