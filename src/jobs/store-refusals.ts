/** What a store is looked at for before a job saves in it: what of that keeps the job from beginning, and what its plan tells. */
import type { ErrorData } from '../base/errors.ts'
import type { Finding } from '../store/store.ts'
import { type Age, before } from './time-words.ts'

/** From today on: a month has up to 31 days, and a year 366. */
export function keepDays(keep: Age | undefined): number | 'for ever' {
  if (keep === undefined) return 'for ever'
  const now = new Date()
  return Math.ceil((now.getTime() - before(now, keep).getTime()) / 86_400_000) + 1
}

export function storeRefusals(url: string, findings: readonly Finding[]): readonly ErrorData[] {
  return findings
    .filter(({ verdict }) => verdict === 'refuse')
    .map(({ about, sentence, next }) => {
      // A rule with a date takes everything away then, however old it is.
      const isAge = about === 'lifecycle' && /after [\d,]+ days?/.test(sentence)
      const ways = [
        ...(isAge ? ['If they need not stay so long, say how long: --keep 7y.'] : []),
        ...(next === undefined ? [] : [next]),
      ]
      return {
        code: 'input' as const,
        title: `${url}: ${sentence}`,
        changed: 'no' as const,
        ...(ways.length > 0 && { next: ways.join(' ') }),
      }
    })
}

const isShown = ({ verdict }: Finding): boolean => verdict === 'note' || verdict === 'unseen'

/** What a person should know of a store before saying yes. */
export const storeNotes = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(each => isShown(each) && !each.isRemark).map(each => each.sentence)

/** What only informs of it. */
export const storeRemarks = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(each => isShown(each) && each.isRemark).map(each => each.sentence)
