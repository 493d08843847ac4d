import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { limitHosts } from '../../src/cli/limit-hosts.ts'
import { parseInventory } from '../../src/inventory/parse.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const config = join(
  temporaryFolder({ config: 'Host alias alias2\n  HostName 192.0.2.1\nHost *\n  User me\n' }),
  'config',
)
const inventory = parseInventory(
  `[hosts]
web1 = deploy@192.0.2.1
web2 = 192.0.2.2
Db1.example.org = 192.0.2.3:22
nat = 192.0.2.2:2222

[groups]
db = Db1.example.org
`,
  '/ops.ini',
)

async function left(hosts: string, words: string, once: 'account' | 'machine' = 'account'): Promise<string> {
  const resolve = async ({
    destination,
    port = 22,
    user = 'me',
  }: {
    destination: string
    port?: number
    user?: string
  }) => ({ hostname: destination.startsWith('alias') ? '192.0.2.1' : destination, port, user })
  const options = { sshConfigFile: config, once }
  const named = selectHosts(inventory, hosts.split(' '), options)
  const found = await limitHosts(named, inventory, words.split(','), resolve, options)
  return found.map(host => host.name).join(' ')
}

describe('--limit', () => {
  test.each<[hosts: string, words: string, left: string]>([
    ['web1 web2', '!192.0.2.1', 'web2'],
    ['web1 web2', '!192.0.2.1:22', 'web2'],
    ['web1 web2', '!alias', 'web2'],
    ['web2 alias', '!alias2', 'web2'],
    ['web2 Db1.example.org', '!db1.EXAMPLE.org', 'web2'],
    ['web2 db', '!db', 'web2'],
    ['web1 web2 nat', '!192.0.2.2', 'web1 nat'],
    ['a@192.0.2.9 b@192.0.2.9', '!a@192.0.2.9', 'b@192.0.2.9'],
    ['web1 web2 db', 'web*,!192.0.2.1', 'web2'],
    ['web1 web2', '192.0.2.1', 'web1'],
    ['web1 a@192.0.2.1', 'web1', 'web1'],
  ])('of %s, %s leaves %s', async (hosts, words, expected) => {
    expect(await left(hosts, words)).toBe(expected)
  })

  test('leaves out a machine under all its users where each machine runs once', async () => {
    expect(await left('web1 a@192.0.2.1 web2', '!web1', 'account')).toBe('a@192.0.2.1 web2')
    expect(await left('web1 a@192.0.2.1 web2', '!web1', 'machine')).toBe('web2')
  })

  test.each(['!192.0.2.7', '!other@192.0.2.1', '!nat'])(
    '%s that leaves out nothing is refused',
    async word => {
      await expect(left('web1 web2', word)).rejects.toThrow(`--limit ${word} leaves out no host`)
    },
  )
})
