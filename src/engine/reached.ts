/** How far steps came that are done as one act, as `ops_reached` writes it down. */

export interface Reached {
  /** The one that failed; none where all were done. */
  readonly failed: number | undefined
  /** Others that are done, and may not outlive a loss of power. */
  readonly beside: ReadonlySet<number>
  /** Those after the one that failed may be done as well. */
  readonly isWide: boolean
}

/** `end`, `K`, `K+`, and with others that failed beside it `K+L,M` or `K-L,M`. */
export function reachedOf(text: string): Reached {
  const [, failed, sign, beside = ''] = /^(\d+)(?:([-+])([\d,]*))?$/.exec(text) ?? []
  return {
    failed: failed === undefined ? undefined : Number(failed),
    beside: new Set(beside === '' ? [] : beside.split(',').map(Number)),
    isWide: sign === '+',
  }
}
