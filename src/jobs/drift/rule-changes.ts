/** What a server does otherwise with the rows of a table than a contract says: values that it fills in, rows that it takes, what is equal. Pure. */
import { sameExpression } from '../../mysql/expression.ts'
import { tokensOf } from '../../mysql/sql-tokens.ts'
import type { Change } from './changes.ts'
import { columnRuleChanges } from './column-rules.ts'
import { type Contract, foreignKeyOf, indexesOf, partitionsOf } from './contract.ts'
import type { Seen } from './seen.ts'

/** Of a contract that knows of them; each is told in the words of its sentence. */
export function ruleChanges(contract: Contract, seen: Seen): readonly Change[] {
  if (contract.format === 'ops-contract/1') return []
  const isElsewhere = contract.server !== undefined && contract.server.split(' ')[0] !== seen.flavor
  return [
    ...columnRuleChanges(contract, seen, isElsewhere),
    ...orderChange(contract, seen),
    ...indexChanges(contract, seen),
    ...checkChanges(contract, seen, isElsewhere),
    ...foreignKeyChanges(contract, seen),
    ...triggerChanges(contract, seen),
    ...partitionChanges(contract, seen),
    ...engineChange(contract, seen),
  ]
}

const low = (words: readonly string[]): string[] => words.map(each => each.toLowerCase())

/** Who reads by name does not see it; who reads or writes without names does. */
function orderChange({ columns }: Contract, { table }: Seen): Change[] {
  // JSON keeps no order of names that are numbers.
  const names = Object.keys(columns).filter(each => !/^\d+$/.test(each))
  const agreed = low(names)
  const now = low(table.columns.map(each => each.name)).filter(each => agreed.includes(each))
  const before = agreed.filter(each => now.includes(each))
  const moved = before.findIndex((each, index) => each !== now[index])
  const column = names[agreed.indexOf(before[moved] ?? '')]
  return column === undefined
    ? []
    : [{ column, verdict: 'harmless', sentence: 'the columns stand in another order from here on' }]
}

/** Whether what is about these columns is about one that the consumer uses. Of one that is gone is told already. */
function concerns({ columns }: Contract, { table }: Seen, names: readonly string[]): boolean {
  const [used, now] = [low(Object.keys(columns)), low(table.columns.map(each => each.name))]
  const known = low(names).filter(each => used.includes(each) || now.includes(each))
  if (known.some(each => !now.includes(each))) return false
  return known.length === 0 || known.some(each => used.includes(each))
}

const namesIn = (expression: string): readonly string[] =>
  tokensOf(expression).flatMap(({ kind, text }) => (kind === 'word' || kind === 'name' ? [text] : []))

function indexChanges(contract: Contract, seen: Seen): Change[] {
  const [used, there] = [Object.keys(contract.columns), seen.table.columns.map(each => each.name)].map(low)
  const isThere = (wanted: readonly string[]): boolean =>
    low(wanted).every(each => used?.includes(each) && there?.includes(each))
  const usable = seen.table.indexes.filter(each => !each.isIgnored)
  const uniques = seen.table.indexes.flatMap(({ isUnique, columns: parts }) =>
    isUnique ? [parts.map(each => each.name?.toLowerCase())] : [],
  )
  const key = JSON.stringify(low(contract.key ?? []))
  const now = indexesOf({ indexes: usable })
  const leads = (index: readonly string[], wanted: readonly string[]): boolean =>
    wanted.every((each, at) => low(index)[at] === each)
  const lostUnique = (contract.unique ?? []).filter(
    wanted =>
      isThere(wanted) &&
      JSON.stringify(low(wanted)) !== key &&
      !uniques.some(unique => unique.every(each => each !== undefined && low(wanted).includes(each))),
  )
  const lost = (contract.indexes ?? []).filter(
    wanted => isThere(wanted) && ![...now.plain, ...now.unique].some(each => leads(each, low(wanted))),
  )
  const lostText = (contract.fulltext ?? []).filter(
    wanted => isThere(wanted) && !now.fulltext.some(each => low(each).join() === low(wanted).join()),
  )
  return [
    ...lostUnique.map(wanted => ({
      column: wanted.join(', '),
      verdict: 'widens' as const,
      sentence: 'no unique key keeps it from coming twice any more',
      suffers: { duplicatesOf: wanted, takesNull: true },
    })),
    ...lostText.map(wanted => ({
      column: wanted.join(', '),
      verdict: 'breaks' as const,
      sentence: 'no FULLTEXT index is there for MATCH any more',
    })),
    ...lost.map(wanted => ({
      column: wanted.join(', '),
      verdict: 'harmless' as const,
      sentence: 'no index that the server uses begins with it any more: finding rows by it takes longer',
    })),
  ]
}

