/** Rules that cut us off, of each kind of firewall at once: nearly all of it is the wait until the host takes them back. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { recipes } from './comes-in.ts'

const rules = {
  ufw: 'for each in ip ip6; do ${each}tables -S INPUT; ${each}tables -S ufw${each#ip}-user-input; done; cat /etc/ufw/user*.rules',
  nftables: 'nft -s list ruleset; cat /etc/nftables.conf',
}

describeReal('a firewall', () => {
  const hosts = {
    ufw: useHost({ withPackages: ['ufw', 'nftables'] }),
    nftables: useHost({ withPackages: ['nftables'] }),
  }
  let folder: Folder
  beforeAll(() => {
    folder = folderWith(recipes)
  })
  afterAll(() => folder?.remove())

  test.concurrent.each(['ufw', 'nftables'] as const)(
    'by %s that cuts us off, as nobody could foresee, is taken back by the host',
    async by => {
      const host = hosts[by]()
      const apply = (name: string) => folder.ops(['apply', name, host.name, '-F', host.sshConfig, '--yes'])
      const first = await apply('rejects')
      expect([first.code, first.stderr]).toEqual([0, ''])
      const before = await host.read(rules[by])
      const run = await apply('cut')
      expect([run.code, run.stdout + run.stderr]).toEqual([
        7,
        expect.stringMatching(/took it back by itself/),
      ])
      expect(await host.read(rules[by])).toBe(before)
    },
    300_000,
  )
})
