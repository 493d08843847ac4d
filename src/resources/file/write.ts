/** The command that brings a file about, or takes it away, if it is still what the plan saw. */
import type { Change, State } from '../../engine/resource.ts'
import { type Shell, sh } from '../../shell/sh.ts'
import { type AttributeState, attributeWords } from '../paths/attributes.ts'
import { type Content, contentHash, contentOfText, contentSize, revealed } from './content.ts'
import { contentOf, type FileParams } from './params.ts'

/** `seen` is the observation itself: of a secret, the state has no hash. */
export function write(
  { keys, actual }: Change<'state' | 'content' | 'to' | 'why' | keyof AttributeState>,
  given: FileParams,
  seen?: string,
): Shell {
  const { path } = given
  const was = replaced(actual, seen)
  if (given.state === 'absent') return sh`ops_remove_in_turn ${path} ${was}`
  const differs = (key: string) => keys.some(change => change.key === key)
  const content = contentOf(given)
  if (content && (differs('state') || differs('content'))) {
    const options = [
      `size=${contentSize(content)}`,
      `sha=${contentHash(content)}`,
      ...was,
      ...attributeWords(given),
      ...validation(given),
      ...(given.inPlace ? ['place'] : []),
    ]
    return sh`ops_write ${path} ${options} -- ${producer(content)}`
  }
  if (differs('state')) {
    const empty = [`sha=${contentHash(contentOfText(''))}`, ...was, ...attributeWords(given)]
    return sh`ops_write ${path} ${empty} -- :`
  }
  const changed = (key: 'mode' | 'owner' | 'group') => (differs(key) ? (given[key] ?? '') : '')
  return sh`ops_attributes ${path} ${changed('mode')} ${changed('owner')} ${changed('group')}`
}

/** What was looked at, as a word of the write library: what is anything else by then is neither replaced nor removed. */
function replaced({ state, content, to }: State, seen = `sha256=${content}`): readonly string[] {
  if (state === 'absent') return ['was=absent']
  // Of a link that is to go, what it leads to does not matter.
  if (to !== undefined) return [`to=${to}`]
  // As the host told it: of a secret, the state has no hash.
  const hash = /^sha256=([0-9a-f]{64})$/m.exec(seen)?.[1]
  return hash === undefined ? [] : [`was=${hash}`]
}

function validation({ validate }: FileParams): readonly string[] {
  if (validate === undefined) return []
  return validate.includes('%s') ? [`check=${validate.replaceAll('%s', '"$1"')}`] : [`view=${validate}`]
}

function producer(content: Content): Shell {
  if (content.kind === 'text') return sh`printf %s ${revealed(content.text)}`
  return sh`ops_payload ${content.sha256}`
}
