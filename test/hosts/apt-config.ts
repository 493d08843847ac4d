/** Reads how this machine reaches its Debian mirror, so that hosts of the tests reach it in the same way. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onceARun } from './once-a-run.ts'

/** Releases of Debian (11, 12 and 13) that hosts of the tests can run. */
export type Release = 'bullseye' | 'bookworm' | 'trixie'

/** The release that they run unless a test asks for another; the sources of this machine name it. */
export const release: Release = 'bookworm'

/** Sources as deb822 text, or one-line text, and the settings that fetching from them needs. */
export interface AptConfig {
  readonly sources: string
  readonly settings: readonly string[]
}

/** Other settings (hooks, desktop indexes) belong to this machine alone. */
const fetching = /^Acquire::(https?|ftp|Check-|Languages|Retries|Force|Allow)[^ ]* /

/** Whole deb822 stanzas of the release, and one-line entries of it. */
function releaseSources(text: string, isDeb822: boolean): string {
  const ofRelease = new RegExp(`\\b${release}(-updates|-security|-backports|/updates)?\\b`)
  if (!isDeb822) {
    return text
      .split('\n')
      .filter(line => /^deb\s/.test(line) && ofRelease.test(line))
      .join('\n')
  }
  return text
    .split(/\n\s*\n/)
    .map(stanza => stanza.replace(/^#.*\n?/gm, '').trim())
    .filter(
      stanza =>
        ofRelease.test(/^Suites:.*$/m.exec(stanza)?.[0] ?? '') && /^Types:.*\bdeb\b(?!-)/m.test(stanza),
    )
    .filter(stanza => !/^Enabled:\s*no/im.test(stanza))
    .join('\n\n')
}

/** The sources of this machine for the release; empty where it has none. deb822 is preferred: both is one too many. */
export function readSources(etcApt = '/etc/apt'): string {
  const folder = join(etcApt, 'sources.list.d')
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => entry.name)
    .sort()
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const deb822 = names
    .filter(name => name.endsWith('.sources'))
    .map(name => releaseSources(read(join(folder, name)), true))
    .filter(text => text !== '')
  if (deb822.length > 0) return `${deb822.join('\n\n')}\n`
  const lines = [
    join(etcApt, 'sources.list'),
    ...names.filter(name => name.endsWith('.list')).map(name => join(folder, name)),
  ]
    .map(path => releaseSources(read(path), false))
    .filter(text => text !== '')
  return lines.length > 0 ? `${lines.join('\n')}\n` : ''
}

/**
 * The sources of another release: the same mirrors, its main suite alone. Updates of old releases move from place to
 * place, and mirrors keep their lists longer than the packages.
 */
export function sourcesOf(wanted: Release, own: string): string {
  if (wanted === release) return own
  if (!/^Suites:/m.test(own)) {
    const lines = own.split('\n').filter(line => line.includes(` ${release} `))
    return `${lines.join('\n').replaceAll(release, wanted)}\n`
  }
  const stanzas = own
    .split(/\n\s*\n/)
    .filter(stanza => new RegExp(`^Suites:.* ${release}( |$)`, 'm').test(stanza))
  return `${stanzas.map(stanza => stanza.trim().replace(/^Suites:.*$/m, `Suites: ${wanted}`)).join('\n\n')}\n`
}

/** Reads this machine's apt set-up. Throws where it has no source of its own release. */
export async function readAptConfig(wanted: Release = release): Promise<AptConfig> {
  const sources = sourcesOf(wanted, readSources())
  if (sources.trim() === '') throw new Error(`no apt source of Debian ${release} in /etc/apt`)
  const dump = onceARun('apt-config', () => execFileSync('apt-config', ['dump'], { encoding: 'utf8' }))
  return { sources, settings: dump.split('\n').filter(line => fetching.test(line) && !line.endsWith(' "";')) }
}
