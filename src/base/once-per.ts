/** Works something out once for each thing that is never changed, such as the steps that the hosts of a run share. */
export function oncePer<Thing extends object, Result>(
  work: (thing: Thing) => Result,
): (thing: Thing) => Result {
  const done = new WeakMap<Thing, { readonly result: Result }>()
  return thing => {
    const before = done.get(thing)
    if (before) return before.result
    const result = work(thing)
    done.set(thing, { result })
    return result
  }
}
