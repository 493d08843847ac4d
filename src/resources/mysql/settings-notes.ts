/** What a plan says of settings beside its changes: where they stand now, what wins, what cannot be compared. */
import { reachNotes } from './reach-notes.ts'
import { meansTheSame } from './setting-value.ts'
import type { SettingsParams } from './settings-params.ts'
import { toldLines } from './told-lines.ts'

/** From the detail of the look. */
export function settingsNotes(detail: string, given: SettingsParams): string[] {
  const after = toldLines(detail)
  const [drop = ''] = after('drop ')
  const notes: string[] = []
  for (const [key, value] of Object.entries(given.settings)) {
    for (const [kind, prefix] of [
      ['is', `is ${key} `],
      ['over', `over ${key} `],
    ] as const) {
      const [place = '', actual = ''] = after(prefix)[0]?.split(/ (?=[^ ]*$)/) ?? []
      if (place === '' || meansTheSame(key, actual, value)) continue
      if (kind === 'over') notes.push(`${place} sets ${key} = ${actual} and is read after ${drop}: it wins`)
      else if (!place.startsWith(`${drop}:`))
        notes.push(`${place} sets ${key} = ${actual} now; ${drop} is read later`)
    }
  }
  for (const [key, value] of Object.entries(given.settings)) {
    const [shown] = after(`shown ${key} `)
    const [, set] = after(`is ${key} `)[0]?.split(/ (?=[^ ]*$)/) ?? []
    if (shown === undefined || set === undefined || !meansTheSame(key, set, value)) continue
    if (!meansTheSame(key, shown, value))
      notes.push(
        `${key}: the server was started with ${value} and shows ${shown || 'nothing'}, which cannot be compared`,
      )
  }
  for (const held of after('held '))
    notes.push(`port ${held.replace(' ', ' is held by ')}, not by the database server`)
  for (const unit of after('boot '))
    notes.push(`${unit} does not start at boot: \`systemctl enable ${unit}\` if it is to`)
  for (const said of after('login '))
    notes.push(`root cannot log in through the socket (${said}): only the listening socket is proved`)
  return [...notes, ...reachNotes(given, after)]
}
