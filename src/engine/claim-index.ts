/** Finds which of many claims could overlap with some, without holding each against each: thousands of steps have thousands. */
import type { Claim } from './claims.ts'

/** What was added with claims, found by them. */
export class ClaimIndex<Item> {
  readonly #all: Item[] = []
  /** Positions in `#all`, by the one thing that a claim names. */
  readonly #narrow = new Map<string, number[]>()
  readonly #wide: number[] = []

  add(item: Item, claims: readonly Claim[]): void {
    const at = this.#all.push(item) - 1
    for (const claim of claims) {
      const thing = thingOf(claim)
      const found = thing === undefined ? this.#wide : this.#narrow.get(thing)
      if (found) found.push(at)
      else if (thing !== undefined) this.#narrow.set(thing, [at])
    }
  }

  /** All items with a claim that overlaps one of these, in the order in which they were added, and a few others. */
  near(claims: readonly Claim[]): readonly Item[] {
    const things = claims.map(thingOf)
    if (things.includes(undefined)) return this.#all
    const found = new Set(this.#wide)
    for (const thing of things) for (const at of this.#narrow.get(thing ?? '') ?? []) found.add(at)
    const inOrder = [...found].sort((one, other) => one - other)
    return inOrder.map(at => this.#all[at] as Item)
  }
}

/** `path:/etc/x#section/key` concerns `path:/etc/x`; undefined for everything, all of a kind, and all below a folder. */
function thingOf(claim: Claim): string | undefined {
  const key = claim.startsWith('path:') ? claim.indexOf('#') : -1
  const thing = key < 0 ? claim : claim.slice(0, key)
  return thing.startsWith('any:') || thing.endsWith('/') || thing.endsWith('*') ? undefined : thing
}
