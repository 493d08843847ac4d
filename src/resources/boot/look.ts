/** What systemd reads at boot from folders such as sysctl.d: in which order, what hides what, and whether anything reads them. */
import { basename } from 'node:path'
import { libraryOf } from '../../shell/library.ts'
import bootText from './boot-look.sh'

/** `ops_boot_reader SERVICE`, `ops_boot_lines FOLDER NAME PATTERN` and what `tells` of a resource calls; `bootKeys` are what they print. */
export const bootLookLibrary = libraryOf('boot-look', bootText)

export const bootKeys = ['reader', 'lines', 'program?', 'cannot?', 'now?'] as const

/** A line of a file that is read at boot. */
export interface BootLine {
  readonly text: string
  /** Path of its file. */
  readonly by: string
  /** What is in /run is gone at boot or made again: `with` counts as long as it is there, `without` once it is not, `both` always. */
  readonly when: string
}

/** What stands for the value where a line takes a setting out, so that nothing sets it. */
export const takenOut = null

/** What lines come to: the value at boot, which may be empty, or `takenOut`, and the file that has the last word. */
export interface AtBoot {
  readonly value: string | typeof takenOut
  readonly by: string
  /** A sentence with what to do, where there is more to say than that this file sets it. */
  readonly why?: string
}

/** The last of the lines of which `valueIn` says something: a value, or `takenOut`; undefined: it is about something else. */
export function lastThatSets(
  lines: readonly BootLine[],
  valueIn: (line: string) => AtBoot['value'] | undefined,
): AtBoot | undefined {
  for (const { text, by } of lines.toReversed()) {
    const value = valueIn(text)
    if (value !== undefined) return { value, by }
  }
  return undefined
}

/** The lines that `ops_boot_lines` told, in the order that they are read. */
export function bootLines(told: string): readonly BootLine[] {
  return told.split('\u0001').flatMap(each => {
    const [when = '', by = '', ...parts] = each.split('\t')
    return by === '' ? [] : [{ when, by, text: parts.join('\t') }]
  })
}

/** The same lines where the file holds this one alone. */
export function withOwnLine(lines: readonly BootLine[], file: string, text: string): readonly BootLine[] {
  const name = basename(file)
  const others = lines.filter(({ by }) => basename(by) !== name)
  const place = others.findIndex(({ by }) => Buffer.compare(Buffer.from(basename(by)), Buffer.from(name)) > 0)
  return others.toSpliced(place === -1 ? others.length : place, 0, { when: 'both', by: file, text })
}

/** What is so at boot, with what is in /run and without it: of both that which is not as `wanted`. */
export function cameTo(
  lines: readonly BootLine[],
  wanted: string | undefined,
  atBoot: (lines: readonly BootLine[]) => AtBoot | undefined,
): AtBoot | undefined {
  const [now, later] = ['without', 'with'].map(other => atBoot(lines.filter(({ when }) => when !== other)))
  return now?.value === wanted ? later : now
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
