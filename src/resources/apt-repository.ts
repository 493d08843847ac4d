/** One repository of packages in the sources of apt, and the key that signs it. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { aptLookLibrary } from './apt/look.ts'
import { repositoryChangeLibrary } from './apt-repository/change.ts'
import { openpgpLibrary, repositoryLookLibrary } from './apt-repository/look.ts'
import { bareKeys } from './apt-repository/openpgp.ts'
import { fetchedUrl, fetchLibrary } from './fetch/fetch.ts'
import { presence, readKeys } from './paths/params.ts'

const word = z.string().regex(/^[\x21-\x7e]+$/, 'must be one word')

const fingerprint = z
  .string()
  .transform(text => text.replaceAll(/\s/g, '').toUpperCase())
  .refine(text => /^[0-9A-F]{40}$/.test(text), 'must be a whole fingerprint: 40 hexadecimal digits')

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, - and _')
      .describe('Of its files: /etc/apt/sources.list.d/NAME.sources and /etc/apt/keyrings/NAME.gpg.'),
    url: word
      .regex(/^[a-z][a-z0-9+]*:/, 'must be a URL')
      .optional()
      .describe('Where it is, as apt takes it: `https://download.docker.com/linux/debian`.'),
    suites: z
      .array(word)
      .min(1)
      .optional()
      .describe('Such as `bookworm`; a path that ends with a slash for one without components.'),
    components: z.array(word).default([]).describe('Such as `main`.'),
    architectures: z.array(word).default([]).describe("Such as `amd64`; the host's own unless given."),
    key: z
      .string()
      .trim()
      .optional()
      .describe('The key that signs it: a URL, which the host fetches, or the armored text itself.'),
    fingerprint: z
      .union([fingerprint, z.array(fingerprint).min(1)])
      .transform(given => [given].flat().sort())
      .optional()
      .describe('Of the primary key, of all of them where there are several: no other one is let in.'),
    state: presence('In the sources or not.'),
  })
  .superRefine(({ url, suites, components, key, fingerprint: known, state }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (state === 'absent') return
    if (url === undefined) refuse('url', 'is missing: where the repository is')
    if (suites === undefined) refuse('suites', 'is missing: such as the codename of the release')
    const flat = suites?.filter(suite => suite.endsWith('/')).length ?? 0
    if (flat > 0 && (components.length > 0 || flat < (suites?.length ?? 0)))
      refuse('suites', 'one that ends with a slash has no components, and no other kind beside it')
    if (suites && flat === 0 && components.length === 0)
      refuse('components', 'is missing: such as `main` (or end the suite with a slash)')
    if (key === undefined) refuse('key', 'is missing: apt takes nothing that is not signed')
    else if (fetchedUrl.safeParse(key).success) {
      if (known === undefined) refuse('fingerprint', 'is missing: a key from the net is known by it')
    } else if (!/^-----BEGIN PGP/.test(key) || bareKeys(key) === undefined)
      refuse('key', 'is neither a URL of http(s) nor a whole armored public key')
  })

type RepositoryParams = z.output<typeof params>

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
const listOf = ({ name }: RepositoryParams) => `/etc/apt/sources.list.d/${name}.sources`
const ringOf = ({ name }: RepositoryParams) => `/etc/apt/keyrings/${name}.gpg`

/** The key itself, where the recipe holds it. */
const inline = ({ key = '' }: RepositoryParams) => bareKeys(key)

/** As sources.list(5) writes it in its newer style. */
function sources(given: RepositoryParams): string {
  const fields = [
    ['Types', ['deb']],
    ['URIs', [given.url ?? '']],
    ['Suites', given.suites ?? []],
    ['Components', given.components],
    ['Architectures', given.architectures],
    ['Signed-By', [ringOf(given)]],
  ] as const
  return fields.flatMap(([name, words]) => (words.length > 0 ? `${name}: ${words.join(' ')}\n` : [])).join('')
}

