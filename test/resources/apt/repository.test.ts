/** Keys of repositories: read on three shells, and let in or not on a booted host. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aptRepository } from '../../../src/resources/apt-repository.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { librariesOf, Place, shells } from '../shells.ts'
import { repositoryFiles, signer, stranger } from './signed-repository.ts'

describe.each(shells)('a key on $name', shell => {
  let place: Place
  beforeAll(() => {
    place = new Place(shell)
  })
  afterAll(() => place.remove())

  const fingerprints = (text: string | Buffer) => {
    writeFileSync(place.path('key'), text)
    const script = `ops_pgp_bare '${place.path('key')}' >'${place.path('bare')}' && ops_pgp_keys '${place.path('bare')}'`
    const { code, stdout } = place.execute(
      { shell: script },
      { libraries: librariesOf(aptRepository.definition) },
    )
    return code === 0 ? stdout.trim().split('\n') : 'refused'
  }
  const bare = (text: string) => Buffer.from(text.split('\n').slice(2, -3).join(''), 'base64')

  test('has the fingerprints that gpg tells, in armor or without, one or two of them', () => {
    expect(fingerprints(signer.armored)).toEqual([signer.fingerprint])
    expect(fingerprints(bare(signer.armored))).toEqual([signer.fingerprint])
    const both = [stranger.fingerprint, signer.fingerprint]
    expect(fingerprints(`${signer.armored}${stranger.armored.replaceAll('\n', '\r\n')}`)).toEqual(both)
    expect(fingerprints(Buffer.concat([bare(signer.armored), bare(stranger.armored)]))).toEqual(both)
  })

  test('is none where it was cut, or is something else', () => {
    expect(fingerprints(bare(signer.armored).subarray(0, -1))).toBe('refused')
    expect(fingerprints('<html>not found</html>')).toBe('refused')
    expect(fingerprints('')).toBe('refused')
  })
})

const whole = {
  name: 'vendor',
  url: 'https://apt.example.org',
  suites: ['stable'],
  components: ['main'],
  key: signer.armored,
}

test.each([
  [{ ...whole, key: 'https://apt.example.org/key.asc' }, 'a key from the net is known by it'],
  [{ ...whole, key: whole.key.slice(0, 200) }, 'neither a URL of http(s) nor a whole armored public key'],
  [{ ...whole, suites: ['./'] }, 'one that ends with a slash has no components'],
  [{ ...whole, fingerprint: '51024E0DB4D3554E' }, '40 hexadecimal digits'],
  [{ ...whole, url: undefined }, 'where the repository is'],
])('params are refused where they are not whole: %#', (given, reason) => {
  expect(
    aptRepository(given)
      .problems.map(({ title }) => title)
      .join(),
  ).toContain(reason)
})

const recipes = {
  'recipes/vendor.ts': `
import { apt, aptRepository, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A repository as the test says.',
  params: {
    given: z.string().describe('Params of aptRepository, as JSON.'),
    package: z.string().default('').describe('What is to be installed from there.'),
  },
  steps: ({ params }) => [
    aptRepository(JSON.parse(params.given)),
    params.package === '' ? [] : apt({ packages: [params.package] }),
  ],
})
`,
}

describeReal('a repository on a real host', () => {
  const host = useHost()
  let folder: Folder
  let asked: string[] = []
  let at = ''
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const text = { ...repositoryFiles, one: signer.armored, two: stranger.armored }[url.slice(1)]
    if (text === undefined) response.writeHead(404).end()
    else response.end(text)
  })

  beforeAll(async () => {
    folder = folderWith(recipes)
    const gateway = await host().read("ip -4 route show default | sed 's/.* via \\([0-9.]*\\).*/\\1/'")
    server.listen(0, gateway.trim())
    await once(server, 'listening')
    at = `http://${gateway.trim()}:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    folder?.remove()
    server.close()
    server.closeAllConnections()
  })

  const ops = async (verb: string, more: object, ...words: string[]) => {
    asked = []
    const given = JSON.stringify({ ...whole, url: at, key: `${at}/one`, ...more })
    const yes = verb === 'apply' ? ['--yes'] : []
    return folder.answer([
      verb,
      'vendor',
      host().name,
      '-F',
      host().sshConfig,
      ...yes,
      '--given',
      given,
      ...words,
    ])
  }
  const files = () => host().read('ls /etc/apt/keyrings /etc/apt/sources.list.d 2>/dev/null | grep vendor; :')
  const offered = () => host().read('apt-cache policy ops-signed | grep Candidate; :')

  test('a key with another fingerprint is refused, and the host is as it was', async () => {
    const { code, stderr } = await ops('apply', { fingerprint: stranger.fingerprint })
    expect(code).toBe(1)
    expect(stderr).toContain(`has the fingerprint ${signer.fingerprint}, and not ${stranger.fingerprint}`)
    expect(await files()).toBe('')
  })

  test('what the key did not sign is taken back', async () => {
    const { code, stderr } = await ops('apply', { key: `${at}/two`, fingerprint: stranger.fingerprint })
    expect(stderr).toContain('what was there before was put back')
    expect(code).toBe(7)
    expect(await files()).toBe('')
  })

  test('a package that only it has is planned, because of it', async () => {
    const planned = await ops('plan', { fingerprint: signer.fingerprint }, '--package', 'ops-signed')
    expect([planned.code, planned.stderr]).toEqual([0, ''])
    expect(planned.stdout).toMatch(/apt ops-signed.*\n?.*because of aptRepository vendor/)
  })

  test('with the right fingerprint apt offers its packages, and a second run asks nobody', async () => {
    const given = { fingerprint: signer.fingerprint }
    const applied = await ops('apply', given)
    expect(applied.stderr).toBe('')
    expect(applied.code).toBe(0)
    expect(await offered()).toContain('Candidate: 1.0')
    const again = await ops('apply', given)
    expect([again.code, asked]).toEqual([0, []])
    expect(again.stdout).toContain('1 trip')
  })

  test('a list that was never fetched is owed, and no key is fetched for it', async () => {
    await host().read('rm -f /var/lib/apt/lists/*dists_stable*')
    expect((await ops('apply', { fingerprint: signer.fingerprint })).code).toBe(0)
    expect(asked).not.toContain('/one')
    expect(await offered()).toContain('Candidate: 1.0')
  })
})
