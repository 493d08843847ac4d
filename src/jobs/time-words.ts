/** Words for a time that has passed (`6mo`, `30d`) and where that leads to: resolved once for a job. */

const units = ['h', 'd', 'w', 'mo', 'y'] as const

/** A span back from now. Months and years are those of the calendar. */
export interface Age {
  readonly count: number
  readonly unit: (typeof units)[number]
}

/** Undefined for what is no age. */
export function parseAge(text: string): Age | undefined {
  const [, digits, unit] = /^([1-9]\d{0,4})\s*(h|d|w|mo|y)$/.exec(text.trim()) ?? []
  const known = units.find(each => each === unit)
  return digits === undefined || known === undefined ? undefined : { count: Number(digits), unit: known }
}

/** The moment so long before `now`, by the calendar of UTC: where a month has no such day, its last one. */
export function before(now: Date, { count, unit }: Age): Date {
  if (unit === 'h' || unit === 'd' || unit === 'w') {
    const hours = unit === 'h' ? count : unit === 'd' ? count * 24 : count * 168
    return new Date(now.getTime() - hours * 3_600_000)
  }
  const months = unit === 'y' ? count * 12 : count
  const first = new Date(now)
  first.setUTCDate(1)
  first.setUTCMonth(first.getUTCMonth() - months)
  const daysInMonth = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(now.getUTCDate(), daysInMonth))
  return first
}

/** `YYYY-MM-DD HH:MM:SS` in UTC: what a TIMESTAMP is compared with in our sessions. */
export function utcText(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace('T', ' ')
}

/** To make one takes longer than to read it a thousand times. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/** The same as clocks of a zone show it. @throws RangeError for a zone that nobody knows. */
export function zoneText(moment: Date, zone: string): string {
  let clock = clocks.get(zone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    clocks.set(zone, clock)
  }
  const parts = Object.fromEntries(clock.formatToParts(moment).map(({ type, value }) => [type, value]))
  const { year = '', month, day, hour, minute, second } = parts
  return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`
}

/** Whether a zone has that name, such as `Europe/Berlin`. */
export function isZone(zone: string): boolean {
  try {
    zoneText(new Date(0), zone)
    return true
  } catch {
    return false
  }
}
