/** The words that may stand at the end of an unfinished command line. */
import { dbVerbs } from './db/sub-verbs.ts'
import { helpFlags, type KnownFlag } from './help-flags.ts'
import { jobVerbs } from './job/sub-verbs.ts'
import { verbs } from './verbs.ts'

const takesRecipe = ['apply', 'plan', 'check']
const takesHosts = [
  ...takesRecipe,
  'run',
  'hosts',
  'facts',
  'kept',
  'history',
  'show',
  'undo',
  'socks',
  'git-remote',
]
/** Words that may come first, and decide which flags there are. */
const subverbs: Readonly<Record<string, readonly string[]>> = {
  socks: ['status', 'stop', 'exec'],
  logs: ['csv', 'sql', 'push'],
  db: dbVerbs.map(each => each.name),
  job: jobVerbs.map(each => each.name),
  completion: ['bash', 'zsh', 'fish'],
}
const transports = ['ssh2', 'openssh']

/** Candidates for the last of `words`, the verb being the first; none where a file is meant. Never throws. */
export async function completionWords(words: readonly string[]): Promise<readonly string[]> {
  const [verb = '', ...rest] = words
  if (words.length <= 1) return verbs.map(each => each.name)
  try {
    // Behind it stands a command of the host, or of this machine.
    if (rest.slice(0, -1).includes('--')) return []
    const current = rest.at(-1) ?? ''
    // bash makes three words of --flag=value.
    const parted = current === '=' ? 1 : rest.at(-2) === '=' ? 2 : 0
    const { operands, flags, open } = await readLine(verb, rest.slice(0, parted > 0 ? -parted : -1))
    if (open) return await valuesOf(open, verb, operands)
    const [name = '', value] = current.startsWith('--') ? current.split(/=(.*)/s) : []
    const joined = value === undefined ? undefined : flags.find(({ names }) => names.includes(name))
    if (joined) return (await valuesOf(joined, verb, operands)).map(each => `${name}=${each}`)
    if (current.startsWith('-')) return flags.flatMap(flag => flag.names)
    return await operandWords(verb, operands, rest)
  } catch {
    return []
  }
}

interface Line {
  readonly operands: readonly string[]
  readonly flags: readonly KnownFlag[]
  /** The flag whose value comes next. */
  readonly open: KnownFlag | undefined
}

/** Which of the words are operands depends on the flags, and which flags there are on the first operand. */
async function readLine(verb: string, words: readonly string[]): Promise<Line> {
  const plain = splitLine(words, await helpFlags(verb, []))
  const [first] = plain.operands
  const isDeciding =
    first !== undefined && (takesRecipe.includes(verb) || subverbs[verb]?.includes(first) || verb === 'db')
  if (!isDeciding) return plain
  const own = await helpFlags(verb, plain.operands.slice(0, verb === 'db' ? 2 : 1)).catch(() => plain.flags)
  return splitLine(words, own)
}

function splitLine(words: readonly string[], flags: readonly KnownFlag[]): Line {
  const operands: string[] = []
  let open: KnownFlag | undefined
  for (const word of words) {
    if (open) open = undefined
    else if (word.startsWith('-'))
      open = flags.find(({ names, value }) => value !== undefined && names.includes(word))
    else operands.push(word)
  }
  return { operands, flags, open }
}

async function valuesOf(
  { names, value = '' }: KnownFlag,
  verb: string,
  operands: readonly string[],
): Promise<readonly string[]> {
  if (names.includes('--transport')) return transports
  const [recipe] = operands
  if (takesRecipe.includes(verb) && recipe !== undefined) {
    const [{ loadRecipe }, { describeParams }, { recipeLibrary }] = await Promise.all([
      import('../recipe/load.ts'),
      import('../params/param-docs.ts'),
      import('./recipe-library.ts'),
    ])
    const { params } = (await loadRecipe(recipe, { library: recipeLibrary, checkTypes: false })).recipe
    const doc = describeParams(params).find(each => names.includes(each.flag))
    if (doc) return doc.choices ?? []
  }
  return value.includes('|') ? value.replace(',...', '').split('|') : []
}

async function operandWords(
  verb: string,
  operands: readonly string[],
  words: readonly string[],
): Promise<readonly string[]> {
  if (operands.length === 0) {
    if (takesRecipe.includes(verb) || verb === 'recipes') return await recipeNames()
    if (verb === 'resources') return await resourceNames()
    if (verb === 'show' || verb === 'undo') return await runNames()
    const first = subverbs[verb] ?? []
    return takesHosts.includes(verb) ? [...first, ...(await hostNames(words))] : first
  }
  if (verb === 'job' && operands.length === 1) return await jobNames()
  if (verb === 'kept' && operands.length === 1) return ['restore', ...(await hostNames(words))]
  if (!takesHosts.includes(verb) || ['status'].includes(operands[0] ?? '')) return []
  const named = new Set(operands)
  return (await hostNames(words)).filter(name => !named.has(name))
}

async function recipeNames(): Promise<readonly string[]> {
  const { findRecipes } = await import('../recipe/find.ts')
  return findRecipes(process.cwd()).map(each => each.name)
}

/** The newest runs of this machine. */
async function runNames(): Promise<readonly string[]> {
  const { storedRuns } = await import('./history/stored-runs.ts')
  return storedRuns(20).map(each => each.run)
}

async function jobNames(): Promise<readonly string[]> {
  const { findJobs } = await import('../recipe/find.ts')
  return findJobs(process.cwd()).map(each => each.name)
}

async function resourceNames(): Promise<readonly string[]> {
  const [{ contracts }, { acrossPages }] = await Promise.all([
    import('../resources/index.ts'),
    import('../resources/docs/across-pages.ts'),
  ])
  return [...Object.keys(contracts), ...Object.keys(acrossPages)].sort()
}

/** Those that the command line itself would know: with its own -F and -i. */
async function hostNames(words: readonly string[]): Promise<readonly string[]> {
  const [{ readInventory }, { listHosts }, { defaultSshConfig }] = await Promise.all([
    import('../inventory/read.ts'),
    import('../inventory/list.ts'),
    import('./ssh-config-default.ts'),
  ])
  const given = (...names: string[]) => {
    const at = words.findLastIndex(word => names.includes(word))
    return at < 0 ? undefined : words[at + 1]
  }
  const file = given('-i', '--inventory')
  const sshConfigFile = given('-F', '--ssh-config') ?? defaultSshConfig(file, [])
  const { hosts, groups } = listHosts(
    readInventory(file === undefined ? {} : { file }),
    sshConfigFile === undefined ? {} : { sshConfigFile },
  )
  return [...hosts, ...groups].map(each => each.name)
}
