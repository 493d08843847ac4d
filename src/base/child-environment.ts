/** What programs that ops starts get of its environment: all but what holds its secrets. */

const hidden = new Set<string>()

/** From now on no program gets this variable: a password is in it. */
export function hideFromChildren(name: string): void {
  hidden.add(name)
}

/** Secrets of recipes are in OPS_PARAM_*. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const shown = Object.entries(process.env).filter(
    ([name]) => !hidden.has(name) && !name.startsWith('OPS_PARAM_'),
  )
  return Object.fromEntries(shown)
}
