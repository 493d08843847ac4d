/** Whose work it is that an undo leaves alone: that of a later run, which is named with who ran it, or of somebody else. */
import type { HostRecord } from '../../engine/record/read-record.ts'
import { nameAlone } from '../../engine/step-name.ts'
import { newestFirst } from '../../run/run-id.ts'
import { shortWho } from './of-host.ts'

const somebody = 'changed since by somebody else: '

/** As long as no run is known that did it. */
export const changedBy = (difference: string): string => `${somebody}${difference}`

export const isChange = (why: string): boolean => why.startsWith(somebody)

/** What was changed: a step by its name without the parts that it came through, a file also by its path and what it holds now. */
export interface Changed {
  readonly step: string
  readonly path?: string | undefined
  readonly sha256?: string | undefined
}

/** The same reason with the runs of `later` that did it; `later` are those since the one that is undone. */
export function byLaterRuns(why: string, changed: Changed, later: readonly HostRecord[]): string {
  const runs = standing(later.filter(record => touches(record, changed)))
  const [newest] = runs
  if (!newest) return why
  const difference = why.slice(somebody.length)
  const names = runs.map(({ run, purpose, who }) => `${run} (${purpose}, ${shortWho(who)})`).reverse()
  const others = isAsLeft(newest, changed) ? '' : ', and by somebody else after that'
  const next =
    runs.length === 1
      ? `undo that run first, by \`ops undo ${newest.run}\``
      : `undo those runs first, the newest before the others, beginning with \`ops undo ${newest.run}\``
  return `changed since by the later run${runs.length === 1 ? '' : 's'} ${names.join(' and ')}${others}: ${difference}; ${next}`
}

/** Without the runs that were taken back, and without those that took them back; the newest first. */
function standing(records: readonly HostRecord[]): readonly HostRecord[] {
  const gone = new Set<string>()
  return [...records].sort(newestFirst).filter(({ run, purpose }) => {
    if (gone.has(run)) return false
    const undone = /^undo ([0-9a-f]{8})$/.exec(purpose)?.[1]
    if (undone === undefined || !records.some(each => each.run === undone)) return true
    gone.add(undone)
    return false
  })
}

function touches({ steps, files }: HostRecord, { step, path }: Changed): boolean {
  return (
    steps.some(each => each.outcome !== 'reverted' && nameAlone(each) === step) ||
    (path !== undefined && files.some(each => each.path === path))
  )
}

/** What the newest of them left may be what is there, as far as anybody can say. */
function isAsLeft({ files }: HostRecord, { path, sha256 }: Changed): boolean {
  const after = files.find(each => each.path === path)?.after
  return after?.kind !== 'file' || sha256 === undefined || after.sha256 === sha256
}
