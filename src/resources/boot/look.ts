/** What systemd reads at boot from folders such as sysctl.d: in which order, what hides what, and whether anything reads them. */
import { libraryOf } from '../../shell/library.ts'
import bootText from './boot-look.sh'

/** `ops_boot_reader SERVICE` and `ops_boot_lines FOLDER NAME PATTERN`; `bootKeys` are what both print. */
export const bootLookLibrary = libraryOf('boot-look', bootText)

export const bootKeys = ['reader', 'lines'] as const

/**
 * What the lines that `ops_boot_lines` told come to at boot: the last of those in which `valueIn` finds a value has the last word, and
 * stands in the file `by`. What is in /run is gone at boot or made again, so of with and without it counts what is not as `wanted`.
 * What nothing reads sets nothing.
 */
export function lastAtBoot(
  reader: string,
  lines: string,
  wanted: string | undefined,
  valueIn: (line: string) => string | undefined,
): { readonly boot: string; readonly by: string } {
  const all = lines.split('\u0001').flatMap(each => {
    const [when = '', by = '', ...parts] = each.split('\t')
    const boot = valueIn(parts.join('\t'))
    return boot === undefined ? [] : [{ when, by, boot }]
  })
  const [now, later] = ['without', 'with'].map(other => all.findLast(({ when }) => when !== other))
  const { boot = '', by = '' } = (now?.boot === wanted ? later : now) ?? {}
  return { boot: reader === 'yes' ? boot : '', by }
}

/** Why nothing reads the folder at boot, by what `ops_boot_reader` told. */
export function unreadAtBoot(folder: string, service: string, reader: unknown): string | undefined {
  if (reader === 'yes') return undefined
  const lack = reader === 'masked' ? `${service}.service is masked` : `there is no ${service}`
  return `nothing reads /etc/${folder} at boot: ${lack}`
}

/** The places that such a probe depends on. */
export const bootPlaces = (folder: string) =>
  ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(each => `path:${each}/${folder}/` as const)
