/** Tells whether text is one SELECT and nothing else, before any server sees it. */

/** What is data or is not read at all: strings, quoted names, comments. */
const quotedOrComment =
  /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`[^`]*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//g
const verbs = ['SELECT', 'DELETE', 'UPDATE', 'INSERT', 'REPLACE', 'TABLE', 'VALUES']

/** The SELECT without the semicolon at its end, or why it is none. */
export function oneSelect(text: string): { readonly select: string } | { readonly problem: string } {
  let runs = false
  // Of the same length, so that places in it are places in the text.
  const plain = text.replace(quotedOrComment, piece => {
    runs ||= /^\/\*M?!/.test(piece)
    return /^['"`]/.test(piece) ? '?'.repeat(piece.length) : ' '.repeat(piece.length)
  })
  if (runs) return { problem: 'the server executes what stands in /*! */' }
  const open = /['"`]|\/\*/.exec(plain)
  if (open) return { problem: `what begins with ${open[0]} is not closed` }
  const end = plain.trimEnd()
  const body = end.endsWith(';') ? end.slice(0, -1) : end
  if (body.trim() === '') return { problem: 'it is empty' }
  if (body.includes(';')) return { problem: 'it is more than one statement' }
  const verb = verbOf(body)
  if (verb !== 'SELECT') return { problem: `it is ${verb === undefined ? 'no' : `${verb}, no`} SELECT` }
  if (/\bINTO\b/i.test(body)) return { problem: 'INTO writes' }
  if (/\bFOR\s+(UPDATE|SHARE)\b|\bLOCK\s+IN\b/i.test(body)) return { problem: 'it locks rows' }
  return { select: text.slice(0, body.length) }
}

/** The word that decides what a statement does: the first one, or the one behind the tables of WITH. */
function verbOf(body: string): string | undefined {
  const start = body.replace(/^[\s(]+/, '')
  const first = /^\w+/.exec(start)?.[0].toUpperCase()
  if (first !== 'WITH') return first
  let depth = 0
  for (const [word] of start.matchAll(/[()]|\w+/g)) {
    if (word === '(') depth += 1
    else if (word === ')') depth -= 1
    else if (depth === 0 && verbs.includes(word.toUpperCase())) return word.toUpperCase()
  }
  return undefined
}