/** `aptRepository {name, url, suites, components, key, fingerprint, state}`. */
export const aptRepository = resource({
  type: 'aptRepository',
  doc: 'A repository of packages in the sources of apt, with the one key that may sign it.',
  undone: 'Its files are put back as they were. Package lists stay until they are fetched again.',
  params,
  examples: [
    {
      title: "A vendor's repository, its key known by its fingerprint",
      params: {
        name: 'docker',
        url: 'https://download.docker.com/linux/debian',
        suites: ['bookworm'],
        components: ['stable'],
        key: 'https://download.docker.com/linux/debian/gpg',
        fingerprint: '9DC8 5822 9FC7 DD38 854A  E2D8 8D81 803C 0EBF CD88',
      },
    },
    {
      title: 'One without components',
      params: {
        name: 'builds',
        url: 'https://apt.example.org/builds',
        suites: ['./'],
        key: 'https://apt.example.org/key.asc',
        fingerprint: '74B3547CEB21D8DD7FEB0D0C51024E0DB4D3554E',
      },
    },
    { title: 'No longer', params: { name: 'nodesource', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  library: [
    wayLibrary,
    openpgpLibrary,
    repositoryLookLibrary,
    aptLookLibrary,
    writeLibrary,
    fetchLibrary,
    repositoryChangeLibrary,
  ],
  refuses: true,
  takesBack: true,
  probe: given => {
    const { name, url, suites = [], state } = given
    const wanted = state === 'present' && url !== undefined ? [url, ...suites] : []
    return sh`ops_repository_look ${name} ${sha256(sources(given))} ${wanted}`
  },
  parse: (observation, given) => {
    const { apt = '', ring, keys, content, readable, lists, twin } = readKeys(observation, ['apt'])
    if (apt === 'no') return { state: 'absent', key: 'absent', apt }
    return {
      state: content === 'absent' ? 'absent' : 'present',
      key: ring === 'absent' ? 'absent' : ((inline(given) ? ring : keys) ?? ''),
      apt,
      ...(content !== undefined && content !== 'absent' && { content }),
      ...(readable !== undefined && { readable }),
      ...(lists !== undefined && { lists }),
      ...(twin !== undefined && { twin }),
    }
  },
  desired: given => {
    if (given.state === 'absent') return { state: 'absent', key: 'absent' }
    const own = inline(given)
    return {
      state: 'present',
      content: sha256(sources(given)),
      key: own ? sha256(own) : (given.fingerprint?.join(' ') ?? ''),
      readable: 'yes',
      lists: 'fetched',
    }
  },
  impossible: ({ apt, twin }, { state }) => {
    if (state === 'absent') return undefined
    if (apt === 'no') return 'this host has no apt'
    return twin === undefined
      ? undefined
      : `${twin} names the same repository already, and apt takes no two of them with different keys: take that one out first, such as by a step \`file\` with \`state: 'absent'\` or \`line\` before this one`
  },
  apply: ({ keys }, given) =>
    given.state === 'absent'
      ? [sh`ops_repository_absent ${given.name}`]
      : [
          sh`ops_repository ${given.name} ${keys.some(({ key }) => key === 'key') ? (given.key ?? '') : ''} ${given.fingerprint?.join(' ') ?? ''} ${sources(given)}`,
        ],
  wayBack: () => 'files',
  changesBy: (path, given, change) => {
    if (given.state === 'absent') return 'name'
    const isWritten = path === listOf(given) || !change || change.keys.some(({ key }) => key === 'key')
    return isWritten ? 'new file' : 'nothing'
  },
  owns: given => [`path:${listOf(given)}`, `path:${ringOf(given)}`],
  reads: () => ['path:/etc/apt/'],
  affects: given => [`path:${listOf(given)}`, `path:${ringOf(given)}`, 'path:/var/lib/apt/lists/'],
})
