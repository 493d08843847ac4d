/**
 * Days of a zone, and what a column is compared with at their borders. Borders are found here and never by the server,
 * which may not know the zone or know an older form of it. Pure.
 */
import type { TimeKind } from '../time-column.ts'
import { utcText, zoneText } from '../time-words.ts'

/** One day: `from` and all before `to`, as the column is compared with in our sessions (UTC). */
export interface Day {
  /** `2026-03-29`. */
  readonly day: string
  readonly from: string
  readonly to: string
  readonly startsAt: Date
  readonly endsAt: Date
}

const dayMs = 86_400_000

/** The day that clocks of the zone show at a moment. */
export function dayOf(moment: Date, zone: string): string {
  return zoneText(moment, zone).slice(0, 10)
}

/** The first moment of a day: midnight, or where the clock skips that, what follows it. */
export function startOf(day: string, zone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const guess = (near: number): number =>
    midnight - (Date.parse(`${zoneText(new Date(near), zone).replace(' ', 'T')}Z`) - near)
  const found = guess(guess(midnight))
  const isIn = (moment: number): boolean => dayOf(new Date(moment), zone) >= day
  if (isIn(found) && !isIn(found - 1000)) return new Date(found)
  let [before, after] = [midnight - 15 * 3_600_000, midnight + 15 * 3_600_000]
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000
    if (isIn(middle)) after = middle
    else before = middle
  }
  return new Date(after)
}

/** Days since 1970: each day has a number of its own, whatever the zone. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / dayMs)
}

export function nextDay(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)
}

/** What the column is compared with where a day begins. */
export function borderOf(day: string, kind: TimeKind, zone: string): string {
  if (kind === 'date') return day
  return kind === 'datetime' ? `${day} 00:00:00` : utcText(startOf(day, zone))
}

export function dayRange(day: string, kind: TimeKind, zone: string): Day {
  const next = nextDay(day)
  return {
    day,
    from: borderOf(day, kind, zone),
    to: borderOf(next, kind, zone),
    startsAt: startOf(day, zone),
    endsAt: startOf(next, zone),
  }
}

/**
 * The day whose borders a value of the column lies between, as the server prints it. Days that no calendar has
 * (`2026-00-00`) sort between two that it has, and belong to the earlier one.
 */
export function dayOfValue(text: string, kind: TimeKind, zone: string): string {
  if (kind === 'timestamp') return dayOf(new Date(`${text.slice(0, 19).replace(' ', 'T')}Z`), zone)
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  const first = (of: number): string => `${String(year).padStart(4, '0')}-${String(of).padStart(2, '0')}-01`
  if (month === 0) return nextDay(first(1), -1)
  if (day === 0) return nextDay(first(month), -1)
  const found = nextDay(first(month), day - 1)
  // 31 February would be in March.
  return found.slice(0, 7) === first(month).slice(0, 7) ? found : nextDay(first(month + 1), -1)
}
