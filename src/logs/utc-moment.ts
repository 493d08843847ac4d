/** A moment from its parts, or NaN where one is out of its range: `Date.UTC` would roll it over into another day. */

const daysOf = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether the calendar has it; months count from 0. */
export function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day >= 1 && day <= (month === 1 && !isLeap ? 28 : (daysOf[month] ?? 0))
}

/** Milliseconds since 1970, from what clocks of UTC show. A second 60 is a leap second. */
export function utcMoment(
  [year, month, day]: readonly [number, number, number],
  [hour, minute, second]: readonly [number, number, number],
): number {
  const isThere = year >= 100 && isDay(year, month, day) && hour < 24 && minute < 60 && second <= 60
  return isThere ? Date.UTC(year, month, day, hour, minute, second) : Number.NaN
}

/** How far a zone is from UTC, in milliseconds, the sign left out. */
export function zoneDistance(hours: number, minutes: number): number {
  return hours < 24 && minutes < 60 ? (60 * hours + minutes) * 60_000 : Number.NaN
}
