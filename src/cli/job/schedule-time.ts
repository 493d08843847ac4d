/** When a job runs: words for people, as a calendar of systemd and as a line of crontab. */

export interface Schedule {
  /** For OnCalendar= (systemd.time(7)). */
  readonly calendar: string
  /** The five fields of a crontab line; undefined where cron cannot say it. */
  readonly cron: string | undefined
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** `hourly :15`, `daily 03:00`, `sun 03:00`, `monthly 1 03:00`, or `calendar TEXT` as systemd takes it. Undefined: none of these. */
export function parseSchedule(text: string): Schedule | undefined {
  const words = text.trim().toLowerCase().split(/\s+/)
  const [first = '', second, third] = words
  const raw = /^\s*calendar\s+([\w*:.,/~ -]+)$/i.exec(text)?.[1]
  if (raw !== undefined) return { calendar: raw.trim(), cron: undefined }
  if (first === 'hourly' && words.length <= 2) {
    const minute = /^:?([0-5]\d)$/.exec(second ?? ':00')?.[1]
    return minute === undefined
      ? undefined
      : { calendar: `*-*-* *:${minute}:00`, cron: `${Number(minute)} * * * *` }
  }
  const time = words.at(-1) ?? ''
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  if (hour === undefined || minute === undefined) return undefined
  const at = `${hour.padStart(2, '0')}:${minute}:00`
  const clock = `${Number(minute)} ${Number(hour)}`
  if (first === 'daily' && words.length === 2) return { calendar: `*-*-* ${at}`, cron: `${clock} * * *` }
  const day = first === 'weekly' && third !== undefined ? (second ?? '') : first
  const weekday = days.indexOf(day.slice(0, 3))
  if (weekday >= 0 && words.length === (first === 'weekly' ? 3 : 2)) {
    const name = days[weekday] ?? ''
    return {
      calendar: `${name[0]?.toUpperCase()}${name.slice(1)} *-*-* ${at}`,
      cron: `${clock} * * ${weekday}`,
    }
  }
  const date = first === 'monthly' && words.length === 3 ? Number(second) : Number.NaN
  if (!Number.isInteger(date) || date < 1 || date > 28) return undefined
  return { calendar: `*-*-${String(date).padStart(2, '0')} ${at}`, cron: `${clock} ${date} * *` }
}
