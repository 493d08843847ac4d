/** What jobs say of the rests that they take on a server which others use. */

/** As users write it. */
export const restsBy = '--sleep-coef'

/** Behind a time in a plan: of what that is the time. `coefficient`: of the rests, undefined: by what others feel. */
export function withoutRests(coefficient: number | undefined): string {
  if (coefficient === 0) return ''
  return coefficient === undefined
    ? ` with no others at work there (beside them it rests and takes longer, often many times: ${restsBy})`
    : ` and its rests (${restsBy} ${coefficient})`
}
