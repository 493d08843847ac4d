/** The host as a recipe sees it, and whether the recipe reads anything of it: if not, its steps are those of every host. */
import type { RecipeHost } from './recipe.ts'

export interface WatchedHost {
  readonly host: RecipeHost
  /** Whether it was read. Where it was not, whoever reads it from here on gets an error: the steps may be those of other hosts as well. */
  readonly endReading: () => boolean
}

/** Watches every way to read a property of `own`. */
export function watchedHost(own: RecipeHost): WatchedHost {
  let isRead = false
  let isOver = false
  const read = (): undefined => {
    if (isOver && !isRead) throw new Error('the host was read after the steps of the recipe had been made')
    isRead = true
    return undefined
  }
  const host = new Proxy(own, {
    get: (target, key, receiver) => read() ?? Reflect.get(target, key, receiver),
    has: (target, key) => read() ?? Reflect.has(target, key),
    ownKeys: target => read() ?? Reflect.ownKeys(target),
    getOwnPropertyDescriptor: (target, key) => read() ?? Reflect.getOwnPropertyDescriptor(target, key),
  })
  return {
    host,
    endReading: () => {
      isOver = true
      return isRead
    },
  }
}
