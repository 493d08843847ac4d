/** What a plan says of settings beside its changes: what ends sessions, what waits, and who has values of his own. */
import type { SettingsParams } from './settings-params.ts'
import { needsStart, readSeen, runningValue, runsWith } from './settings-state.ts'

/** From the detail of the look; `restarts`: it is about to be started anew. */
export function settingsNotes(detail: string, given: SettingsParams, restarts: boolean): string[] {
  const seen = readSeen(detail)
  const rows = detail.split('\n').map(row => row.split('\t'))
  const of = (kind: string) => rows.filter(row => row[0] === kind).map(row => row.slice(1))
  const starting = Object.entries(given.settings).filter(
    ([key, wanted]) => wanted !== null && needsStart(seen, key) && !runsWith(seen, key, wanted),
  )
  const notes: string[] = []
  if (restarts) {
    const clients = of('clients')[0]?.[0] ?? '0'
    const names = starting.map(([key]) => key).join(', ')
    notes.push(
      `${names === '' ? 'this' : names} can only be set at a start: the server is restarted, and ${clients === '1' ? '1 session ends' : `${clients} sessions end`}`,
    )
    const more = of('pending').map(([name]) => name)
    if (more.length > 0) notes.push(`the restart also brings what others wrote: ${more.join(', ')}`)
  } else if (!given.restart) {
    for (const [key, wanted] of starting)
      notes.push(
        `${key}: the server runs with ${runningValue(seen, key) ?? 'none'}, and with ${wanted} from its next start on`,
      )
  }
  for (const [key = '', whose = '', value = ''] of of('own'))
    notes.push(`for ${whose} ${key} is ${value}, by ALTER ROLE or ALTER DATABASE, which wins there`)
  return notes
}
