/** The operator's wish to stop: once ends after the running step, twice ends now. */

export class Interrupt {
  #level: 'none' | 'soft' | 'hard' = 'none'
  readonly #listeners = new Set<(level: 'soft' | 'hard') => void>()

  get level(): 'none' | 'soft' | 'hard' {
    return this.#level
  }

  /** Raises the level; each listener is told of each level once. */
  raise(): void {
    if (this.#level === 'hard') return
    this.#level = this.#level === 'none' ? 'soft' : 'hard'
    for (const listener of this.#listeners) listener(this.#level)
  }

  /** Calls back on each raise; returns the way to stop listening. */
  listen(listener: (level: 'soft' | 'hard') => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
