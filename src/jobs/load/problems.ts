/** Lines that cannot be loaded: all are counted, the first are named. */

export interface BadLine {
  readonly line: number
  readonly problem: string
}

export const mostNamed = 20

export class Problems {
  readonly #lines: BadLine[] = []

  add(...lines: readonly BadLine[]): void {
    this.#lines.push(...lines)
  }

  /** In the order of their lines. */
  get lines(): readonly BadLine[] {
    return this.#lines.sort((one, other) => one.line - other.line).slice(0, mostNamed)
  }

  get any(): boolean {
    return this.#lines.length > 0
  }

  /** Nobody reads more. */
  get areEnough(): boolean {
    return this.#lines.length >= mostNamed
  }
}
