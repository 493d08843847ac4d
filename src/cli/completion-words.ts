/** The words that may stand at the end of an unfinished command line. */
import { verbs } from './verbs.ts'

const takesRecipe = ['apply', 'plan', 'check']
const takesHosts = [...takesRecipe, 'run', 'hosts', 'facts', 'kept', 'socks']

/** Candidates for the last of `words`, the verb being the first; never throws. */
export async function completionWords(words: readonly string[]): Promise<readonly string[]> {
  const [verb = '', ...rest] = words
  if (words.length <= 1) return verbs.map(each => each.name)
  try {
    if (rest.length === 1) {
      if (verb === 'db') return (await import('./db/sub-verbs.ts')).dbVerbs.map(each => each.name)
      if (takesRecipe.includes(verb) || verb === 'recipes') return await recipeNames()
      if (verb === 'resources') return await resourceNames()
      if (verb === 'logs') return ['csv', 'sql', 'push']
      if (verb === 'completion') return ['bash', 'zsh', 'fish']
    }
    const more = verb === 'socks' && rest.length === 1 ? ['status', 'stop', 'exec'] : []
    return takesHosts.includes(verb) ? [...more, ...(await hostNames())] : []
  } catch {
    return []
  }
}

async function recipeNames(): Promise<readonly string[]> {
  const { findRecipes } = await import('../recipe/find.ts')
  return findRecipes(process.cwd()).map(each => each.name)
}

async function resourceNames(): Promise<readonly string[]> {
  const { resources } = await import('../resources/index.ts')
  return Object.keys(resources)
}

async function hostNames(): Promise<readonly string[]> {
  const [{ readInventory }, { listHosts }] = await Promise.all([
    import('../inventory/read.ts'),
    import('../inventory/list.ts'),
  ])
  const { hosts, groups } = listHosts(readInventory())
  return [...hosts, ...groups].map(each => each.name)
}
