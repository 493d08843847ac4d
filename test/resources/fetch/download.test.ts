/** A file from the net: fetched by a booted host from this machine, well and badly. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checksumOf } from '../../../src/resources/download/checksums.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const bytes = Buffer.from(`${'0123456789abcde\n'.repeat(4096)}the end\n`)
const sha256 = createHash('sha256').update(bytes).digest('hex')

test.each([
  [`${sha256}  tool\n`, sha256],
  [`${'0'.repeat(64)}  other\n${sha256.toUpperCase()} *dist/tool\r\n`, sha256],
  [`SHA256 (tool) = ${sha256}\n`, sha256],
  [`${sha256}  tool\n${'0'.repeat(64)}  other/tool\n`, undefined],
  [`${sha256}  tool.sig\n`, undefined],
  [`${sha256.slice(1)}  tool\n`, undefined],
])('a file of checksums has one for a name, or none: %#', (text, found) => {
  expect(checksumOf(text, 'tool')).toBe(found)
})

const recipes = {
  'recipes/tool.ts': `
import { download, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A file from the net as the test says.',
  params: { url: z.string().describe('Where.') },
  steps: ({ params: { url } }) => [
    download({ url, path: '/usr/local/bin/tool', checksums: 'SHA256SUMS', mode: '0755' }),
  ],
})
`,
  'recipes/SHA256SUMS': `${sha256}  tool\n`,
}

describeReal('a download on a real host', () => {
  const host = useHost()
  let folder: Folder
  let asked = 0
  let how: 'well' | 'other' | 'cut' | 'not found' = 'well'
  let at = ''
  const server = createServer((_request, response) => {
    asked++
    if (how === 'not found') response.writeHead(404).end()
    else if (how === 'well') response.end(bytes)
    else if (how === 'other') response.end('something else')
    else {
      response.writeHead(200, { 'content-length': bytes.length })
      response.write(bytes.subarray(0, 1000), () => response.socket?.destroy())
    }
  })

  beforeAll(async () => {
    folder = folderWith(recipes)
    const gateway = await host().read("ip -4 route show default | sed 's/.* via \\([0-9.]*\\).*/\\1/'")
    server.listen(0, gateway.trim())
    await once(server, 'listening')
    at = `http://${gateway.trim()}:${(server.address() as AddressInfo).port}/dist/tool`
  })
  afterAll(() => {
    folder?.remove()
    server.close()
    server.closeAllConnections()
  })

  const apply = async () => {
    asked = 0
    return folder.answer(['apply', 'tool', host().name, '-F', host().sshConfig, '--yes', '--url', at])
  }
  /** By another program than ops looks with. */
  const there = () =>
    host().read(
      "stat -c '%a' /usr/local/bin/tool; perl -MDigest::SHA -e 'print Digest::SHA->new(256)->addfile(\"/usr/local/bin/tool\")->hexdigest' 2>/dev/null || sha256sum </usr/local/bin/tool | cut -c 1-64",
    )

  test('is fetched where it is missing or differs, again only then, and never becomes another file', async () => {
    const bad = ['not found', 'other', 'cut'] as const
    for (how of bad) {
      const { code, stderr } = await apply()
      expect([how, code]).toEqual([how, 1])
      expect(stderr).toMatch(how === 'other' ? /and not [0-9a-f]{64}/ : /could not be fetched/)
      expect(await host().read('find /usr/local/bin /var/lib/ops/fetched -type f 2>/dev/null; :')).toBe('')
    }
    how = 'well'
    expect((await apply()).code).toBe(0)
    expect((await there()).trim()).toBe(`755\n${sha256}`)
    const again = await apply()
    expect([again.code, asked]).toEqual([0, 0])
    await host().read('echo more >>/usr/local/bin/tool')
    expect([(await apply()).code, asked]).toEqual([0, 1])
    expect((await there()).trim()).toBe(`755\n${sha256}`)
  })
})
