import { expect, test } from 'vitest'
import { changeOf } from '../../../src/engine/diff.ts'
import { mysqlSettings } from '../../../src/resources/mysql-settings.ts'
import { parsed } from '../shells.ts'

const { definition } = mysqlSettings
const given = parsed(mysqlSettings, { settings: { 'max-connections': 77 } })

/** What MySQL 8.0 told with 77 in the file and in the server. */
const observed = (persisted: string): string =>
  `server=present\nrunning=yes\nis.max-connections=77\nlogin=yes\nnow.max-connections=77\n${persisted}`

test('what SET PERSIST keeps with the data wins over the files at the next start: it is never as wanted, nor restarted for nothing', () => {
  const change = (persisted: string) =>
    changeOf(definition, definition.parse(observed(persisted), given), definition.desired(given))
  const refused = (persisted: string) =>
    definition.impossible?.(definition.parse(observed(persisted), given), given)
  expect(change('')).toBeUndefined()
  expect(change('persisted.max-connections=77\n')).toBeUndefined()
  expect(change('persisted.max-connections=50\n')).toBeDefined()
  expect(refused('persisted.max-connections=50\n')).toBe(
    'SET PERSIST has set max-connections = 50, which wins over all files of options: RESET PERSIST max_connections on the server takes that away',
  )
})
