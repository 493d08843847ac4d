import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { run } from '../../hosts/command.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { allHold } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { fileIs } from '../instruments/path-state.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { missing } from '../invariants/i2-no-false-success.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const word = {
  'recipes/word.ts': `
import { file, recipe } from 'ops-recipes'
export default recipe({ summary: 'A word.', params: {}, steps: () => [file({ path: '/etc/word', content: 'word\\n', mode: '0644' })] })
`,
}
const wanted = [{ path: '/etc/word', after: fileIs('word\n', '644') }]

describeReal('a host that is out of reach', () => {
  const hosts = useHosts({ count: 2 })
  let controller: Controller
  beforeAll(() => {
    controller = new Controller(word)
  })
  afterAll(() => controller?.remove())

  const good = () => hosts()[0] ?? expect.unreachable('a host')
  const dropping = () => hosts()[1] ?? expect.unreachable('a host')

  /** On the network of the second host, by the nft of this machine. */
  const nft = (rules: string) => run(['nsenter', `--net=/proc/${dropping().leader}/ns/net`, 'nft', rules])

  const places = (): readonly (readonly [what: string, address: string, port: number, says: RegExp])[] => [
    ['refuses the connection', good().address, 1, /refused/],
    // The last address of the test network belongs to nobody.
    [
      'has no route',
      good().address.replace(/\d+$/, '250'),
      22,
      /no route|unreachable|did not answer|timed out/i,
    ],
    ['has no such name', 'does-not-exist.invalid', 22, /no such host name|resolve|not known/i],
    ['drops what is sent to it', dropping().address, 22, /no answer|timed out/],
  ]

  const cases = (backend: Backend): FaultCase[] =>
    places().map(([what, address, port, says]) => ({
      id: what,
      run: async () => {
        await good().read('rm -f /etc/word')
        if (address === dropping().address) {
          await nft(
            'table inet drop22 { chain in { type filter hook input priority 0; tcp dport 22 drop; }; }',
          )
        }
        const config = join(controller.folder.path, 'config')
        writeFileSync(
          config,
          `Include ${good().sshConfig}\nHost bad\n  HostName ${address}\n  Port ${port}\n  User root\n`,
        )
        const ran = await controller.run(
          ['apply', 'word', 'bad', good().name, '-F', config, '--yes', '--transport', backend],
          { withinSeconds: 100 },
        )
        await nft('table inet drop22; delete table inet drop22;')
        const bad = ran.errors.find(each => each.host === 'bad')
        await allHold([
          () => clearError(ran, [4]),
          () => expect([bad?.code, bad?.changed]).toEqual(['unreachable', 'no']),
          () => expect(`${bad?.title} ${bad?.detail ?? ''} ${bad?.said ?? ''}`).toMatch(says),
          async () => expect(await missing(good(), wanted)).toEqual([]),
          () => expect(ran.statuses?.slice().sort()).toEqual(['ok', 'unreachable']),
        ])
        return { exit: ran.code }
      },
    }))

  describe.each(backends)('%s', backend => {
    faultClass({
      id: 'A5',
      title: `is told by what kept us from it over ${backend}, and the other hosts are done`,
      invariants: ['I2', 'I5', 'I8'],
      quick: backend === 'ssh2' ? 2 : 0,
      cases: () => cases(backend),
    })
  })
})
