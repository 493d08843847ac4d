/** Words of a line as Python's shlex makes them, with comments: what Ansible reads its host lines by. */

/** Undefined where a quotation mark has no partner. */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? ''
    if (quote !== '') {
      const next = line[at + 1] ?? ''
      if (character === quote) quote = ''
      else if (character === '\\' && quote === '"' && (next === '"' || next === '\\')) {
        word = `${word ?? ''}${next}`
        at++
      } else word = `${word ?? ''}${character}`
    } else if (character === "'" || character === '"') {
      quote = character
      word ??= ''
    } else if (character === '\\') word = `${word ?? ''}${line[++at] ?? ''}`
    else if (character === '#') break
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = `${word ?? ''}${character}`
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
