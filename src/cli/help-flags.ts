/** The flags of a verb, read from its own help: what a person sees is what a shell completes. */
import type { Screen } from '../report/screen.ts'
import { plainStyle } from '../report/style.ts'
import { verbs } from './verbs.ts'

export interface KnownFlag {
  /** With its dashes, the short one too. */
  readonly names: readonly string[]
  /** What its value is called, `file` in `--identity <file>`; undefined where it takes none. */
  readonly value: string | undefined
}

/** The flags that `ops VERB WORD... --help` lists. */
export async function helpFlags(verb: string, words: readonly string[]): Promise<readonly KnownFlag[]> {
  let said = ''
  const screen: Screen = {
    out: text => {
      said += text
    },
    error: () => {},
    drained: () => undefined,
    isTerminal: false,
    columns: () => 110,
    rows: () => 24,
    style: plainStyle,
    errorStyle: plainStyle,
  }
  const found = verbs.find(each => each.name === verb)
  if (!found) return []
  await (await found.load()).run([...words, '--help'], { screen })
  return said.split('\n').flatMap(line => {
    const [, short, long, value] = /^ {2}(?:(-\w), )?(--[\w-]+)(?: <([^>]+)>)?(?: |$)/.exec(line) ?? []
    return long === undefined ? [] : [{ names: short === undefined ? [long] : [short, long], value }]
  })
}
