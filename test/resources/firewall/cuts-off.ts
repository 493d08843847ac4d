/** Rules that cut us off; nearly all of it is the wait until the host takes them back, which is why it has a file for each kind. */
import { expect, test } from 'vitest'
import { folderWith } from '../../cli/run-ops.ts'
import type { Host } from '../../hosts/host.ts'
import { recipes } from './comes-in.ts'

const rules = {
  ufw: 'for each in ip ip6; do ${each}tables -S INPUT; ${each}tables -S ufw${each#ip}-user-input; done; cat /etc/ufw/user*.rules',
  nftables: 'nft -s list ruleset; cat /etc/nftables.conf',
}

/** The test of a host with this kind. */
export function cutsOff(by: keyof typeof rules, host: () => Host): void {
  test('a cut that nobody could foresee is taken back by the host', async ({ onTestFinished }) => {
    const folder = folderWith(recipes)
    onTestFinished(() => folder.remove())
    const apply = (name: string) => folder.ops(['apply', name, host().name, '-F', host().sshConfig, '--yes'])
    const first = await apply('rejects')
    expect([first.code, first.stderr]).toEqual([0, ''])
    const before = await host().read(rules[by])
    const run = await apply('cut')
    expect([run.code, run.stdout + run.stderr]).toEqual([7, expect.stringMatching(/took it back by itself/)])
    expect(await host().read(rules[by])).toBe(before)
  }, 300_000)
}
