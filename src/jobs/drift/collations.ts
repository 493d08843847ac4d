/** What a collation takes for equal, read from its name: the servers' own defaults have a name of each release. Pure. */

const strictness = ['letters', 'accents', 'cases', 'bytes'] as const
type Strictness = (typeof strictness)[number]

/** Servers disagree on what utf8 is called. */
export const plainCollation = (name: string): string => name.toLowerCase().replace(/^utf8_/, 'utf8mb3_')

function strictnessOf(collation: string): Strictness {
  if (/(?:^|_)(?:bin|binary)$/.test(collation)) return 'bytes'
  if (/_cs(?:_|$)/.test(collation)) return 'cases'
  return /_as(?:_|$)/.test(collation) ? 'accents' : 'letters'
}

/** What each release gives to a text whose table says its character set alone. */
const isOfServer = (collation: string): boolean =>
  /^(?:utf8mb3|utf8mb4|ucs2|utf16|utf32)_(?:general_ci|0900_ai_ci|uca1400_ai_ci)$/.test(collation)

/** - `less`, `more`: comparisons take fewer or more texts for equal
 * - `order`: the same ones but for rare letters, which stand in another place
 * Undefined: nothing that anybody has chosen.
 */
export function compareCollations(
  before: string,
  now: string,
  isSameRelease: boolean,
): 'less' | 'more' | 'order' | undefined {
  const [was, is] = [before, now].map(each => strictness.indexOf(strictnessOf(each))) as [number, number]
  if (was !== is) return is > was ? 'less' : 'more'
  const [wasSet, isSet] = [before, now].map(each => each.split('_')[0])
  if (before === now || wasSet !== isSet || (!isSameRelease && isOfServer(before) && isOfServer(now)))
    return undefined
  return 'order'
}
