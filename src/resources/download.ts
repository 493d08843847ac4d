/** One file from the net, known by its hash. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { inputError } from '../base/errors.ts'
import { percentDecoded } from '../base/percent-decoded.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { downloadChangeLibrary } from './download/change.ts'
import { checksumOf } from './download/checksums.ts'
import { fetchedUrl, fetchLibrary, sha256Text } from './fetch/fetch.ts'
import {
  accountClaims,
  attributeFlags,
  attributeWords,
  observedAttributes,
  wantedAttributes,
} from './paths/attributes.ts'
import { lackingDirectory, look, lookLibrary, lookMany, readLook, refusedWay } from './paths/look.ts'
import { account, entryPath, mode } from './paths/params.ts'

const params = z
  .strictObject({
    url: fetchedUrl.describe('Where it comes from. The host fetches it, by curl, wget or the helper of apt.'),
    path: entryPath.describe('Where it goes.'),
    sha256: sha256Text.optional().describe('Of the whole file: nothing else is let in.'),
    checksums: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Instead of `sha256`: a local file as sha256sum writes it, relative to the recipe's folder, in which the name of the URL stands.",
      ),
    mode: mode.optional().describe("Such as '0755'; a new file gets 0644; else kept as it is."),
    owner: account.optional().describe('Kept as it is when left out; root for a new file.'),
    group: account.optional().describe('Kept as it is when left out.'),
  })
  .refine(given => (given.sha256 === undefined) !== (given.checksums === undefined), {
    message: 'give either `sha256` or `checksums`: what comes from the net is known by its hash',
  })

type DownloadParams = z.output<typeof params>

/** `download {url, path, sha256 | checksums, mode, owner, group}`. */
export const download = resource({
  type: 'download',
  doc: 'A file from the net that is known by its hash: fetched by the host, again only if the hash differs, whole or not at all.',
  undone: 'Its file is put back as it was, or goes where there was none.',
  params,
  examples: [
    {
      title: 'A program in one file',
      params: {
        url: 'https://example.org/releases/1.4.2/tool-linux-amd64',
        path: '/usr/local/bin/tool',
        sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
        mode: '0755',
      },
    },
    {
      title: 'Data of a service',
      params: {
        url: 'https://example.org/geo/cities.db',
        path: '/var/lib/geo/cities.db',
        sha256: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
        owner: 'www-data',
      },
    },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, writeLibrary, fetchLibrary, downloadChangeLibrary],
  refuses: true,
  printsVariables: true,
  prepare: (given, { folder }) =>
    given.checksums === undefined ? given : { ...given, sha256: fromChecksums(given, folder) },
  probe: given => look(lookOf(given)),
  probeMany: many => lookMany(many.map(lookOf)),
  parse: observation => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    const sha256 = found.get('sha256')
    return {
      state: kind === 'file' ? 'present' : kind,
      ...(sha256 !== undefined && { content: sha256 }),
      ...refusedWay(found),
      ...observedAttributes(found),
    }
  },
  desired: given => ({ state: 'present', content: hashOf(given), ...wantedAttributes(given) }),
  impossible: ({ state, why }, { path }) => {
    if (state === 'refused') return String(why)
    return state === 'present' || state === 'absent'
      ? undefined
      : `${path} is there and is no file (${state})`
  },
  lacks: lackingDirectory,
  apply: ({ keys, actual }, given) => {
    const differs = (key: string) => keys.some(change => change.key === key)
    if (differs('state') || differs('content')) {
      const was = actual.state === 'absent' ? 'absent' : actual.content
      const words = [...attributeWords(given), ...(typeof was === 'string' ? [`was=${was}`] : [])]
      return [sh`ops_download ${given.url} ${hashOf(given)} ${given.path} ${words}`]
    }
    const changed = (key: 'mode' | 'owner' | 'group') => (differs(key) ? (given[key] ?? '') : '')
    return [sh`ops_attributes ${given.path} ${changed('mode')} ${changed('owner')} ${changed('group')}`]
  },
  wayBack: () => 'files',
  owns: ({ path }) => [`path:${path}`],
  reads: given => [`path:${given.path}`, ...accountClaims(given)],
  applySeconds: 3600,
})

function lookOf(given: DownloadParams): { path: string; flags: string } {
  return { path: given.path, flags: `h${attributeFlags(given)}` }
}

function hashOf({ path, sha256 }: DownloadParams): string {
  if (sha256 === undefined) throw new TypeError(`download ${path}: prepare() comes first`)
  return sha256
}

function fromChecksums({ url, checksums = '' }: DownloadParams, folder: string): string {
  const written = new URL(url).pathname.split('/').at(-1) ?? ''
  const name = percentDecoded(written) ?? written
  let text: string
  try {
    text = readFileSync(resolve(folder, checksums), 'utf8')
  } catch (error) {
    throw inputError(`checksums ${checksums}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const found = checksumOf(text, name)
  if (found === undefined) throw inputError(`checksums ${checksums}: has no one sha256 for ${name}`)
  return found
}
