/** `ops db dump` on Oracle's MySQL 5.6, the oldest server that it is to work with, by its socket on this machine. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeMysql56, hostileTables, useMysql56 } from '../../mysql/use-mysql-56.ts'

describeMysql56('ops db dump', () => {
  const { folder, checksum } = useMysql56(hostileTables)
  const ops = (...argv: string[]): Promise<Outcome> => folder().answer(['db', ...argv, '--yes'])

  test.each(['hostile', 'hostile_key'])(
    '%s is dumped and comes back byte for byte; the server itself tells that nothing changed',
    async table => {
      const words = ['dump', 'old', `lab.${table}`, '--by', 'at', '--tz', 'Asia/Kathmandu', '--to', table]
      const dumped = await ops(...words)
      expect(dumped.stderr).toBe('')
      expect(dumped.code).toBe(0)
      const restored = await ops('restore', table, '--into', `lab.${table}_again`)
      expect(restored.stderr).toBe('')
      expect(await checksum(`${table}_again`)).toBe(await checksum(table))
      const rechecked = await ops(...words, '--recheck', '20y', '--json')
      const end = rechecked.stdout
        .split('\n')
        .flatMap(line => (line.includes('"job-end"') ? [JSON.parse(line)] : []))
      // No snapshot was needed: the aggregate was equal.
      expect(end[0]?.data).toMatchObject({ checkedDays: 1, days: [], longestSnapshotMs: 0 })
    },
  )
})