function checkChanges(contract: Contract, seen: Seen, isElsewhere: boolean): Change[] {
  const { checks, writes } = contract
  if (checks === undefined) return []
  const isIn = (list: readonly string[], wanted: string): boolean =>
    list.some(each => sameExpression(each, wanted, isElsewhere))
  const isAbout = (each: string): boolean => concerns(contract, seen, namesIn(each))
  const lost = checks.filter(each => !isIn(seen.checks, each) && isAbout(each))
  const added = seen.checks.filter(each => !isIn(checks, each) && (writes || isAbout(each)))
  const told = (expression: string, verdict: Change['verdict'], sentence: string): Change => ({
    column: `CHECK (${expression})`,
    verdict,
    sentence,
  })
  // Each kind of server prints an expression in its own way: what is there on both sides may be the same.
  if (isElsewhere && lost.length === added.length)
    return lost.map(each =>
      told(each, 'harmless', 'this server, which is of another kind, says it in other words'),
    )
  return [
    ...lost.map(each => told(each, 'widens', 'it is gone: rows may come that it refused')),
    ...added.map(each =>
      told(each, writes ? 'breaks' : 'harmless', 'it is new, and refuses rows that do not fit it'),
    ),
  ]
}

function foreignKeyChanges(contract: Contract, seen: Seen): Change[] {
  const { foreignKeys, writes } = contract
  if (foreignKeys === undefined) return []
  const before = foreignKeys.map(foreignKeyOf)
  const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
  const changes: Change[] = []
  const tell = (link: string, verdict: Change['verdict'], sentence: string): void =>
    void changes.push({ column: `FOREIGN KEY ${link}`, verdict, sentence })
  const isAbout = (link: string): boolean =>
    concerns(contract, seen, link.split(' -> ')[0]?.split(', ') ?? [])
  for (const { link, rule } of before.filter(each => isAbout(each.link))) {
    const now = seen.foreignKeys.find(each => same(each.link, link))
    if (!now) tell(link, 'widens', 'it is gone: rows may come that refer to nothing')
    else if (!same(now.rule, rule))
      tell(link, 'widens', `its rule was ${rule || 'to refuse'} and is ${now.rule || 'to refuse'}`)
  }
  for (const { link, rule } of seen.foreignKeys.filter(
    each => !before.some(old => same(old.link, each.link)),
  )) {
    if (!writes && !isAbout(link)) continue
    const changesRows = /cascade|set null|set default/.test(rule)
    const verdict = writes ? 'breaks' : changesRows ? 'widens' : 'harmless'
    tell(
      link,
      verdict,
      `it is new, and refuses rows that refer to nothing${changesRows ? `; ${rule} changes rows here` : ''}`,
    )
  }
  return changes
}

function triggerChanges({ triggers, writes }: Contract, seen: Seen): Change[] {
  if (triggers === undefined || seen.triggers === undefined) return []
  const when = (text: string): string => text.replace(/ \w+$/, '')
  const changes: Change[] = []
  const tell = (trigger: string, verdict: Change['verdict'], sentence: string): void =>
    void changes.push({ column: `TRIGGER ${trigger}`, verdict, sentence })
  for (const [trigger, text] of Object.entries(triggers)) {
    const now = seen.triggers.get(trigger)
    if (now === undefined)
      tell(trigger, 'widens', `it is gone: what it did ${when(text)} is not done any more`)
    else if (now !== text) tell(trigger, 'widens', `it does something else ${when(now)} than was agreed`)
  }
  for (const [trigger, text] of seen.triggers)
    if (!Object.hasOwn(triggers, trigger))
      tell(trigger, writes ? 'widens' : 'harmless', `it is new, and fires ${when(text)}`)
  return changes
}

function partitionChanges({ partitions, writes }: Contract, seen: Seen): Change[] {
  if (partitions === undefined) return []
  const before = partitionsOf(partitions)
  const by = seen.partitions ?? ''
  if (!sameExpression(before.by, by, true)) {
    const sentence =
      by === '' ? `they are gone (${before.by})` : `they were ${before.by || 'none'} and are ${by}`
    return [{ column: 'PARTITIONS', verdict: 'harmless', sentence }]
  }
  if (!before.isOpenAbove || seen.isOpenAbove) return []
  const sentence = 'none takes rows above the last border any more: they are refused'
  return [{ column: 'PARTITIONS', verdict: writes ? 'breaks' : 'harmless', sentence }]
}

const transactional = ['innodb', 'rocksdb', 'tokudb', 'ndbcluster']

function engineChange({ engine }: Contract, { table }: Seen): Change[] {
  if (engine === undefined || engine.toLowerCase() === table.engine.toLowerCase()) return []
  const [had, has] = [engine, table.engine].map(each => transactional.includes(each.toLowerCase()))
  const isLost = had && !has
  const sentence = `it was ${engine} and is ${table.engine}${isLost ? ', which has no transactions' : ''}`
  return [{ column: 'ENGINE', verdict: isLost ? 'widens' : 'harmless', sentence }]
}
